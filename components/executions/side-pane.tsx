"use client";
import type { ReactElement } from "react";
import { InputsSection } from "#components/outputs/inputs-section.tsx";
import { MetricsSection } from "#components/outputs/metrics-section.tsx";
import { OutputsSection } from "#components/outputs/outputs-section.tsx";
import type { ExecutionView } from "#lib/core/execution-view.ts";
import { RanSection } from "./ran-section.tsx";
import { StepsSection } from "./steps-section.tsx";
import { latestAttempt, type TaskRow } from "./task-rows.ts";
import { TimeSpentSection } from "./time-spent-section.tsx";

/** What an execution or one of its tasks was given, made, counted, and spent its time on. */
export function SidePane({
  execution,
  chosen,
  connectionNames,
}: {
  execution: ExecutionView;
  /** Null: the whole execution. */
  chosen: TaskRow | null;
  connectionNames: Readonly<Record<string, string>>;
}): ReactElement {
  const runs = chosen === null ? execution.taskRuns : chosen.run === null ? [] : [chosen.run];
  const metrics = execution.metrics.filter(
    (metric) => chosen === null || metric.taskRunId === chosen.run?.id,
  );
  const only = runs.length === 1 ? (runs[0] ?? null) : null;
  const stepped = latestAttempt(only)?.pod == null ? null : only;
  return (
    <>
      <OutputsSection
        execution={execution}
        runs={runs}
        isWhole={chosen === null}
        hasSeveralTasks={execution.tasks.length > 1}
      />
      {stepped === null ? null : <StepsSection execution={execution} run={stepped} />}
      <TimeSpentSection execution={execution} chosen={chosen} />
      {chosen === null || chosen.run === null ? null : (
        <RanSection executionId={execution.id} run={chosen.run} connectionNames={connectionNames} />
      )}
      {chosen === null ? <InputsSection execution={execution} /> : null}
      <MetricsSection metrics={metrics} />
    </>
  );
}
