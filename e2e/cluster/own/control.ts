import type { ComponentName } from "./components.ts";
import type { KeeperConnection } from "./connection.ts";

/**
 * Ways to break parts of a running cluster. What is still broken when its breaker's process ends
 * is mended by the keeper. Whoever shares the cluster feels all of it: use a cluster of your own.
 */
export interface ClusterControl {
  /** Stops the component in the middle of what it does (SIGSTOP): connections hang, none is refused. */
  freeze(component: ComponentName): Promise<void>;
  /** Lets a frozen component go on, and returns when it works again. */
  thaw(component: ComponentName): Promise<void>;
  /** Ends the component as a crash does (SIGKILL): connections break, new ones are refused. */
  kill(component: ComponentName): Promise<void>;
  /** Starts a component that was killed, and returns when it works again. */
  start(component: ComponentName): Promise<void>;
  /** Kills the component and starts it again. Pods go on meanwhile, whichever it is. */
  restart(component: ComponentName): Promise<void>;
}

/** The controls that the keeper at the other end of this connection carries out. */
export function controlBy(connection: KeeperConnection): ClusterControl {
  const ask =
    (op: "freeze" | "thaw" | "kill" | "start") =>
    async (component: ComponentName): Promise<void> => {
      await connection.ask({ op, component });
    };
  const [kill, start] = [ask("kill"), ask("start")];
  return {
    freeze: ask("freeze"),
    thaw: ask("thaw"),
    kill,
    start,
    restart: async (component) => {
      await kill(component);
      await start(component);
    },
  };
}
