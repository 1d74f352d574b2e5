import { initialize as initializeWorker } from "monaco-editor/editor/editor.worker.js";

/**
 * Takes the place of `monaco-worker-manager/worker`, which asks for the editor's worker by a path that
 * monaco-editor 0.56 gave up. The first message starts the worker; the editor's own follow.
 */
export function initialize(create: (context: unknown, createData: unknown) => object): void {
  self.onmessage = () => {
    initializeWorker((context, createData) => {
      const made: object = Object.create(create(context, createData));
      return made;
    });
  };
}
