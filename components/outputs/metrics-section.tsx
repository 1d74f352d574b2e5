import type { ReactElement } from "react";
import { PaneSection } from "#components/executions/pane-section.tsx";
import { durationText } from "#components/ui/time-text.ts";
import type { MetricView } from "#lib/core/execution-view.ts";

function metricText(metric: MetricView): string {
  if (metric.type === "timer") return durationText(metric.value * 1000);
  return metric.value.toLocaleString("en", { maximumFractionDigits: 6 });
}

function tagsText(metric: MetricView): string {
  return Object.entries(metric.tags)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

/** What the tasks counted and timed. Nothing when there is nothing. */
export function MetricsSection({
  metrics,
}: {
  metrics: readonly MetricView[];
}): ReactElement | null {
  if (metrics.length === 0) return null;
  return (
    <PaneSection title="Metrics">
      <dl className="py-1">
        {metrics.map((metric, at) => (
          <div key={at} className="flex min-h-9 items-center gap-2.5 px-4 hover:bg-ground">
            <dt className="flex min-w-0 grow items-baseline gap-2">
              <span className="mono truncate text-ink-2">{metric.name}</span>
              <span className="truncate text-ink-3">{tagsText(metric)}</span>
            </dt>
            <dd className="mono shrink-0">{metricText(metric)}</dd>
          </div>
        ))}
      </dl>
    </PaneSection>
  );
}
