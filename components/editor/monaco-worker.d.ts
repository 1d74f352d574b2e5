declare module "monaco-editor/editor/editor.worker.js" {
  /** Starts a worker: `create` makes the object that the editor calls. */
  export function initialize(create: (context: unknown, createData: unknown) => object): void;
}
