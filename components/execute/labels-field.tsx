"use client";
import { type KeyboardEvent, type ReactElement, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { Tag } from "#components/ui/tag.tsx";
import { labelFrom } from "./label-from.ts";

/** The labels of the execution that is about to be made. */
export function LabelsField({
  labels,
  onChange,
}: {
  labels: Readonly<Record<string, string>>;
  onChange: (labels: Record<string, string>) => void;
}): ReactElement {
  const [text, setText] = useState("");
  const [error, setError] = useState<string | null>(null);
  const add = () => {
    const label = labelFrom(text);
    if (typeof label === "string") {
      setError(label);
      return;
    }
    setError(null);
    setText("");
    onChange({ ...labels, [label.key]: label.value });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    if (text !== "") add();
  };
  return (
    <Field label="Labels" error={error}>
      {(control) => (
        <>
          <span className="flex gap-1.5">
            <Input
              {...control}
              placeholder="key:value"
              value={text}
              onChange={(event) => setText(event.target.value)}
              onKeyDown={onKeyDown}
            />
            <Button onClick={add} disabled={text === ""}>
              Add
            </Button>
          </span>
          {Object.keys(labels).length === 0 ? null : (
            <span className="flex flex-wrap gap-1.5">
              {Object.entries(labels).map(([key, value]) => (
                <Tag
                  key={key}
                  removeLabel={`Remove label ${key}`}
                  onRemove={() => {
                    const { [key]: _, ...rest } = labels;
                    onChange(rest);
                  }}
                >
                  {key}:{value}
                </Tag>
              ))}
            </span>
          )}
        </>
      )}
    </Field>
  );
}
