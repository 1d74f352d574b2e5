/** Parts of Kestra's API that are known and not built yet, as the subject of a sentence. Ids of executions have 22 characters: a flow may be called "restart". */
const LATER: [RegExp, string][] = [
  [/^\w+ executions\/webhook\//, "Webhooks are"],
  [/^POST executions\/\w{20,24}\/restart$/, "To restart an execution is"],
  [/^POST executions\/\w{20,24}\/replay$/, "To replay an execution is"],
  [/^POST executions\/\w{20,24}\/(pause|resume)$/, "To pause and resume an execution is"],
  [/^POST executions\/\w{20,24}\/(state|change-status)$/, "To change the state of an execution is"],
  [/^POST executions\/\w{20,24}\/eval(\/|$)/, "To evaluate an expression is"],
  [/^\w+ executions\/(\w+\/)?by-(ids|query)(\/|$)/, "An operation on many executions is"],
  [/^\w+ namespaces\/[^/]+\/files(\/|$)/, "Namespace files are"],
  [/^\w+ namespaces\/[^/]+\/kv(\/|$)/, "The key-value store is"],
  [/^\w+ triggers(\/|$)/, "Triggers are"],
];

/** What of Kestra's API this would be that is not built yet; null when it is none of that. */
export function laterOperation(method: string, segments: readonly string[]): string | null {
  const operation = `${method} ${segments.join("/")}`;
  return LATER.find(([pattern]) => pattern.test(operation))?.[1] ?? null;
}
