/** Functions that are known but not there yet, with what they do: "it …". */
export const laterFunctions: ReadonlyMap<string, string> = new Map([
  ["kv", "reads a key-value pair of the namespace"],
  ["http", "sends an HTTP request"],
  ["encrypt", "encrypts a text"],
  ["decrypt", "decrypts a text"],
  ["errorLogs", "lists the error lines of the execution"],
  ["tasksWithState", "lists the task runs in a state"],
  ["currentEachOutput", "reads the outputs of a sibling in the same iteration"],
  ["iterationOutput", "reads the outputs of an iteration"],
  ["loopOutputs", "reads the outputs of a loop"],
  ["fileURI", "makes the address of a namespace file"],
  ["fromIon", "reads Amazon Ion"],
  ["ionDecode", "reads Amazon Ion"],
  ["credential", "reads a credential of the paid edition"],
  ["appLink", "makes a link to an app of the paid edition"],
  ["isPublicHoliday", "asks a calendar of public holidays"],
  ["subflow", "runs another flow"],
]);
