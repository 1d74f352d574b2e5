/** A statement that each connection of the pool prepares once. */
export interface Statement {
  /** Of no other statement. */
  name: string;
  text: string;
  values: unknown[];
}

/**
 * For the long statements that every task run needs several times: reading and planning one anew
 * takes PostgreSQL a millisecond and more, which is most of its work for it.
 */
export function statement(name: string, text: string, values: unknown[]): Statement {
  return { name: `podflow_${name}`, text, values };
}
