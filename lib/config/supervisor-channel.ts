/** What the supervisor asks over its channel, and what a process that still works answers. */
export const PING = "ping";
export const PONG = "pong";

/** Answers the supervisor's pings, so that it can tell a process that hangs from one that works. */
export function answerSupervisor(): void {
  process.on("message", (message) => {
    if (message === PING && process.connected) process.send?.(PONG);
  });
}
