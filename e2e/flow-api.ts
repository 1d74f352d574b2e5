import { setTimeout as pause } from "node:timers/promises";

/** An execution as the API tells it, as far as tests and the bench look. */
export interface ToldExecution {
  id: string;
  state: { current: string; histories: { state: string; date: string }[]; duration: string };
  outputs: Record<string, unknown>;
  taskRunList: {
    id: string;
    taskId: string;
    attempts: { state: { current: string } }[];
    outputs: {
      outputFiles?: Record<string, string>;
      vars?: Record<string, unknown>;
      exitCode?: number;
    };
    state: { current: string };
  }[];
}

export interface ExecuteOptions {
  inputs?: Record<string, string>;
  files?: Record<string, Blob>;
  /** Id of the connection to run on; absent is "what the flow says". */
  connection?: string;
}

const TERMINAL = new Set(["SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "SKIPPED"]);

/** The public API of a running product, as a program of a user would call it. */
export class FlowApi {
  readonly #base: string;

  constructor(url: string) {
    this.#base = `${url}/api/v1`;
  }

  /** Creates the flow, or saves a new revision of it. */
  async saveFlow(source: string): Promise<void> {
    const headers = { "content-type": "application/x-yaml" };
    const created = await fetch(`${this.#base}/flows`, { method: "POST", headers, body: source });
    if (created.ok) {
      await created.body?.cancel();
      return;
    }
    const words = await created.text();
    const id = /^id: *(\S+)/m.exec(source)?.[1] ?? "";
    const namespace = /^namespace: *(\S+)/m.exec(source)?.[1] ?? "";
    const path = `${this.#base}/flows/${namespace}/${id}`;
    const updated = await fetch(path, { method: "PUT", headers, body: source });
    if (!updated.ok) throw new Error(`The flow was refused: ${words} ${await updated.text()}`);
    await updated.body?.cancel();
  }

  /** Starts an execution and returns its id. @throws Error with the API's words when it is refused */
  async execute(namespace: string, flowId: string, options: ExecuteOptions = {}): Promise<string> {
    const answer = await this.#post(namespace, flowId, options, false);
    return answer.id;
  }

  /** Starts an execution and returns it at its end, as soon as the server tells. */
  async executeToEnd(
    namespace: string,
    flowId: string,
    options: ExecuteOptions = {},
  ): Promise<ToldExecution> {
    return this.#post(namespace, flowId, options, true);
  }

  async execution(id: string): Promise<ToldExecution> {
    const answer = await fetch(`${this.#base}/executions/${id}`);
    if (!answer.ok) throw new Error(`GET execution ${id}: ${answer.status} ${await answer.text()}`);
    // The shape that the API's own description gives.
    return (await answer.json()) as ToldExecution;
  }

  /** Waits for a terminal state, through restarts of the server. */
  async untilEnded(id: string, timeoutMs = 120_000): Promise<ToldExecution> {
    return this.until(id, (execution) => TERMINAL.has(execution.state.current), timeoutMs);
  }

  /** Waits until the execution is as wanted, through restarts of the server. */
  async until(
    id: string,
    isWanted: (execution: ToldExecution) => boolean,
    timeoutMs = 60_000,
  ): Promise<ToldExecution> {
    let last: ToldExecution | null = null;
    for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await pause(20)) {
      last = await this.execution(id).catch(() => last);
      if (last && isWanted(last)) return last;
    }
    throw new Error(`The execution ${id} did not get there: ${JSON.stringify(last?.state)}`);
  }

  /** The texts of the log's lines, in order. */
  async logLines(id: string): Promise<string[]> {
    const answer = await fetch(`${this.#base}/logs/${id}`);
    if (!answer.ok) throw new Error(`GET logs ${id}: ${answer.status} ${await answer.text()}`);
    const lines = (await answer.json()) as { message: string }[];
    return lines.map((line) => line.message);
  }

  /** The lines that its programs printed, without what Podflow itself says. */
  async printedLines(id: string): Promise<string[]> {
    const answer = await fetch(`${this.#base}/logs/${id}/download?raw=true`);
    if (!answer.ok) throw new Error(`GET log ${id}: ${answer.status} ${await answer.text()}`);
    return (await answer.text()).split("\n").slice(0, -1);
  }

  async file(id: string, uri: string): Promise<Response> {
    const answer = await fetch(
      `${this.#base}/executions/${id}/file?path=${encodeURIComponent(uri)}`,
    );
    if (!answer.ok) throw new Error(`GET file ${uri}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  async kill(id: string): Promise<void> {
    const answer = await fetch(`${this.#base}/executions/${id}/kill`, { method: "DELETE" });
    if (!answer.ok) throw new Error(`Kill ${id}: ${answer.status} ${await answer.text()}`);
  }

  async #post(
    namespace: string,
    flowId: string,
    { inputs = {}, files = {}, connection }: ExecuteOptions,
    waits: boolean,
  ): Promise<ToldExecution> {
    const form = new FormData();
    for (const [name, value] of Object.entries(inputs)) form.set(name, value);
    for (const [name, blob] of Object.entries(files)) form.set(name, blob, `${name}.bin`);
    const query = new URLSearchParams({
      ...(waits && { wait: "true" }),
      ...(connection && { connection }),
    });
    const path = `${this.#base}/executions/${namespace}/${flowId}?${query}`;
    const isEmpty = Object.keys(inputs).length + Object.keys(files).length === 0;
    const answer = await fetch(path, { method: "POST", ...(!isEmpty && { body: form }) });
    if (!answer.ok)
      throw new Error(`The execution was refused: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as ToldExecution;
  }
}
