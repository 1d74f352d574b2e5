// On globalThis, because Next keeps several instances of a module in one process.
const shared = globalThis as typeof globalThis & { podflowLiveStreams?: Set<() => void> };
const streams = (): Set<() => void> => (shared.podflowLiveStreams ??= new Set());

/** Remembers how to end a response that would go on for ever; returns how to forget it. */
export function rememberStream(end: () => void): () => void {
  streams().add(end);
  return () => void streams().delete(end);
}

/** Ends every such response: browsers open them again, at the server that comes next. */
export function endLiveStreams(): void {
  for (const end of streams()) end();
  streams().clear();
}
