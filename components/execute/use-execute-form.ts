"use client";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { EarlierRequest } from "#lib/core/execution-view.ts";
import type { InputView, Problem } from "#lib/core/flow-view.ts";
import { lastInputsQuery } from "#lib/query/flows.ts";
import { ActionFailure, failureText } from "#lib/query/query-client.ts";
import { checkInputs } from "./check-input.ts";
import {
  initialValues,
  type InputValue,
  type InputValues,
  valuesFromLast,
  valuesToSend,
} from "./input-value.ts";
import { useExecute } from "./use-execute.ts";

export interface ExecuteFormOptions {
  flow: { namespace: string; id: string };
  inputs: readonly InputView[];
  /** Of the source that would run: an error keeps it from running. */
  problems: readonly Problem[];
  /** The source says that it is not to be executed. */
  isDisabled: boolean;
  /** The execution that the form begins with; null for the flow's defaults. */
  earlier?: { name: string; request: EarlierRequest } | null;
  /** Runs before the execution is made; answers the revision that runs. */
  prepare: () => Promise<number>;
}

type Messages = Readonly<Record<string, string>>;

function without(messages: Messages, id: string): Messages {
  return Object.fromEntries(Object.entries(messages).filter(([each]) => each !== id));
}

/** The focus goes to the first field that is wrong, once the fields are drawn with their errors. */
function focusFirstWrong(formId: string): void {
  requestAnimationFrame(() => {
    const form = document.querySelector(`[id="${formId}"]`);
    const wrong = form?.querySelector<HTMLElement>("[aria-invalid=true]");
    const isControl = wrong?.matches("input, textarea, button") === true;
    const target = isControl ? wrong : wrong?.querySelector<HTMLElement>("input, button");
    target?.focus();
  });
}

/** The state of the form that executes a flow: checked here first, then by the server. */
export function useExecuteForm(options: ExecuteFormOptions, formId: string) {
  const { flow, inputs, problems, isDisabled, earlier, prepare } = options;
  // What nobody would fill in is not asked for.
  const last = useQuery({ ...lastInputsQuery(flow), enabled: !earlier && inputs.length > 0 });
  const [values, setValues] = useState<InputValues>(() => ({
    ...initialValues(inputs),
    ...valuesFromLast(inputs, earlier?.request.inputs ?? {}),
  }));
  const [errors, setErrors] = useState<Messages>({});
  const [labels, setLabels] = useState<Record<string, string>>(earlier?.request.labels ?? {});
  const [connectionId, setConnectionId] = useState<string | null>(
    earlier?.request.connectionId ?? null,
  );
  const [busy, setBusySet] = useState<ReadonlySet<string>>(new Set());
  const [fillNote, setFillNote] = useState<string | null>(
    earlier ? `Filled in as in ${earlier.name}.` : null,
  );
  const execute = useExecute(flow, prepare);
  const cannotRun = isDisabled || problems.some((problem) => problem.severity === "error");

  const showErrors = (wrong: Messages) => {
    setErrors(wrong);
    focusFirstWrong(formId);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (execute.isPending || busy.size > 0 || cannotRun) return;
    const wrong = checkInputs(inputs, values);
    showErrors(wrong);
    if (Object.keys(wrong).length > 0) return;
    execute.run(
      { inputs: valuesToSend(inputs, values), labels, connectionId },
      { refused: (error) => error instanceof ActionFailure && showErrors(error.fields) },
    );
  };
  const change = (id: string, value: InputValue) => {
    setValues((all) => ({ ...all, [id]: value }));
    setErrors((all) => without(all, id));
  };
  const setBusy = (id: string, isBusy: boolean) =>
    setBusySet((all) => new Set(isBusy ? [...all, id] : [...all].filter((each) => each !== id)));
  const fill = () => {
    setValues((all) => ({ ...all, ...valuesFromLast(inputs, last.data ?? {}) }));
    setFillNote("Filled in.");
  };
  return {
    values,
    errors,
    labels,
    connectionId,
    fillNote: last.isError ? failureText(last.error) : fillNote,
    hasLast: last.isSuccess && last.data !== null,
    cannotRun,
    isUploading: busy.size > 0,
    isPending: execute.isPending,
    failure: failureOf(execute.error, inputs),
    setLabels,
    setConnectionId,
    submit,
    change,
    setBusy,
    fill,
  };
}

/** What to say above the fields: nothing when a field says it already. */
function failureOf(error: unknown, inputs: readonly InputView[]): string | null {
  if (error === null) return null;
  const isAtField =
    error instanceof ActionFailure && inputs.some((input) => Object.hasOwn(error.fields, input.id));
  return isAtField ? null : failureText(error);
}
