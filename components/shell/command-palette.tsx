"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { useTheme } from "next-themes";
import { useRouter } from "next/navigation";
import { Dialog as Radix } from "radix-ui";
import { type ReactElement, type ReactNode, useState } from "react";
import { StateDot } from "#components/ui/state-chip.tsx";
import { useFocusReturn } from "#components/ui/use-focus-return.ts";
import { paths } from "#lib/core/paths.ts";
import { flowsQuery, recentExecutionsQuery } from "#lib/query/flows.ts";
import { leavePage } from "./leave-guard.ts";

const GROUP =
  "[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-ink-3";
const FLOWS_SHOWN = 8;

function Item({
  value,
  onSelect,
  detail,
  children,
}: {
  /** What is searched; unique. */
  value: string;
  onSelect: () => void;
  detail?: ReactNode;
  children: ReactNode;
}): ReactElement {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="mx-1 flex h-[34px] cursor-pointer items-center gap-2 rounded-sm px-2 data-[selected=true]:bg-sunken"
    >
      <span className="min-w-0 truncate">{children}</span>
      {detail === undefined ? null : (
        <span className="ml-auto shrink-0 text-xs text-ink-3">{detail}</span>
      )}
    </Command.Item>
  );
}

/** ⌘K: goes to any page, flow or execution, and does what needs no page. */
export function CommandPalette({
  isOpen,
  onOpenChange,
  onShortcuts,
}: {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  onShortcuts: () => void;
}): ReactElement {
  const focus = useFocusReturn();
  return (
    <Radix.Root open={isOpen} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-veil" />
        <Radix.Content
          aria-describedby={undefined}
          onOpenAutoFocus={focus.remember}
          onCloseAutoFocus={focus.onCloseAutoFocus}
          className="fixed top-[12vh] left-1/2 z-40 w-[calc(100vw-24px)] max-w-[560px] -translate-x-1/2 overflow-hidden rounded-lg border border-line bg-paper shadow-float outline-none"
        >
          <Radix.Title className="sr-only">Go to</Radix.Title>
          <Commands close={() => onOpenChange(false)} onShortcuts={onShortcuts} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Commands({
  close,
  onShortcuts,
}: {
  close: () => void;
  onShortcuts: () => void;
}): ReactElement {
  const [text, setText] = useState("");
  const router = useRouter();
  const { setTheme } = useTheme();
  // `execute nightly` looks for the flow that is to be executed.
  const search = text.trim().replace(/^(execute|run)\s+/i, "");
  const flows = useQuery({
    ...flowsQuery(search === "" ? {} : { text: search }),
    placeholderData: keepPreviousData,
    refetchInterval: false,
  });
  const executions = useQuery(recentExecutionsQuery(search));
  const go = (href: string) => () => {
    close();
    leavePage(() => router.push(href));
  };
  const theme = (name: string) => () => {
    setTheme(name);
    close();
  };
  return (
    <Command label="Go to" loop>
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder="Go to a page, flow or execution"
        className="h-12 w-full border-b border-line bg-transparent px-4 text-ink outline-none"
      />
      <Command.List className="max-h-[min(400px,56vh)] overflow-auto pb-1">
        <Command.Empty className="px-4 py-6 text-center text-ink-2">
          Nothing is called “{text}”.
        </Command.Empty>
        <Command.Group heading="Pages" className={GROUP}>
          <Item value="page flows" onSelect={go(paths.flows())}>
            Flows
          </Item>
          <Item value="page executions" onSelect={go(paths.executions())}>
            Executions
          </Item>
          <Item value="page connections" onSelect={go(paths.connections())}>
            Connections
          </Item>
        </Command.Group>
        <Command.Group heading="Flows" className={GROUP}>
          {(flows.data?.flows ?? []).slice(0, FLOWS_SHOWN).map((flow) => (
            <Item
              key={`${flow.namespace}/${flow.id}`}
              value={`flow ${flow.namespace} ${flow.id} ${flow.description}`}
              onSelect={go(paths.flow(flow))}
              detail={flow.namespace}
            >
              {flow.id}
            </Item>
          ))}
        </Command.Group>
        <Command.Group heading="Executions" className={GROUP}>
          {(executions.data ?? []).map((execution) => (
            <Item
              key={execution.id}
              value={`execution ${execution.namespace} ${execution.flowId} ${execution.id}`}
              onSelect={go(paths.execution(execution.id))}
              detail={<span className="font-mono">{execution.id}</span>}
            >
              <span className="inline-flex items-center gap-2">
                <StateDot state={execution.state} />
                {execution.flowId}
              </span>
            </Item>
          ))}
        </Command.Group>
        <Command.Group heading="Do" className={GROUP}>
          <Item value="new flow create" onSelect={go(paths.newFlow())}>
            New flow
          </Item>
          {search === ""
            ? null
            : (flows.data?.flows ?? []).slice(0, FLOWS_SHOWN).map((flow) => (
                <Item
                  key={`${flow.namespace}/${flow.id}`}
                  value={`execute run ${flow.namespace} ${flow.id}`}
                  onSelect={go(paths.flow({ ...flow, isExecute: true }))}
                  detail={flow.namespace}
                >
                  Execute {flow.id}
                </Item>
              ))}
          <Item value="light theme" onSelect={theme("light")}>
            Light theme
          </Item>
          <Item value="dark theme" onSelect={theme("dark")}>
            Dark theme
          </Item>
          <Item value="theme of the system" onSelect={theme("system")}>
            Theme of the system
          </Item>
          <Item value="keyboard shortcuts help" onSelect={onShortcuts}>
            Keyboard shortcuts
          </Item>
        </Command.Group>
      </Command.List>
    </Command>
  );
}
