/** Who may write for an attempt. A later claim has a higher number, and then this one may no more. */
export interface Lease {
  executionId: string;
  attemptId: string;
  owner: string;
  number: number;
}

/** Another worker has the attempt, or it has ended: stop touching it at once. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";

  constructor(lease: Pick<Lease, "attemptId">) {
    super(
      `The lease of attempt ${lease.attemptId} is lost: another worker has it, or it has ended.`,
    );
  }
}
