import fc from "fast-check";
import { expect, test } from "vitest";
import { labelValue, podName } from "./pod-name.ts";

const identity = (namespace: string, flowId: string, taskId: string) => ({
  namespace,
  flowId,
  taskId,
  executionId: "e",
  taskRunId: "t",
  attemptNumber: 0,
});

test.each([
  [["company.team", "hello_world", "run"], /^companyteam-hello-world-run-[a-z0-9]{5}$/],
  [["Équipe", "Flow", "täsk 1"], /^equipe-flow-task-1-[a-z0-9]{5}$/],
  [["a", "--b--", "_c_"], /^a-b-c-[a-z0-9]{5}$/],
  [["漢字", "漢", "字"], /^[a-z0-9]{5}$/],
  [["n".repeat(80), "f", "t"], /^n{57}-[a-z0-9]{5}$/],
] as const)("%j makes a name", ([namespace, flowId, taskId], expected) => {
  expect(podName(identity(namespace, flowId, taskId), "attempt")).toMatch(expected);
});

test("an attempt always has the same name, and another attempt another", () => {
  const one = identity("a", "b", "c");
  expect(podName(one, "x1")).toBe(podName(one, "x1"));
  expect(podName(one, "x1")).not.toBe(podName(one, "x2"));
});

test("whatever the ids are, the name is one that Kubernetes takes", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (namespace, flowId, taskId) => {
      const name = podName(identity(namespace, flowId, taskId), "attempt");
      expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    }),
  );
});

test("whatever the text is, the label's value is one that Kubernetes takes", () => {
  expect(labelValue(`${"x".repeat(62)}-.`)).toBe("x".repeat(62));
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(labelValue(text)).toMatch(/^(|[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)$/);
    }),
  );
});
