import { millisecondOf, secondOf, type StampedLine } from "./log-lines.ts";

/** No node writes a file that is large enough to be rotated in less; two streams may differ by so much. */
const TOLERANCE_MS = 20;

/**
 * Sees where a follower's answer goes back in time: the node may have begun its file anew. When a rotation
 * fails, as that of a container that ends at this moment, the kubelet moves the file away and back
 * (rotateLatestLog of pkg/kubelet/logs/container_log_manager.go), and who follows is given all of it
 * again (waitLogs of k8s.io/cri-client/pkg/logs).
 */
export class LogOrder {
  #latest = "";
  #toleranceMs = TOLERANCE_MS;

  /** The index of the first of these lines, from this one on, that goes back; their number: none. */
  backStep(lines: readonly StampedLine[], from: number): number {
    for (let index = from; index < lines.length; index += 1) {
      const stamp = lines[index]?.stamp ?? "";
      // As texts, stamps of one second are out of order by the zeros that are left out: close enough.
      if (stamp >= this.#latest) this.#latest = stamp;
      else if (momentOf(this.#latest) - momentOf(stamp) > this.#toleranceMs) return index;
    }
    return lines.length;
  }

  /** A line that went back belongs there: the clock was set, or two streams are this far apart. */
  accept({ stamp }: StampedLine): void {
    this.#latest = stamp;
    this.#toleranceMs *= 2;
  }
}

function momentOf(stamp: string): number {
  return millisecondOf(stamp, secondOf(stamp));
}
