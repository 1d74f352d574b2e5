"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useCallback } from "react";
import { useClock } from "#components/ui/clock.tsx";
import { Field } from "#components/ui/field.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Select } from "#components/ui/select.tsx";
import { Dot } from "#components/ui/state-chip.tsx";
import { HEALTH_LOOK } from "#components/ui/state-tone.ts";
import type { ConnectionView } from "#lib/core/connection-view.ts";
import { checkConnection, connectionsQuery } from "#lib/query/connections.ts";
import { failureText } from "#lib/query/query-client.ts";

const BY_FLOW = "*";
/** A check older than this is made again when its connection is picked. */
const FRESH_MS = 60_000;

/** Which connection the execution runs on, with what its last check found. Null: what the flow says. */
export function RunOnField({
  value,
  onChange,
}: {
  value: string | null;
  onChange: (connectionId: string | null) => void;
}): ReactElement {
  const list = useQuery(connectionsQuery());
  const connections = list.data ?? [];
  const usual = connections.find((connection) => connection.isDefault);
  const shown = value === null ? usual : connections.find((each) => each.id === value);
  const { isFetching } = useRecheck(shown);
  return (
    <Field
      label="Run on"
      hint={list.isError ? failureText(list.error) : hintOf(value, shown, isFetching)}
    >
      {(control) => (
        <Select
          control={control}
          value={value ?? BY_FLOW}
          onChange={(id) => onChange(id === BY_FLOW ? null : id)}
          options={[
            { value: BY_FLOW, label: "What the flow says" },
            ...connections.map((connection) => ({
              value: connection.id,
              label: (
                <>
                  <Dot
                    {...HEALTH_LOOK[connection.health.state]}
                    label={HEALTH_LOOK[connection.health.state].label}
                  />
                  {connection.name}
                </>
              ),
              detail:
                connection.namespace === null ? undefined : `namespace ${connection.namespace}`,
            })),
          ]}
        />
      )}
    </Field>
  );
}

/** Checks the connection that is about to be used, when the last check is old. */
function useRecheck(connection: ConnectionView | undefined): { isFetching: boolean } {
  const client = useQueryClient();
  const health = connection?.health;
  const isStale = useClock(
    useCallback(
      (now: number) =>
        health !== undefined &&
        (health.state === "unknown" || now - Date.parse(health.checkedAt) > FRESH_MS),
      [health],
    ),
  );
  return useQuery({
    queryKey: ["connections", "recheck", connection?.id],
    queryFn: async () => {
      const checked = await checkConnection(connection?.id ?? "");
      client.setQueryData(connectionsQuery().queryKey, (all) =>
        all?.map((each) => (each.id === checked.id ? checked : each)),
      );
      return checked;
    },
    enabled: isStale,
    staleTime: FRESH_MS,
    retry: false,
  });
}

function hintOf(
  value: string | null,
  connection: ConnectionView | undefined,
  isChecking: boolean,
): ReactElement | null {
  if (connection === undefined) return null;
  const { health } = connection;
  const lead = value === null ? `Tasks that name no place run on ${connection.name}. ` : "";
  if (isChecking) return <>{lead}Checking…</>;
  if (health.state === "unknown") return <>{lead}Not checked yet.</>;
  const isWell = health.state === "ready";
  return (
    <>
      {lead}
      {isWell ? (
        <>
          {connection.kind === "this-machine" ? "Ready" : "Reached"}{" "}
          <RelativeTime date={health.checkedAt} />.{" "}
          {health.kubernetesVersion === null ? "" : `Kubernetes ${health.kubernetesVersion}. `}
          {health.message}
        </>
      ) : (
        <span className={health.state === "unreachable" ? "text-failed" : "text-warning"}>
          {HEALTH_LOOK[health.state].label}: {health.message} {health.remedy}
        </span>
      )}
    </>
  );
}
