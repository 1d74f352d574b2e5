import { ChunkWriter, type LogChunk, type StoredLine } from "#lib/store/log-chunk.ts";

/** These lines as they are appended to a log. */
export function chunksOf(lines: readonly StoredLine[]): LogChunk[] {
  const writer = new ChunkWriter();
  for (const line of lines) writer.add(line);
  return writer.take();
}
