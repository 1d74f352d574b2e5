"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Ellipsis } from "lucide-react";
import { useRouter } from "next/navigation";
import { type ReactElement, useState } from "react";
import { IconButton } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/dialog.tsx";
import { Menu, MenuItem, MenuSeparator } from "#components/ui/menu.tsx";
import { paths } from "#lib/core/paths.ts";
import { flowKeys } from "#lib/query/flows.ts";
import { actionData, failureText } from "#lib/query/query-client.ts";
import { deleteFlowAction } from "#lib/web/actions/flows.ts";

/** Hands the text to the browser as a file. */
function download(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** What is done with a flow now and then. */
export function FlowMenu({
  flow,
  source,
  onDeleted,
}: {
  flow: { namespace: string; id: string };
  source: string;
  /** It is gone: nothing of it is left to save. */
  onDeleted: () => void;
}): ReactElement {
  const router = useRouter();
  const client = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const removal = useMutation({
    mutationFn: () => actionData(deleteFlowAction({ namespace: flow.namespace, id: flow.id })),
    onSuccess: async () => {
      onDeleted();
      router.push(paths.flows());
      await client.invalidateQueries({ queryKey: flowKeys.list });
    },
  });
  return (
    <>
      <Menu
        trigger={
          <IconButton label="More actions">
            <Ellipsis size={16} aria-hidden />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => download(`${flow.namespace}.${flow.id}.yaml`, source)}>
          Download YAML
        </MenuItem>
        <MenuSeparator />
        <MenuItem isDanger onSelect={() => setAsking(true)}>
          Delete…
        </MenuItem>
      </Menu>
      <ConfirmDialog
        isOpen={isAsking}
        onOpenChange={setAsking}
        title={`Delete ${flow.namespace} / ${flow.id}?`}
        verb="Delete the flow"
        isBusy={removal.isPending || removal.isSuccess}
        error={removal.error === null ? null : failureText(removal.error)}
        onConfirm={() => removal.mutate()}
      >
        The flow and its revisions are deleted. Its executions stay, with their logs and files.
      </ConfirmDialog>
    </>
  );
}
