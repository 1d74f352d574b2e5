"use client";
import { clsx } from "clsx";
import { File as FileIcon, RotateCw, X } from "lucide-react";
import {
  type DragEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useEffectEvent,
  useRef,
  useState,
} from "react";
import { Button, IconButton } from "#components/ui/button.tsx";
import { bytesText } from "#components/ui/bytes-text.ts";
import { paths } from "#lib/core/paths.ts";
import { extensionFault, messageAtField } from "./check-input.ts";
import type { InputControlProps } from "./control.ts";
import { useUpload } from "./use-upload.ts";

const icon = { size: 16, strokeWidth: 1.75, "aria-hidden": true } as const;

/** The last part of a stored file's URI. */
function nameOf(uri: string): string {
  return decodeURIComponent(uri.slice(uri.lastIndexOf("/") + 1));
}

/** FILE: picked or dropped, streamed at once, with progress, cancel and another try. */
export function FileControl({
  input,
  value,
  onChange,
  control,
  flow,
  onBusy,
}: InputControlProps<string | null> & {
  flow: { namespace: string; id: string };
  /** Whether it is on its way: the form waits for it. */
  onBusy: (isBusy: boolean) => void;
}): ReactElement {
  const [fault, setFault] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const urlFor = (name: string) =>
    paths.upload({ namespace: flow.namespace, flowId: flow.id, inputId: input.id, name });
  const { state, send, cancel } = useUpload(urlFor, onChange);
  const isSending = state.kind === "sending";
  const tellForm = useEffectEvent(onBusy);
  useEffect(() => {
    tellForm(isSending);
    return () => tellForm(false);
  }, [isSending]);
  const take = (file: File | undefined) => {
    if (file === undefined) return;
    const refused = extensionFault(input, file.name);
    setFault(refused === null ? null : messageAtField(refused));
    if (refused === null) send(file);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  return (
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={clsx(
        "flex min-h-[54px] items-center gap-3 rounded-md border border-dashed px-3 py-2",
        isOver ? "border-focus bg-select" : "border-line-strong",
        (control["aria-invalid"] === true || fault !== null) && !isOver && "border-failed",
      )}
    >
      <FileIcon {...icon} className="shrink-0" />
      <input
        ref={picker}
        type="file"
        {...control}
        className="peer sr-only"
        accept={input.allowedFileExtensions.join(",") || undefined}
        onChange={(event) => {
          take(event.target.files?.[0]);
          // The same file can be picked again after it was changed.
          event.target.value = "";
        }}
      />
      <div className="min-w-0 grow">
        <FileState state={state} value={value} fault={fault} />
      </div>
      {state.kind === "none" && value === null ? (
        <Button
          tabIndex={-1}
          aria-hidden
          className="peer-focus-visible:outline-2 peer-focus-visible:outline-focus"
          onClick={() => picker.current?.click()}
        >
          Choose
        </Button>
      ) : null}
      {state.kind === "failed" ? (
        <IconButton label="Try again" onClick={() => send(state.file)}>
          <RotateCw {...icon} />
        </IconButton>
      ) : null}
      {state.kind === "none" && value === null ? null : (
        <IconButton label={isSending ? "Cancel the upload" : "Take the file away"} onClick={cancel}>
          <X {...icon} />
        </IconButton>
      )}
    </div>
  );
}

function Line({ name, end }: { name: string; end: ReactNode }): ReactElement {
  return (
    <span className="flex items-baseline gap-2">
      <span className="min-w-0 grow truncate font-strong">{name}</span>
      <span className="shrink-0 text-ink-2 tabular-nums">{end}</span>
    </span>
  );
}

function FileState({
  state,
  value,
  fault,
}: {
  state: ReturnType<typeof useUpload>["state"];
  value: string | null;
  fault: string | null;
}): ReactElement {
  if (fault !== null) return <span className="text-failed">{fault.replaceAll("`", "")}</span>;
  switch (state.kind) {
    case "none":
      return value === null ? (
        <span className="text-ink-2">Drop a file here, or choose one</span>
      ) : (
        <Line name={nameOf(value)} end="as before" />
      );
    case "stored":
      return <Line name={state.name} end={state.size === null ? null : bytesText(state.size)} />;
    case "failed":
      return (
        <span role="alert">
          <Line name={state.file.name} end={bytesText(state.file.size)} />
          <span className="block text-xs text-failed">{state.message}</span>
        </span>
      );
    case "sending": {
      const { sentBytes, totalBytes, bytesPerSecond } = state.progress;
      const speed = bytesPerSecond > 0 ? ` · ${bytesText(bytesPerSecond)}/s` : "";
      return (
        <span className="flex flex-col gap-1.5">
          <Line
            name={state.file.name}
            end={`${bytesText(sentBytes)} of ${bytesText(totalBytes)}${speed}`}
          />
          <progress
            aria-label={`Upload of ${state.file.name}`}
            value={sentBytes}
            max={Math.max(1, totalBytes)}
            className="block h-1 w-full appearance-none overflow-hidden rounded-full bg-sunken [&::-moz-progress-bar]:bg-running [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-running"
          />
        </span>
      );
    }
  }
}
