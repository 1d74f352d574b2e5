import type * as Monaco from "monaco-editor/editor";
import {
  type ExpressionCatalogue,
  openExpression,
  type Suggestion,
  suggestionsFor,
} from "./expression-completion.ts";
import { flowNamesFrom } from "./flow-names.ts";

let catalogue: ExpressionCatalogue = { functions: [], filters: [] };

/** The functions and filters there are, for every editor of the page. */
export function setCatalogue(given: ExpressionCatalogue): void {
  catalogue = given;
}

/** Offers names, functions and filters inside of `{{ }}`. */
export function registerExpressionCompletion(monaco: typeof Monaco): void {
  const kinds: Record<Suggestion["kind"], Monaco.languages.CompletionItemKind> = {
    name: monaco.languages.CompletionItemKind.Variable,
    function: monaco.languages.CompletionItemKind.Function,
    filter: monaco.languages.CompletionItemKind.Operator,
    file: monaco.languages.CompletionItemKind.File,
  };
  monaco.languages.registerCompletionItemProvider("yaml", {
    triggerCharacters: ["{", ".", "|", " "],
    provideCompletionItems(model, position) {
      const before = model.getValueInRange({
        startLineNumber: Math.max(1, position.lineNumber - 20),
        startColumn: 1,
        endLineNumber: position.lineNumber,
        endColumn: position.column,
      });
      const expression = openExpression(before);
      if (expression === null) return { suggestions: [] };
      const names = flowNamesFrom(model.getValue());
      const suggestions = suggestionsFor(expression, names, catalogue);
      return {
        suggestions: suggestions.map((suggestion, index) => ({
          label: suggestion.label,
          kind: kinds[suggestion.kind],
          insertText: suggestion.insert,
          insertTextRules: monaco.languages.CompletionItemInsertTextRule.InsertAsSnippet,
          detail: suggestion.detail,
          documentation: { value: suggestion.documentation },
          // The dot that a name in brackets takes the place of is part of what is filtered by.
          filterText: suggestion.kind === "file" ? `.${suggestion.label}` : suggestion.label,
          sortText: String(index).padStart(4, "0"),
          range: {
            startLineNumber: position.lineNumber,
            startColumn: position.column - suggestion.replaced,
            endLineNumber: position.lineNumber,
            endColumn: position.column,
          },
        })),
      };
    },
  });
}
