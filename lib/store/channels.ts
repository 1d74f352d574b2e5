/** NOTIFY channel: something of an execution changed, or its log grew; the payload is its id. */
export const CHANGED_CHANNEL = "podflow_changed";
/** NOTIFY channel: a worker has something to do; the payload is `advance`, `claim` or `kill ID`. */
export const WORK_CHANNEL = "podflow_work";
