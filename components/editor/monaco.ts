import * as monaco from "monaco-editor/editor";
import "monaco-editor/features/register.all";
import { configureMonacoYaml, type MonacoYaml } from "monaco-yaml";
import { registerExpressionCompletion } from "./register-expression-completion.ts";
import { registerQuickFixes } from "./register-quick-fixes.ts";
import { themeFromTokens } from "./theme.ts";
import { yamlTokens } from "./yaml-tokens.ts";

export { monaco };

const SCHEMA_URI = "inmemory://schema/flow.json";
let yaml: MonacoYaml | undefined;
let schemaInUse: object | undefined;

function makeWorker(label: string): Worker {
  return label === "yaml"
    ? new Worker(new URL("./yaml.worker.ts", import.meta.url), { type: "module", name: "yaml" })
    : new Worker(new URL("./editor.worker.ts", import.meta.url), {
        type: "module",
        name: "editor",
      });
}

interface WorkerOptions {
  label: string;
  createData: unknown;
  host?: Record<string, (...values: unknown[]) => unknown>;
  keepIdleModels?: boolean;
}

/** The editor as monaco-yaml knows it: it names a worker, where monaco-editor 0.56 and later want it made. */
function olderMonaco(): Parameters<typeof configureMonacoYaml>[0] {
  const createWebWorker = ({ label, createData, host, keepIdleModels }: WorkerOptions) => {
    const worker = makeWorker(label);
    // The worker starts with the first message and reads its data from the second.
    worker.postMessage("ignore");
    worker.postMessage(createData);
    return monaco.editor.createWebWorker({
      worker,
      ...(host === undefined ? {} : { host }),
      ...(keepIdleModels === undefined ? {} : { keepIdleModels }),
    });
  };
  const shimmed = { ...monaco, editor: { ...monaco.editor, createWebWorker } };
  // Everything that monaco-yaml 5.5 uses of it has the shape it expects; its own types are older.
  return shimmed as unknown as Parameters<typeof configureMonacoYaml>[0];
}

function applyTheme(): void {
  const isDark = document.documentElement.dataset["theme"] === "dark";
  monaco.editor.defineTheme("podflow", themeFromTokens(isDark));
  monaco.editor.setTheme("podflow");
}

function watchTheme(): void {
  applyTheme();
  new MutationObserver(applyTheme).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-theme"],
  });
}

/** Widths are measured once: again, when the page's own fonts have come. */
function remeasureWithFonts(): void {
  document.fonts.ready.then(
    () => monaco.editor.remeasureFonts(),
    () => monaco.editor.remeasureFonts(),
  );
}

function setUpOnce(schemas: { uri: string; fileMatch: string[]; schema: object }[]): MonacoYaml {
  window.MonacoEnvironment = { getWorker: (_module: string, label: string) => makeWorker(label) };
  // Completion and hover come from the schema; what is wrong is told by the validator that guards saving.
  const made = configureMonacoYaml(olderMonaco(), {
    enableSchemaRequest: false,
    validate: false,
    schemas,
  });
  monaco.languages.setMonarchTokensProvider("yaml", yamlTokens);
  registerExpressionCompletion(monaco);
  registerQuickFixes(monaco);
  watchTheme();
  remeasureWithFonts();
  return made;
}

/**
 * Makes the editor know YAML, flows and this page's colours. A schema replaces the one before;
 * null is for a page that only shows source.
 */
export function setUpMonaco(schema: object | null): void {
  const wanted = schema ?? schemaInUse;
  const schemas =
    wanted === undefined
      ? []
      : [{ uri: SCHEMA_URI, fileMatch: ["**/*.flow.yaml"], schema: wanted }];
  if (yaml === undefined) yaml = setUpOnce(schemas);
  else if (wanted !== schemaInUse) void yaml.update({ schemas });
  schemaInUse = wanted;
}

/** A text in the editor. Brackets have no colours of their own: expressions have one. */
export function makeModel(text: string, uri?: monaco.Uri): monaco.editor.ITextModel {
  const model = monaco.editor.createModel(text, "yaml", uri);
  model.updateOptions({
    bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
  });
  return model;
}

/** What every editor of the product looks like. */
export const EDITOR_LOOK = {
  automaticLayout: true,
  fontFamily: '"JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace',
  fontSize: 12,
  lineHeight: 20,
  fontLigatures: false,
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  smoothScrolling: false,
  cursorBlinking: "solid",
  renderFinalNewline: "on",
  renderLineHighlight: "line",
  renderLineHighlightOnlyWhenFocus: true,
  overviewRulerBorder: false,
  hideCursorInOverviewRuler: true,
  lineNumbersMinChars: 4,
  lineDecorationsWidth: 14,
  glyphMargin: false,
  folding: true,
  stickyScroll: { enabled: false },
  guides: { indentation: true },
  scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false },
  padding: { top: 8, bottom: 8 },
  fixedOverflowWidgets: true,
  contextmenu: true,
} as const satisfies monaco.editor.IEditorOptions;
