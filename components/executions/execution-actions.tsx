"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { MoreHorizontal } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type ReactElement, useState } from "react";
import { Button, buttonClass, IconButton } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/dialog.tsx";
import { Menu, MenuItem, MenuSeparator } from "#components/ui/menu.tsx";
import type { ExecutionView } from "#lib/core/execution-view.ts";
import { paths } from "#lib/core/paths.ts";
import { executionCan, isTerminal } from "#lib/core/state.ts";
import { deleteExecution, killExecution } from "#lib/query/executions.ts";
import { failureText } from "#lib/query/query-client.ts";

type Asked = "none" | "kill" | "delete";

/** What can be done with an execution in its state. */
export function ExecutionActions({ execution }: { execution: ExecutionView }): ReactElement {
  const router = useRouter();
  const client = useQueryClient();
  const [asked, setAsked] = useState<Asked>("none");
  const kill = useMutation({
    mutationFn: () => killExecution(execution.id),
    onSuccess: () => setAsked("none"),
  });
  const remove = useMutation({
    mutationFn: () => deleteExecution(execution.id),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["executions", "list"] });
      router.push(paths.executions());
    },
  });
  const { namespace, flowId: id } = execution;
  const hasEnded = isTerminal(execution.state);
  return (
    <>
      <Menu
        trigger={
          <IconButton label="More actions">
            <MoreHorizontal size={16} aria-hidden />
          </IconButton>
        }
      >
        <MenuItem asChild>
          <Link href={paths.flow({ namespace, id })}>Open the flow</Link>
        </MenuItem>
        <MenuItem asChild>
          <Link href={paths.executions({ namespace, flowId: id })}>All its executions</Link>
        </MenuItem>
        <MenuItem asChild>
          <a href={paths.executionLogDownload(execution.id)} download>
            Download the log
          </a>
        </MenuItem>
        <MenuSeparator />
        <MenuItem
          isDanger
          isDisabled={!executionCan.delete(execution)}
          onSelect={() => setAsked("delete")}
        >
          Delete…
        </MenuItem>
      </Menu>
      {executionCan.kill(execution) ? (
        <Button variant="danger" onClick={() => setAsked("kill")}>
          Kill
        </Button>
      ) : null}
      {hasEnded ? (
        <Link
          className={buttonClass("primary")}
          href={paths.flow({ namespace, id, isExecute: true, like: execution.id })}
          title="Opens the form with the inputs and the connection of this execution"
        >
          Execute again
        </Link>
      ) : null}
      <ConfirmDialog
        isOpen={asked === "kill"}
        onOpenChange={() => setAsked("none")}
        title="Kill this execution?"
        verb="Kill"
        isBusy={kill.isPending}
        error={kill.isError ? failureText(kill.error) : null}
        onConfirm={() => kill.mutate()}
      >
        The running task is ended and its pod removed; what comes after it does not run. The log and
        the files that are stored already stay.
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={asked === "delete"}
        onOpenChange={() => setAsked("none")}
        title="Delete this execution?"
        verb="Delete"
        isBusy={remove.isPending}
        error={remove.isError ? failureText(remove.error) : null}
        onConfirm={() => remove.mutate()}
      >
        Its log, its outputs and its files are deleted with it. This cannot be taken back.
      </ConfirmDialog>
    </>
  );
}
