import { log } from "#lib/config/log.ts";
import { releaseLeases, renewLeases } from "#lib/executions/claim.ts";
import type { ClaimedAttempt, Claimer } from "#lib/executions/claimed-attempt.ts";
import { driveAttempt } from "./drive/drive-attempt.ts";
import type { DriveTools } from "./drive/drive.ts";
import { within } from "./drive/within.ts";
import { HeldLease } from "./held-lease.ts";

/** What is let go at the end may still write for so long. */
const LET_GO_MS = 3000;

interface Running {
  held: HeldLease;
  done: Promise<void>;
}

/** The attempts that this process drives, and the leases that it keeps for them. */
export class Drives {
  readonly #claimer: Claimer;
  readonly #slots: number;
  readonly #tools: DriveTools;
  readonly #onFree: () => void;
  readonly #running = new Map<string, Running>();
  readonly #timer: NodeJS.Timeout;
  #isStopping = false;
  #isRenewing = false;
  #isHeldUp = false;

  /** `onFree` is told when there is room again after there was none. */
  constructor(options: { claimer: Claimer; slots: number; tools: DriveTools; onFree: () => void }) {
    this.#claimer = options.claimer;
    this.#slots = options.slots;
    this.#tools = options.tools;
    this.#onFree = options.onFree;
    const interval = (options.claimer.leaseSeconds * 1000) / 3;
    this.#timer = setInterval(() => void this.#renew(), interval);
  }

  /** How many attempts may be claimed now. */
  get free(): number {
    return this.#isStopping ? 0 : Math.max(0, this.#slots - this.#running.size);
  }

  /** The attempts that are driven now. */
  get driven(): string[] {
    return [...this.#running.keys()];
  }

  /** Who claims what a step makes: this process, if it has room. */
  claimer(): Claimer | null {
    return this.free > 0 ? this.#claimer : null;
  }

  drive(attempt: ClaimedAttempt): void {
    const held = new HeldLease(attempt.lease, this.#claimer.leaseSeconds);
    const { attemptId } = attempt.lease;
    if (this.#isStopping) held.letGo("the worker stops");
    this.#running.get(attemptId)?.held.letGo("the attempt was claimed anew");
    if (attempt.handle !== null) this.#tools.adoptions.begin(attemptId);
    // The slot of what has just ended is free for what follows it.
    const claimer = (): Claimer | null => (this.#isStopping ? null : this.#claimer);
    const done = this.#toEnd(attempt, held, claimer);
    this.#running.set(attemptId, { held, done });
  }

  async #toEnd(
    attempt: ClaimedAttempt,
    held: HeldLease,
    claimer: () => Claimer | null,
  ): Promise<void> {
    const claimed = await driveAttempt(attempt, held, { tools: this.#tools, claimer });
    const { attemptId } = attempt.lease;
    const { adoptions } = this.#tools;
    if (held.signal.aborted) adoptions.letGo(attemptId);
    else adoptions.found(attemptId, "unknown");
    const wasFull = this.free === 0;
    if (this.#running.get(attemptId)?.held === held) this.#running.delete(attemptId);
    for (const next of claimed) this.drive(next);
    if (wasFull && this.free > 0) this.#onFree();
  }

  /** Tells the drives of an execution that it is to be killed. */
  kill(executionId: string): void {
    for (const { held } of this.#running.values()) {
      if (held.lease.executionId === executionId) held.kill();
    }
  }

  /** Lets everything go, so that another worker goes on at once. Runs stay in their places. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#timer);
    const running = [...this.#running.values()];
    for (const { held } of running) held.letGo("the worker stops");
    await within(Promise.allSettled(running.map(({ done }) => done)), LET_GO_MS);
    // What was claimed while stopping has not begun.
    const all = new Map(
      [...running, ...this.#running.values()].map((its) => [its.held.lease, its]),
    );
    const leases = [...all.keys()];
    try {
      if (leases.length > 0) await releaseLeases(leases);
    } catch (error) {
      log().warn({ error: String(error) }, "leases were not released: they lapse by themselves");
    }
  }

  async #renew(): Promise<void> {
    if (this.#isRenewing || this.#running.size === 0) return;
    this.#isRenewing = true;
    const running = [...this.#running.entries()];
    try {
      const leases = running.map(([, { held }]) => held.lease);
      const { held, killed } = await renewLeases(leases, this.#claimer.leaseSeconds);
      for (const [attemptId, its] of running) {
        if (!held.has(attemptId)) its.held.letGo("the lease is lost");
        else its.held.renewed();
        if (killed.has(attemptId)) its.held.kill();
      }
      this.#isHeldUp = false;
    } catch (error) {
      // The leases go stale meanwhile, and drives wait before what another owner would undo.
      const facts = { error: String(error) };
      if (!this.#isHeldUp) log().warn(facts, "leases could not be renewed: trying again and again");
      this.#isHeldUp = true;
    } finally {
      this.#isRenewing = false;
    }
  }
}
