import type { EndingKind } from "../contract.ts";
import type { Cause } from "./cause.ts";
import { CONTAINER_CAUSES } from "./container-causes.ts";
import { EVENT_CAUSES } from "./event-causes.ts";
import { IMAGE_CAUSES } from "./image-causes.ts";
import { ON_THE_WAY } from "./on-the-way-causes.ts";
import { PLATFORM_ENDS } from "./platform-ends.ts";
import { PROGRAM_ENDS } from "./program-ends.ts";
import { REFUSALS } from "./refusal-causes.ts";
import { SCHEDULER_CAUSES } from "./scheduler-causes.ts";

interface Section {
  title: string;
  text: string;
  rows: (Cause & { graceSeconds?: number | null; isTransient?: boolean; endsAs?: EndingKind })[];
}

const SECTIONS: Section[] = [
  {
    title: "The API server refuses the pod",
    text: "What may pass by itself is asked for again, until `waitUntilRunning` is over.",
    rows: REFUSALS,
  },
  {
    title: "No node can take the pod",
    text: "The pod waits, because room may come, until `waitUntilRunning` is over. All constraints that apply are told together: “The pod cannot be placed: …”.",
    rows: SCHEDULER_CAUSES,
  },
  {
    title: "The pod is on its way",
    text: "Nothing is wrong until `waitUntilRunning` is over.",
    rows: Object.values(ON_THE_WAY),
  },
  {
    title: "The image cannot be pulled",
    text: "By what the registry or the runtime says, while a container waits with ErrImagePull or ImagePullBackOff.",
    rows: IMAGE_CAUSES,
  },
  {
    title: "A container cannot be made or started",
    text: "By the waiting reason of a container, and what its message says.",
    rows: CONTAINER_CAUSES,
  },
  {
    title: "What only the pod's events tell",
    text: "While the node makes the containers, its warnings explain why that takes long.",
    rows: EVENT_CAUSES,
  },
  {
    title: "The platform ended the pod",
    text: "Comes before what the program did.",
    rows: PLATFORM_ENDS,
  },
  {
    title: "The program ended, or could not begin",
    text: "By the end of the container `main`.",
    rows: PROGRAM_ENDS,
  },
];

const HEAD = `# Failures: what Podflow says, and what it rests on

The table of lib/runner/kubernetes, written out by its test; the first row that applies is the cause.
Words in *italics* are filled in. "User" failures count against the task's \`retry\`; "platform"
failures have three tries of their own (docs/decisions/0006, 0015). Where the program certainly never
began, another try is always safe.

What no pod tells:
- The pod is gone, and nobody saw it end: \`lost\`, or \`deleted\` when it was seen before. Never a success.
- Its node does not answer: 90 s after the pod should be gone it is \`node-lost\`. What ran there may still run, so
  it is run again only where the task has a \`retry\`.
- The namespace is being deleted, or gone: \`namespace\`, instead of \`deleted\` or \`lost\`.
- The Job of a task with \`job\` is suspended: \`preempted\`, instead of \`deleted\` or \`lost\`.
- The API server cannot be reached: nothing is decided. The run is followed again once it answers.
- How much memory a program would have needed: nobody measures that. Killed at its limit it had used that
  limit, which no program gets beyond; killed for want of memory on the node, its use is not kept anywhere.
`;

/** docs/failures.md: every row of the truth table for people. */
export function failuresPage(): string {
  return `${[HEAD, ...SECTIONS.map(sectionText)].join("\n")}`;
}

function sectionText({ title, text, rows }: Section): string {
  return [`## ${title}\n\n${text}\n`, ...rows.map(rowText), ""].join("\n");
}

function rowText(row: Section["rows"][number]): string {
  const facts = [
    `\`${row.kind}\``,
    row.fault === "user" ? "user" : "platform",
    row.began === "no" ? "never began" : "",
    waitText(row),
  ].filter(Boolean);
  const remedy = row.remedy ? ` ${inItalics(row.remedy)}` : "";
  return `- **${inItalics(row.says)}**${remedy}\n  ${facts.join(" · ")} · ${inItalics(row.source)}`;
}

function waitText({ graceSeconds, isTransient, endsAs }: Section["rows"][number]): string {
  if (endsAs) return `ends as \`${endsAs}\``;
  if (isTransient) return "is tried again";
  if (graceSeconds === undefined) return "";
  if (graceSeconds === null) return "may heal";
  return graceSeconds === 0 ? "ends at once" : `ends after ${graceSeconds} s`;
}

function inItalics(text: string): string {
  return text.replaceAll(/\{(\w+)\}/g, "*$1*").replaceAll("_", "\\_");
}
