"use client";
import type { ReactElement, ReactNode } from "react";
import { CodeText } from "#components/ui/code-text.tsx";
import { type ControlProps, Field } from "#components/ui/field.tsx";
import { durationText } from "#components/ui/time-text.ts";
import type { InputView } from "#lib/core/flow-view.ts";
import { messageAtField } from "./check-input.ts";
import {
  ArrayControl,
  BooleanControl,
  isSegmented,
  MultiSelectControl,
  SelectControl,
} from "./choice-controls.tsx";
import { durationFrom } from "./duration-from.ts";
import { FileControl } from "./file-control.tsx";
import { type InputValue, isBoolean, isComputed, isList, valueFrom } from "./input-value.ts";
import {
  DateControl,
  DateTimeControl,
  DocumentControl,
  SecretControl,
  TextControl,
} from "./text-controls.tsx";

interface InputFieldProps {
  input: InputView;
  value: InputValue;
  error: string | undefined;
  flow: { namespace: string; id: string };
  onChange: (value: InputValue) => void;
  onBusy: (isBusy: boolean) => void;
}

/** One input of the form: its name, what it must be, its control, and what is wrong with it. */
export function InputField(props: InputFieldProps): ReactElement {
  const { input, value, error } = props;
  const isGroup = isBoolean(input) || isList(input) || isSegmented(input);
  return (
    <Field
      label={
        <span className="font-mono text-sm font-semibold">{input.displayName ?? input.id}</span>
      }
      detail={detailOf(input)}
      hint={hintOf(input, value)}
      error={error === undefined ? null : messageAtField(error)}
      isGroup={isGroup}
    >
      {(control) => <Control {...props} control={control} />}
    </Field>
  );
}

/** `FLOAT · default 0.85`, `FILE · required`, `ARRAY of INT · optional`. */
function detailOf(input: InputView): string {
  const type = input.itemType === null ? input.type : `${input.type} of ${input.itemType}`;
  if (input.defaultText !== null) {
    const value = valueFrom(input, input.defaultText);
    const text = Array.isArray(value) ? value.join(", ") : input.defaultText;
    const isLong = text.length > 32 || text.includes("\n");
    const hasNote = isComputed(input.defaultText) || isLong || input.type === "SECRET";
    return hasNote ? `${type} · has a default` : `${type} · default ${text}`;
  }
  return `${type} · ${input.isRequired ? "required" : "optional"}`;
}

function limitsOf(input: InputView): string {
  const limits = [
    input.min === null ? "" : `at least \`${input.min}\``,
    input.max === null ? "" : `at most \`${input.max}\``,
    input.after === null ? "" : `after \`${input.after}\``,
    input.before === null ? "" : `before \`${input.before}\``,
    input.validator === null ? "" : `like \`${input.validator}\``,
    input.allowedFileExtensions.length === 0 ? "" : input.allowedFileExtensions.join(", "),
  ].filter((limit) => limit !== "");
  return limits.join(", ");
}

function hintOf(input: InputView, value: InputValue): ReactNode {
  const limits = limitsOf(input);
  const duration =
    input.type === "DURATION" && typeof value === "string" ? durationFrom(value) : null;
  const parts = [
    duration === null ? "" : durationText(duration),
    limits === "" ? "" : `${limits.charAt(0).toUpperCase()}${limits.slice(1)}`,
  ].filter((part) => part !== "");
  if (input.description === null && parts.length === 0) return null;
  return (
    <>
      {input.description}
      {input.description !== null && parts.length > 0 ? " " : ""}
      {parts.length === 0 ? null : <CodeText text={`${parts.join(". ")}.`} />}
    </>
  );
}

const text = (value: InputValue): string => (typeof value === "string" ? value : "");

function Control({
  input,
  value,
  flow,
  onChange,
  onBusy,
  control,
}: InputFieldProps & { control: ControlProps }): ReactElement {
  const common = { input, onChange, control };
  switch (input.type) {
    case "FILE":
      return (
        <FileControl
          {...common}
          value={typeof value === "string" && value !== "" ? value : null}
          flow={flow}
          onBusy={onBusy}
        />
      );
    case "BOOLEAN":
    case "BOOL":
      return <BooleanControl {...common} value={typeof value === "boolean" ? value : null} />;
    case "ARRAY":
      return <ArrayControl {...common} value={Array.isArray(value) ? value : []} />;
    case "MULTISELECT":
      return <MultiSelectControl {...common} value={Array.isArray(value) ? value : []} />;
    case "SELECT":
    case "ENUM":
      return <SelectControl {...common} value={text(value)} />;
    case "SECRET":
      return <SecretControl {...common} value={text(value)} />;
    case "DATE":
    case "TIME":
      return <DateControl {...common} value={text(value)} />;
    case "DATETIME":
      return <DateTimeControl {...common} value={text(value)} />;
    case "JSON":
    case "YAML":
      return <DocumentControl {...common} value={text(value)} />;
    case "STRING":
    case "INT":
    case "FLOAT":
    case "DURATION":
    case "URI":
    case "EMAIL":
      return <TextControl {...common} value={text(value)} />;
  }
}
