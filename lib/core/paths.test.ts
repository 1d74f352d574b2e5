import { expect, test } from "vitest";
import { paths } from "./paths.ts";

test.each([
  [paths.flows(), "/flows"],
  [paths.flows({ text: "a b", namespace: "x.y" }), "/flows?text=a+b&namespace=x.y"],
  [paths.flow({ namespace: "tutorial", id: "hello" }), "/flows/tutorial/hello"],
  [paths.flow({ namespace: "a", id: "b", tab: "source" }), "/flows/a/b"],
  [paths.flow({ namespace: "a", id: "b", tab: "revisions" }), "/flows/a/b?tab=revisions"],
  [paths.flow({ namespace: "a", id: "b", line: 41 }), "/flows/a/b?line=41"],
  [paths.executions({ states: ["RUNNING", "FAILED"] }), "/executions?states=RUNNING%2CFAILED"],
  [
    paths.executionLog("e", { offset: 0, limit: 5 }),
    "/api/podflow/executions/e/log?offset=0&limit=5",
  ],
  [
    paths.executionFile("e", "kestra:///a b?c"),
    "/api/podflow/executions/e/file?uri=kestra%3A%2F%2F%2Fa+b%3Fc",
  ],
])("a link is %s", (link, expected) => {
  expect(link).toBe(expected);
});

test("a name cannot leave its place in a path", () => {
  expect(paths.flow({ namespace: "../..", id: "a/b?c#d" })).toBe("/flows/..%2F../a%2Fb%3Fc%23d");
});
