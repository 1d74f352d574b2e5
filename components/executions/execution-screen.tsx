"use client";
import { clsx } from "clsx";
import { parseAsString, useQueryState } from "nuqs";
import { type ReactElement, useMemo, useState } from "react";
import { LogPane } from "#components/logs/log-pane.tsx";
import type { ExecutionView } from "#lib/core/execution-view.ts";
import { isTerminal } from "#lib/core/state.ts";
import { useLiveExecution } from "#lib/query/live-execution.ts";
import { ExecutionBar } from "./execution-bar.tsx";
import { ExecutionNotice } from "./execution-notice.tsx";
import { Gantt } from "./gantt.tsx";
import { logSubjects, wholeLogEmpty } from "./log-subjects.ts";
import { PaneTabs } from "./pane-tabs.tsx";
import { SidePane } from "./side-pane.tsx";
import { taskRows } from "./task-rows.ts";

type Pane = "log" | "details";

/** One execution, live until it has ended: what it does, what it prints, what it makes. */
export function ExecutionScreen({
  initial,
  connectionNames,
}: {
  initial: ExecutionView;
  /** By the connections' ids. */
  connectionNames: Readonly<Record<string, string>>;
}): ReactElement {
  const { execution, status, feed } = useLiveExecution(initial);
  const [chosenKey, setChosenKey] = useQueryState(
    "task",
    parseAsString.withOptions({ history: "replace" }),
  );
  const [pane, setPane] = useState<Pane>("log");
  const rows = useMemo(() => taskRows(execution), [execution]);
  const subjects = useMemo(() => logSubjects(execution, rows), [execution, rows]);
  const chosen = rows.find((row) => row.key === chosenKey) ?? null;
  const choose = (key: string | null): void => void setChosenKey(key);
  const isLive = !isTerminal(execution.state);
  return (
    <div className="flex min-h-0 grow flex-col max-lg:overflow-y-auto">
      <ExecutionBar execution={execution} status={status} connectionNames={connectionNames} />
      <ExecutionNotice execution={execution} rows={rows} />
      <Gantt execution={execution} rows={rows} chosenKey={chosen?.key ?? null} onChoose={choose} />
      <PaneTabs
        value={pane}
        onChange={setPane}
        tabs={[
          { value: "log", label: "Log" },
          { value: "details", label: "Outputs and time" },
        ]}
      />
      <div className="grid min-h-0 grow grid-cols-[minmax(0,1fr)_360px] max-lg:min-h-[70dvh] max-lg:grid-cols-1">
        <div className={clsx("flex min-h-0 min-w-0 flex-col", pane !== "log" && "max-lg:hidden")}>
          <LogPane
            executionId={execution.id}
            feed={feed}
            isLive={isLive}
            isConnected={status !== "reconnecting"}
            opensAtEnd={isLive || execution.state === "FAILED"}
            subjects={subjects}
            chosenKey={chosen?.key ?? null}
            onSubject={choose}
            {...wholeLogEmpty(execution, rows)}
          />
        </div>
        <aside
          aria-label="Outputs and time"
          className={clsx(
            "pane border-l border-line max-lg:border-l-0",
            pane !== "details" && "max-lg:hidden",
          )}
        >
          <SidePane execution={execution} chosen={chosen} connectionNames={connectionNames} />
        </aside>
      </div>
    </div>
  );
}
