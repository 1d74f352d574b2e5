import type { z } from "zod";
import type { FlowView } from "#lib/core/flow-view.ts";
import { readYaml } from "#lib/flow/read-yaml.ts";
import { labelList } from "./execution-json.ts";
import type { flowShape } from "./shapes.ts";

/** A flow as Kestra's clients read it: what its YAML says, the numbers that the YAML has not, and the YAML when wanted. */
export function flowJson(flow: FlowView, withSource: boolean): z.infer<typeof flowShape> {
  const { value } = readYaml(flow.source);
  const written = typeof value === "object" && value !== null ? value : {};
  const labels = labelList(flow.labels);
  return {
    ...written,
    id: flow.id,
    namespace: flow.namespace,
    revision: flow.revision,
    disabled: flow.disabled,
    deleted: false,
    ...(labels.length > 0 && { labels }),
    ...(withSource && { source: flow.source }),
  };
}
