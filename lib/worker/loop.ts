import { log } from "#lib/config/log.ts";

/** Work that is done when there is some: at a wake-up, and after a time in case one was missed. */
export interface Loop {
  wake(): void;
  /** No more work begins; resolves when what runs is done. */
  stop(): Promise<void>;
}

/**
 * Calls `work` again and again: at once when woken meanwhile, else after the time it returns.
 * @param work returns the milliseconds until the next time; when it throws, after `afterErrorMs`
 */
export function startLoop(name: string, work: () => Promise<number>, afterErrorMs = 1000): Loop {
  let isStopped = false;
  let isWoken = true;
  let isHeldUp = false;
  let wakeUp: () => void = () => undefined;
  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const run = async (): Promise<void> => {
    while (!isStopped) {
      isWoken = false;
      let ms = afterErrorMs;
      try {
        ms = await work();
        isHeldUp = false;
      } catch (error) {
        const facts = { error: String(error), loop: name };
        if (!isHeldUp) log().warn(facts, "a loop is held up: trying again and again");
        isHeldUp = true;
      }
      if (!isWoken && !isStopped) await rest(ms);
    }
  };
  const done = run();
  return {
    wake: () => {
      isWoken = true;
      wakeUp();
    },
    stop: async () => {
      isStopped = true;
      wakeUp();
      await done;
    },
  };
}
