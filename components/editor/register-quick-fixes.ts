import type * as Monaco from "monaco-editor/editor";
import type { Problem } from "#lib/core/flow-view.ts";

export const MARKER_OWNER = "podflow";

/** The problems of each model, by its URI: what its markers were made of. */
const problemsOf = new Map<string, readonly Problem[]>();

export function rangeOf(problem: Problem): Monaco.IRange {
  const { startLine, startColumn, endLine, endColumn } = problem.range;
  return {
    startLineNumber: startLine,
    startColumn,
    endLineNumber: endLine,
    endColumn,
  };
}

const SEVERITY = { error: 8, warning: 4, info: 2 } as const satisfies Record<
  Problem["severity"],
  number
>;

/** A problem as the editor marks it. */
export function markerOf(problem: Problem): Monaco.editor.IMarkerData {
  return {
    ...rangeOf(problem),
    severity: SEVERITY[problem.severity],
    message: problem.message,
    code: problem.code,
  };
}

export function editsOf(problem: Problem): { range: Monaco.IRange; text: string }[] {
  return (problem.fix?.edits ?? []).map((edit) => ({
    text: edit.text,
    range: {
      startLineNumber: edit.range.startLine,
      startColumn: edit.range.startColumn,
      endLineNumber: edit.range.endLine,
      endColumn: edit.range.endColumn,
    },
  }));
}

/** Marks the problems in the text, and remembers their fixes. */
export function markProblems(
  monaco: typeof Monaco,
  model: Monaco.editor.ITextModel,
  problems: readonly Problem[],
): void {
  problemsOf.set(String(model.uri), problems);
  monaco.editor.setModelMarkers(model, MARKER_OWNER, problems.map(markerOf));
}

export function forgetProblems(model: Monaco.editor.ITextModel): void {
  problemsOf.delete(String(model.uri));
}

/** Offers each problem's own fix where the problem is (⌘. and the light bulb). */
export function registerQuickFixes(monaco: typeof Monaco): void {
  monaco.languages.registerCodeActionProvider(
    "yaml",
    {
      provideCodeActions(model, range) {
        const fixable = (problemsOf.get(String(model.uri)) ?? []).filter(
          (problem) =>
            problem.fix !== undefined &&
            monaco.Range.areIntersectingOrTouching(rangeOf(problem), range),
        );
        return {
          dispose: () => undefined,
          actions: fixable.map((problem) => ({
            title: problem.fix?.title ?? "Fix",
            kind: "quickfix",
            isPreferred: true,
            diagnostics: [markerOf(problem)],
            edit: {
              edits: editsOf(problem).map((textEdit) => ({
                resource: model.uri,
                versionId: model.getVersionId(),
                textEdit,
              })),
            },
          })),
        };
      },
    },
    { providedCodeActionKinds: ["quickfix"] },
  );
}
