import { Check, X } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { HEALTH_LOOK } from "#components/ui/state-tone.ts";
import { durationText } from "#components/ui/time-text.ts";
import type { ConnectionView, PermissionCheck } from "#lib/core/connection-view.ts";

/** What the last check found: what is wrong and what to do, what is allowed, and what would allow the rest. */
export function ConnectionDetails({ connection }: { connection: ConnectionView }): ReactElement {
  const { health } = connection;
  return (
    <div className="flex max-w-[1080px] flex-col gap-4 max-md:w-[calc(100vw-40px)] max-sm:w-[calc(100vw-32px)]">
      {health.message === "" ? null : (
        <Notice tone={HEALTH_LOOK[health.state].tone} title={health.message}>
          {health.remedy}
          {health.evidence === "" ? null : (
            <>
              {health.remedy === "" ? null : " "}
              <code className="break-words text-ink-3">{health.evidence}</code>
            </>
          )}
        </Notice>
      )}
      {health.rbac === null ? null : <Rbac yaml={health.rbac} />}
      <dl className="grid grid-cols-[140px_minmax(0,1fr)] gap-x-4 gap-y-1 max-sm:grid-cols-1">
        {connection.isDefault ? (
          <Fact name="Default">flows that do not say where they run, run here</Fact>
        ) : null}
        {connection.server === null ? null : (
          <Fact name="API server">
            <code className="break-all">{connection.server}</code>
          </Fact>
        )}
        {health.hasMetrics === null ? null : (
          <Fact name="metrics-server">
            {health.hasMetrics ? "there" : "not there: memory and CPU are not shown beside limits"}
          </Fact>
        )}
        {health.permissions.length === 0 ? null : (
          <Fact name="Permissions">
            <ul>
              {health.permissions.map((permission) => (
                <Permission key={permission.name} permission={permission} />
              ))}
            </ul>
          </Fact>
        )}
        <Fact name="Last check">
          {health.state === "unknown"
            ? "never: press Check"
            : `took ${durationText(health.tookMs)}`}
        </Fact>
      </dl>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }): ReactElement {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Permission({ permission }: { permission: PermissionCheck }): ReactElement {
  const { isAllowed, isOptional = false } = permission;
  return (
    <li className="flex flex-wrap items-baseline gap-x-2">
      <span className="self-center">
        {isAllowed ? (
          <Check size={14} aria-hidden className="text-success" />
        ) : (
          <X size={14} aria-hidden className={isOptional ? "text-ink-3" : "text-failed"} />
        )}
        <span className="sr-only">
          {isAllowed ? "Allowed:" : isOptional ? "Not given:" : "Missing:"}
        </span>
      </span>
      <code className="min-w-44">{permission.name}</code>
      <span className="text-ink-2">{permission.neededFor}</span>
    </li>
  );
}

function Rbac({ yaml }: { yaml: string }): ReactElement {
  return (
    <section aria-label="Permissions to apply">
      <div className="mb-2 flex flex-wrap items-center gap-2">
        <p className="grow text-ink-2">
          An administrator of the cluster can apply this with <code>kubectl apply -f -</code>:
        </p>
        <CopyButton text={yaml}>Copy</CopyButton>
      </div>
      <pre className="overflow-x-auto rounded-md bg-sunken px-3 py-2.5">{yaml}</pre>
    </section>
  );
}
