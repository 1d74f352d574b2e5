import { LOG_LEVELS, type LogLevel } from "#lib/core/log-line.ts";

/** A message to us has at most this many characters; what is larger belongs into a file. */
export const MAX_PROTOCOL_CHARACTERS = 1024 * 1024;
const LINE = /^::(\{.*\})::$/s;

interface ProtocolMetric {
  name: string;
  type: "counter" | "timer" | "gauge";
  /** Timers in seconds. */
  value: number;
  tags: Record<string, string>;
}

interface ProtocolMessage {
  /** Merged into `vars`, key by key; the last one counts. */
  outputs?: Record<string, unknown>;
  metrics?: ProtocolMetric[];
  logs?: { level: LogLevel; message: string }[];
}

/**
 * What a line of a task's output says to us (LANGUAGE.md 2.4): `::{"outputs": {…}}::`. null when the
 * line is an ordinary one; `invalid` is what to log, as a warning, of one that cannot be read.
 */
export function readProtocolLine(text: string): ProtocolMessage | { invalid: string } | null {
  if (!text.startsWith("::{") || !text.endsWith("}::")) return null;
  if (text.length > MAX_PROTOCOL_CHARACTERS) return tooLarge(text.length);
  const json = LINE.exec(text)?.[1];
  if (json === undefined) return null;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return invalid(json, error instanceof Error ? error.message : String(error));
  }
  // It begins with `{`, so it is a map.
  return toMessage(value as Record<string, unknown>, json);
}

function tooLarge(length: number): { invalid: string } {
  const size = length.toLocaleString("en");
  const limit = MAX_PROTOCOL_CHARACTERS.toLocaleString("en");
  return {
    invalid: `Invalid outputs: the line has ${size} characters, at most ${limit} are taken. Write large results to a file and name it in outputFiles.`,
  };
}

function invalid(json: string, why: string): { invalid: string } {
  const shown = json.length > 200 ? `${json.slice(0, 200)}…` : json;
  return { invalid: `Invalid outputs '${shown}': ${why}` };
}

function toMessage(
  value: Record<string, unknown>,
  json: string,
): ProtocolMessage | { invalid: string } {
  const message: ProtocolMessage = {};
  const { outputs, metrics, logs } = value;
  if (outputs !== undefined && outputs !== null) {
    if (!isMap(outputs)) return invalid(json, "`outputs` must be a map");
    message.outputs = outputs;
  }
  if (metrics !== undefined && metrics !== null) {
    const read = Array.isArray(metrics) ? metrics.map(toMetric) : [null];
    if (!read.every((metric) => metric !== null)) {
      return invalid(
        json,
        "`metrics` must be a list of name, type (counter, timer, gauge) and value",
      );
    }
    message.metrics = read;
  }
  if (logs !== undefined && logs !== null) {
    const read = Array.isArray(logs) ? logs.map(toLog) : [null];
    if (!read.every((log) => log !== null)) {
      return invalid(json, "`logs` must be a list of level and message");
    }
    message.logs = read;
  }
  return message;
}

function toMetric(value: unknown): ProtocolMetric | null {
  if (!isMap(value)) return null;
  const { name, type, tags } = value;
  const amount = Number(value["value"]);
  if (typeof name !== "string" || name === "" || !Number.isFinite(amount)) return null;
  if (value["value"] === null || (type !== "counter" && type !== "timer" && type !== "gauge")) {
    return null;
  }
  const entries = isMap(tags) ? Object.entries(tags) : [];
  return {
    name,
    type,
    value: amount,
    tags: Object.fromEntries(entries.map(([key, tag]) => [key, textOf(tag)])),
  };
}

const LEVELS: Record<string, LogLevel> = { WARNING: "WARN", CRITICAL: "ERROR", FATAL: "ERROR" };

function toLog(value: unknown): { level: LogLevel; message: string } | null {
  if (!isMap(value) || value["message"] === undefined) return null;
  const written = textOf(value["level"] ?? "INFO").toUpperCase();
  const level = LOG_LEVELS.find((one) => one === written) ?? LEVELS[written];
  return level === undefined ? null : { level, message: textOf(value["message"]) };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
