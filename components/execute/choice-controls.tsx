"use client";
import { Plus, X } from "lucide-react";
import { type ReactElement, useId } from "react";
import { Button, IconButton } from "#components/ui/button.tsx";
import { CheckBox, type ControlProps, Input } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import type { InputView } from "#lib/core/flow-view.ts";
import type { InputControlProps } from "./control.ts";

const SEGMENT =
  "inline-flex h-[30px] max-w-full items-center rounded-md border border-line-strong bg-paper px-3 font-medium has-checked:border-ink has-checked:bg-ink has-checked:text-inverse has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-focus";

/** One of a few, all to be seen. */
function Segments({
  options,
  value,
  onChange,
  control,
}: {
  options: readonly { value: string; label: string }[];
  value: string;
  onChange: (value: string) => void;
  control: ControlProps;
}): ReactElement {
  const name = useId();
  return (
    <span role="radiogroup" {...control} className="flex flex-wrap gap-1.5">
      {options.map((option) => (
        <label key={option.value} className={SEGMENT}>
          <input
            type="radio"
            name={name}
            className="sr-only"
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span className="truncate">{option.label}</span>
        </label>
      ))}
    </span>
  );
}

/** BOOLEAN and BOOL: yes, no, or, where it need not be said, nothing. */
export function BooleanControl({
  input,
  value,
  onChange,
  control,
}: InputControlProps<boolean | null>): ReactElement {
  const options = [
    { value: "true", label: "True" },
    { value: "false", label: "False" },
    ...(input.isRequired ? [] : [{ value: "null", label: "Not set" }]),
  ];
  return (
    <Segments
      options={options}
      value={String(value)}
      onChange={(text) => onChange(text === "null" ? null : text === "true")}
      control={control}
    />
  );
}

const SEGMENTS_MOST = 5;
const SEGMENTS_CHARACTERS = 48;

/** Whether a choice stands side by side: when it is meant as radio buttons, or is few and short. */
export function isSegmented(input: InputView): boolean {
  const isChoice = input.type === "SELECT" || input.type === "ENUM";
  const isShort =
    input.values.length <= SEGMENTS_MOST && input.values.join("").length <= SEGMENTS_CHARACTERS;
  return isChoice && !input.allowCustomValue && (input.isRadio || isShort);
}

/** SELECT and ENUM: side by side when they are few and short or meant as radio buttons, else a list. */
export function SelectControl({
  input,
  value,
  onChange,
  control,
}: InputControlProps<string>): ReactElement {
  const listId = useId();
  if (input.allowCustomValue) {
    return (
      <>
        <Input
          {...control}
          list={listId}
          placeholder="Choose or write"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
        <datalist id={listId}>
          {input.values.map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </datalist>
      </>
    );
  }
  const options = input.values.map((option) => ({ value: option, label: option }));
  if (isSegmented(input)) {
    const all = input.isRequired ? options : [...options, { value: "", label: "Not set" }];
    return <Segments options={all} value={value} onChange={onChange} control={control} />;
  }
  return (
    <span className="flex gap-1">
      <Select
        control={control}
        value={value === "" ? undefined : value}
        onChange={onChange}
        options={options.filter((option) => option.value !== "")}
      />
      {input.isRequired || value === "" ? null : (
        <IconButton label="Take the choice back" onClick={() => onChange("")}>
          <X size={16} aria-hidden />
        </IconButton>
      )}
    </span>
  );
}

/** MULTISELECT: a check box for each value, and a line for values of one's own where they are allowed. */
export function MultiSelectControl(props: InputControlProps<string[]>): ReactElement {
  const { input, value, onChange, control } = props;
  const toggle = (option: string, isOn: boolean) =>
    onChange(isOn ? [...value, option] : value.filter((each) => each !== option));
  const own = value.filter((each) => !input.values.includes(each));
  return (
    <span {...control} className="flex flex-col gap-1.5">
      <span className="flex flex-wrap gap-x-4 gap-y-1.5">
        {input.values.map((option) => (
          <CheckBox
            key={option}
            checked={value.includes(option)}
            onChange={(event) => toggle(option, event.target.checked)}
          >
            {option}
          </CheckBox>
        ))}
      </span>
      {input.allowCustomValue ? (
        <ItemRows
          items={own}
          name={input.id}
          onChange={(items) =>
            onChange([...value.filter((each) => input.values.includes(each)), ...items])
          }
        />
      ) : null}
    </span>
  );
}

/** ARRAY: a line for each item. */
export function ArrayControl({
  input,
  value,
  onChange,
  control,
}: InputControlProps<string[]>): ReactElement {
  return (
    <span {...control}>
      <ItemRows items={value} name={input.id} onChange={onChange} />
    </span>
  );
}

function ItemRows({
  items,
  name,
  onChange,
}: {
  items: readonly string[];
  name: string;
  onChange: (items: string[]) => void;
}): ReactElement {
  return (
    <span className="flex flex-col gap-1.5">
      {items.map((item, index) => (
        <span key={index} className="flex gap-1">
          <Input
            aria-label={`Item ${index + 1} of ${name}`}
            value={item}
            onChange={(event) => onChange(items.with(index, event.target.value))}
          />
          <IconButton
            label={`Remove item ${index + 1}`}
            onClick={() => onChange(items.toSpliced(index, 1))}
          >
            <X size={16} aria-hidden />
          </IconButton>
        </span>
      ))}
      <Button
        variant="plain"
        className="self-start"
        aria-label={`Add an item to ${name}`}
        onClick={() => onChange([...items, ""])}
      >
        <Plus size={14} aria-hidden /> Add
      </Button>
    </span>
  );
}
