import type { ExecutionFilter } from "./execution-view.ts";

type Query = Record<string, string | number | boolean | null | undefined>;

/** The path with its query; values that are absent, null, false or empty are left out. */
function withQuery(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === false || value === "") continue;
    search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

const part = encodeURIComponent;
const api = (id: string) => `/api/podflow/executions/${part(id)}`;

export const FLOW_TABS = ["source", "executions", "revisions"] as const;
export type FlowTab = (typeof FLOW_TABS)[number];

/** What of an execution's log is asked for: one task run or one attempt, from a level on. */
export interface LogQuery extends Query {
  taskRunId?: string | null;
  /** From 0. */
  attempt?: number | null;
  minLevel?: string | null;
}

/** Every URL of the product: pages first, then what pages fetch. */
export const paths = {
  flows: (filter: { text?: string; namespace?: string } = {}): string =>
    withQuery("/flows", { text: filter.text, namespace: filter.namespace }),
  newFlow: (): string => "/flows/new",
  /**
   * `line` counts from 1 and is where the editor's cursor goes; `isExecute` opens the form,
   * filled in like the execution `like`;
   * `atRevision` is the one that the tab of revisions opens with.
   */
  flow: (flow: {
    namespace: string;
    id: string;
    tab?: FlowTab;
    line?: number | null;
    isExecute?: boolean;
    like?: string;
    atRevision?: number;
  }): string =>
    withQuery(`/flows/${part(flow.namespace)}/${part(flow.id)}`, {
      tab: flow.tab === "source" ? null : flow.tab,
      line: flow.line,
      execute: flow.isExecute,
      like: flow.like,
      revision: flow.atRevision,
    }),
  executions: (filter: ExecutionFilter = {}): string =>
    withQuery("/executions", {
      namespace: filter.namespace,
      flowId: filter.flowId,
      states: filter.states?.join(","),
      from: filter.from,
      to: filter.to,
      text: filter.text,
    }),
  execution: (id: string): string => `/executions/${part(id)}`,
  connections: (): string => "/connections",

  upload: (input: { namespace: string; flowId: string; inputId: string; name: string }): string =>
    withQuery("/api/podflow/uploads", input),
  /** `after` is a cursor as `cursorText` writes it. */
  executionEvents: (id: string, after?: string): string =>
    withQuery(`${api(id)}/events`, { after }),
  executionLog: (
    id: string,
    query: LogQuery & { offset: number; limit: number; isWhole?: boolean },
  ): string => withQuery(`${api(id)}/log`, query),
  executionLogSearch: (
    id: string,
    query: LogQuery & { q: string; isRegex?: boolean; isCaseSensitive?: boolean },
  ): string => withQuery(`${api(id)}/log/search`, query),
  executionLogDownload: (id: string, query: LogQuery = {}): string =>
    withQuery(`${api(id)}/log/download`, query),
  executionFile: (id: string, uri: string): string => withQuery(`${api(id)}/file`, { uri }),
  executionFilePreview: (id: string, uri: string): string =>
    withQuery(`${api(id)}/file/preview`, { uri }),
  executionFilesZip: (id: string): string => `${api(id)}/files.zip`,
  health: (): string => "/api/podflow/health",
};
