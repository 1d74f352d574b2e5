import { cursorFrom, cursorText, type LiveCursor, type LiveEvent } from "#lib/core/live-event.ts";
import { SHOWN_CHARACTERS } from "#lib/core/log-line.ts";
import { isTerminal, type State } from "#lib/core/state.ts";
import { readLogFrom } from "#lib/executions/read-log.ts";
import { awaitsRemoval, changedSince, getExecution } from "#lib/executions/read.ts";
import { watchExecution } from "#lib/executions/watch.ts";
import { Bell } from "./bell.ts";
import { eventStream, type SendEvent } from "./sse.ts";

/** The lines of one event: for a screen. */
const BATCH = { limit: 1000, maxCharacters: SHOWN_CHARACTERS };

/**
 * Everything that happens to an execution from the reader's cursor on, each thing once, in order.
 * @throws AppError `not-found`
 */
export async function liveExecution(request: Request, id: string): Promise<Response> {
  const after =
    request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("after");
  const { version, logLines, state } = await getExecution(id);
  const asked = cursorFrom(after);
  // A cursor from beyond the end is of another database: everything is sent again.
  const isOurs = asked.version <= version && asked.line <= logLines;
  const cursor = isOurs ? asked : { version: 0, line: 0 };
  return eventStream(request, async (send, signal) => {
    const bell = new Bell(signal);
    // Watching begins before the first read: what changes in between rings.
    const unwatch = watchExecution(id, () => bell.ring());
    try {
      await follow({ id, cursor, state, send, bell });
    } finally {
      unwatch();
    }
  });
}

interface Following {
  id: string;
  cursor: LiveCursor;
  state: State;
  send: SendEvent;
  bell: Bell;
}

async function follow({ id, cursor, state, send, bell }: Following): Promise<void> {
  const tell = (data: LiveEvent): Promise<void> => send({ id: cursorText(cursor), data });
  let current = state;
  const tellChange = async (): Promise<void> => {
    const change = await changedSince(id, cursor.version);
    if (!change) return;
    current = change.execution.state;
    cursor.version = change.execution.version;
    await tell({ type: "execution", ...change });
  };
  for (;;) {
    bell.hush();
    await tellChange();
    for (;;) {
      const lines = await readLogFrom(id, cursor.line, BATCH);
      if (lines.length === 0) break;
      cursor.line += lines.length;
      await tell({ type: "log", lines });
    }
    // The log is complete before an execution ends; it was read after the end was seen.
    if (isTerminal(current) && !(await awaitsRemoval(id))) break;
    await bell.heard();
  }
  // The removal may have been recorded since the look at the rows.
  await tellChange();
  return tell({ type: "end" });
}
