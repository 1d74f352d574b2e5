import type { ControlProps } from "#components/ui/field.tsx";
import type { InputView } from "#lib/core/flow-view.ts";

/** What the control of an input gets: its declaration, its value, and who wants to know of changes. */
export interface InputControlProps<T> {
  input: InputView;
  value: T;
  onChange: (value: T) => void;
  control: ControlProps;
}
