import type { languages } from "monaco-editor/editor";

const END = /(?=\s*$|\s+#)/;
const scalar = (pattern: RegExp) => new RegExp(pattern.source + END.source);

/** Text in which expressions stand out; one that is not closed yet ends with its line. */
const expressions: languages.IMonarchLanguageRule[] = [
  [/\{\{.*?\}\}|\{%.*?%\}/, "expression"],
  [/\{#.*?#\}/, "comment"],
  [/\{\{.*$|\{%.*$/, "expression"],
];

/**
 * How the source of a flow is coloured: keys, quoted text, numbers, comments and expressions.
 * Scripts in block scalars are plain text: their lines are told by their indentation.
 */
export const yamlTokens: languages.IMonarchLanguage = {
  tokenPostfix: ".yaml",
  defaultToken: "text",
  tokenizer: {
    root: [
      [/^\s*#.*$/, "comment"],
      [/\s+#.*$/, "comment"],
      [/\s+/, "white"],
      [/---(?=\s|$)|\.\.\.(?=\s|$)/, "operator"],
      [/[-?](?=\s|$)/, "operator"],
      [
        /("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#"'[\]{},&*!|>%@`][^#:{}]*?)(\s*:)(?=\s|$)/,
        ["key", "key"],
      ],
      [/[|>][-+\d]*(?=\s*$|\s+#)/, "operator", "@block"],
      ...expressions,
      [/[[\]{},]/, "operator"],
      [/[&*!][^\s,[\]{}]*/, "key"],
      [/"/, "string", "@doubleQuoted"],
      [/'/, "string", "@singleQuoted"],
      [scalar(/[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/), "number"],
      [scalar(/true|false|null|~/), "number"],
      [/[^\s#{}[\],"'][^\s{}[\],]*/, "text"],
      [/[#{}]/, "text"],
    ],
    doubleQuoted: [
      ...expressions,
      [/\\./, "string"],
      [/"/, "string", "@pop"],
      [/[^"\\{]+|\{/, "string"],
    ],
    singleQuoted: [
      ...expressions,
      [/''/, "string"],
      [/'/, "string", "@pop"],
      [/[^'{]+|\{/, "string"],
    ],
    // The first line with text says how far a block scalar is indented.
    block: [
      [/^( +)(?=\S)/, { token: "text", switchTo: "@blockLines.$1" }],
      [/^(?=\S)/, { token: "@rematch", next: "@pop" }],
      [/\s+#.*$|\s+/, "comment"],
    ],
    blockLines: [
      [
        /^( *)(?=\S)/,
        { cases: { "$1~$S2.*": "text", "@default": { token: "@rematch", next: "@pop" } } },
      ],
      ...expressions,
      [/[^{]+|\{/, "text"],
    ],
  },
};
