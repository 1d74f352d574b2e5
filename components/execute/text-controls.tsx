"use client";
import { useQuery } from "@tanstack/react-query";
import { Eye, EyeOff } from "lucide-react";
import { type ReactElement, useState } from "react";
import { IconButton } from "#components/ui/button.tsx";
import { Input, TextArea } from "#components/ui/field.tsx";
import { isComputed } from "./input-value.ts";
import { useDebounced } from "#components/ui/use-debounced.ts";
import type { InputControlProps } from "./control.ts";
import { documentFault } from "./document-fault.ts";
import { instantFrom, localFrom } from "./local-time.ts";

type TextProps = InputControlProps<string>;

const EXAMPLE: Partial<Record<string, string>> = {
  DURATION: "PT1H30M",
  URI: "https://…",
  EMAIL: "name@example.org",
};

function placeholderOf({ input }: TextProps): string | undefined {
  return isComputed(input.defaultText) ? (input.defaultText ?? "") : EXAMPLE[input.type];
}

/** STRING, INT, FLOAT, DURATION, URI and EMAIL: one line, or as many as the default has. */
export function TextControl(props: TextProps): ReactElement {
  const { input, value, onChange, control } = props;
  if (input.type === "STRING" && /\n/.test(input.defaultText ?? "")) {
    return (
      <TextArea
        rows={4}
        {...control}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  const mode = { INT: "numeric", FLOAT: "decimal", URI: "url", EMAIL: "email" } as const;
  return (
    <Input
      {...control}
      inputMode={input.type in mode ? mode[input.type as keyof typeof mode] : "text"}
      className={input.type === "INT" || input.type === "FLOAT" ? "tabular-nums" : undefined}
      placeholder={placeholderOf(props)}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** SECRET: hidden unless the person wants to see what is typed. */
export function SecretControl({ value, onChange, control }: TextProps): ReactElement {
  const [isShown, setShown] = useState(false);
  return (
    <span className="flex gap-1">
      <Input
        {...control}
        type={isShown ? "text" : "password"}
        autoComplete="new-password"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <IconButton
        label={isShown ? "Hide what is typed" : "Show what is typed"}
        onClick={() => setShown(!isShown)}
      >
        {isShown ? <EyeOff size={16} aria-hidden /> : <Eye size={16} aria-hidden />}
      </IconButton>
    </span>
  );
}

/** DATE and TIME: the browser's pickers have exactly the text that is sent. */
export function DateControl({ input, value, onChange, control }: TextProps): ReactElement {
  return (
    <Input
      {...control}
      type={input.type === "TIME" ? "time" : "date"}
      step={input.type === "TIME" ? 1 : undefined}
      min={input.after ?? undefined}
      max={input.before ?? undefined}
      className="tabular-nums"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** DATETIME: picked in the person's time zone, sent as an instant in UTC. */
export function DateTimeControl({ value, onChange, control }: TextProps): ReactElement {
  return (
    <span className="flex items-center gap-2">
      <Input
        {...control}
        type="datetime-local"
        step={1}
        className="tabular-nums"
        value={localFrom(value)}
        onChange={(event) => onChange(instantFrom(event.target.value))}
      />
      <span className="shrink-0 text-xs text-ink-2">
        {Intl.DateTimeFormat().resolvedOptions().timeZone}
      </span>
    </span>
  );
}

/** JSON and YAML: a small editor. Tab goes on to the next field, so that the keyboard can leave it. */
export function DocumentControl(props: TextProps): ReactElement {
  const { input, value, onChange, control } = props;
  const lines = value.split("\n").length;
  const settled = useDebounced(value, 400);
  const type = input.type === "YAML" ? "YAML" : "JSON";
  const fault = useQuery({
    queryKey: ["document-fault", type, settled],
    queryFn: () => documentFault(type, settled),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  }).data;
  return (
    <>
      <TextArea
        {...control}
        rows={Math.min(12, Math.max(3, lines))}
        placeholder={placeholderOf(props)}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      {fault === undefined || fault === null || settled !== value ? null : (
        <span role="alert" className="text-xs text-failed">
          {fault}
        </span>
      )}
    </>
  );
}
