"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ChevronRight, MoreHorizontal } from "lucide-react";
import { type ReactElement, useState } from "react";
import { toast } from "sonner";
import { Button, IconButton } from "#components/ui/button.tsx";
import { Td, Tr } from "#components/ui/data-table.tsx";
import { ConfirmDialog } from "#components/ui/dialog.tsx";
import { Menu, MenuItem, MenuSeparator } from "#components/ui/menu.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Chip } from "#components/ui/state-chip.tsx";
import { HEALTH_LOOK } from "#components/ui/state-tone.ts";
import type { ConnectionKind, ConnectionView } from "#lib/core/connection-view.ts";
import {
  checkConnection,
  chooseDefaultConnection,
  connectionsQuery,
  deleteConnection,
} from "#lib/query/connections.ts";
import { failureText } from "#lib/query/query-client.ts";
import { ConnectionDetails } from "./connection-details.tsx";

const FROM: Record<ConnectionKind, string> = {
  context: "kubeconfig context",
  imported: "imported kubeconfig",
  "in-cluster": "the cluster Podflow runs in",
  "this-machine": "processes, no cluster",
};

/** One place where tasks can run: how it is, and below, when opened, everything its check found. */
export function ConnectionRow({
  connection,
  isOpenAtFirst,
}: {
  connection: ConnectionView;
  isOpenAtFirst: boolean;
}): ReactElement {
  const { health } = connection;
  const client = useQueryClient();
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const [isDeleting, setDeleting] = useState(false);
  const { queryKey } = connectionsQuery();
  const reload = () => client.invalidateQueries({ queryKey });
  const check = useMutation({
    mutationFn: () => checkConnection(connection.id),
    onSuccess: (checked) => {
      client.setQueryData(queryKey, (known) =>
        known?.map((each) => (each.id === checked.id ? checked : each)),
      );
      if (checked.health.state !== "ready") setOpen(true);
    },
    onError: (error) => toast.error(failureText(error)),
  });
  const chooseDefault = useMutation({
    mutationFn: () => chooseDefaultConnection(connection.id),
    onSuccess: reload,
    onError: (error) => toast.error(failureText(error)),
  });
  const remove = useMutation({
    mutationFn: () => deleteConnection(connection.id),
    onSuccess: async () => {
      setDeleting(false);
      await reload();
    },
  });
  const look = HEALTH_LOOK[health.state];
  const isUnknown = health.state === "unknown";
  return (
    <>
      <Tr>
        <Td>
          <span className="flex items-center gap-2">
            <button
              type="button"
              aria-expanded={isOpen}
              onClick={() => setOpen(!isOpen)}
              className="-ml-1 flex items-center gap-1 rounded-sm pr-1 font-strong"
            >
              <ChevronRight
                size={14}
                aria-hidden
                className={isOpen ? "rotate-90 text-ink-3" : "text-ink-3"}
              />
              {connection.name}
            </button>
            {connection.isDefault ? (
              <span className="text-ink-3 max-sm:hidden">default</span>
            ) : null}
          </span>
        </Td>
        <Td>
          <Chip tone={look.tone}>{look.label}</Chip>
        </Td>
        <Td from="lg" className="text-ink-2">
          {FROM[connection.kind]}
        </Td>
        <Td from="md" className="font-mono text-xs">
          {connection.namespace ?? "–"}
        </Td>
        <Td from="md" className="font-mono text-xs">
          {health.kubernetesVersion ?? "–"}
        </Td>
        <Td from="sm" className="w-full max-w-0 truncate text-ink-2" title={health.message}>
          {isUnknown ? null : health.message}
        </Td>
        <Td from="lg" isRight className="text-ink-2">
          {isUnknown ? "never" : <RelativeTime date={health.checkedAt} />}
        </Td>
        <Td isRight>
          <span className="inline-flex items-center gap-1">
            <Button
              isBusy={check.isPending}
              aria-label={`Check ${connection.name}`}
              onClick={() => check.mutate()}
            >
              {check.isPending ? "Checking…" : "Check"}
            </Button>
            <Menu
              trigger={
                <IconButton label={`More actions for ${connection.name}`}>
                  <MoreHorizontal size={16} aria-hidden />
                </IconButton>
              }
            >
              <MenuItem isDisabled={connection.isDefault} onSelect={() => chooseDefault.mutate()}>
                Use by default
              </MenuItem>
              {connection.kind === "imported" ? (
                <>
                  <MenuSeparator />
                  <MenuItem isDanger onSelect={() => setDeleting(true)}>
                    Delete…
                  </MenuItem>
                </>
              ) : null}
            </Menu>
          </span>
          <ConfirmDialog
            isOpen={isDeleting}
            onOpenChange={setDeleting}
            title={`Delete ${connection.name}?`}
            verb="Delete"
            isBusy={remove.isPending}
            error={remove.isError ? failureText(remove.error) : null}
            onConfirm={() => remove.mutate()}
          >
            <span className="whitespace-normal">
              Its login is deleted from Podflow; the cluster and its pods are left alone. Flows that
              name it will say that it is gone.
            </span>
          </ConfirmDialog>
        </Td>
      </Tr>
      {isOpen ? (
        <tr>
          <td colSpan={8} className="border-b border-line p-5 whitespace-normal max-sm:px-4">
            <ConnectionDetails connection={connection} />
          </td>
        </tr>
      ) : null}
    </>
  );
}
