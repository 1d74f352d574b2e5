import { clsx } from "clsx";
import { type ComponentProps, type ReactElement, type ReactNode, useId } from "react";
import { CodeText } from "./code-text.tsx";

const BOX =
  "w-full rounded-md border border-line-strong bg-paper text-ink aria-invalid:border-failed disabled:opacity-50 " +
  "focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-focus";

/** The look of a control in which something is written or chosen. */
export const fieldClass = clsx(BOX, "h-[30px] px-2.5");

/** What a control needs so that its label, hint and error are read out with it. */
export interface ControlProps {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

/**
 * A label, its control, and below it the error or else the hint. The control is drawn by
 * `children`, which spreads what it is given onto the element that takes the focus.
 */
export function Field({
  label,
  detail,
  hint,
  error,
  isGroup = false,
  children,
}: {
  label: ReactNode;
  /** After the label, fainter: the type, whether it is required, the default. */
  detail?: ReactNode;
  hint?: ReactNode;
  /** What is between backticks is shown as code. */
  error?: string | null | undefined;
  /** The control is several elements: the label names a group instead of one of them. */
  isGroup?: boolean;
  children: (control: ControlProps) => ReactNode;
}): ReactElement {
  const id = useId();
  const isWrong = error !== undefined && error !== null && error !== "";
  const hasBelow = isWrong || (hint !== undefined && hint !== null && hint !== "");
  const control: ControlProps = {
    id,
    "aria-describedby": hasBelow ? `${id}-below` : undefined,
    "aria-invalid": isWrong ? true : undefined,
  };
  const head = (
    <>
      <span className="font-strong">{label}</span>{" "}
      {detail === undefined ? null : <span className="ml-1 text-ink-3">{detail}</span>}
    </>
  );
  return (
    <div
      className="flex min-w-0 flex-col gap-1.5"
      {...(isGroup ? { role: "group", "aria-labelledby": `${id}-label` } : {})}
    >
      {isGroup ? (
        <div id={`${id}-label`}>{head}</div>
      ) : (
        <label htmlFor={id} id={`${id}-label`}>
          {head}
        </label>
      )}
      {children(control)}
      {hasBelow ? (
        <div
          id={`${id}-below`}
          role={isWrong ? "alert" : undefined}
          className={clsx("text-xs", isWrong ? "text-failed" : "text-ink-2")}
        >
          {isWrong ? <CodeText text={error} /> : hint}
        </div>
      ) : null}
    </div>
  );
}

export function Input({ className, ...rest }: ComponentProps<"input">): ReactElement {
  return (
    <input
      autoComplete="off"
      spellCheck={false}
      className={clsx(fieldClass, className)}
      {...rest}
    />
  );
}

export function TextArea({ className, ...rest }: ComponentProps<"textarea">): ReactElement {
  return (
    <textarea
      spellCheck={false}
      className={clsx(BOX, "mono block resize-y px-2.5 py-1.5", className)}
      {...rest}
    />
  );
}

/** A check box with its words at the right. */
export function CheckBox({
  children,
  className,
  ...rest
}: ComponentProps<"input"> & { children: ReactNode }): ReactElement {
  return (
    <label className={clsx("inline-flex items-center gap-2", className)}>
      <input type="checkbox" className="size-4 accent-ink" {...rest} />
      <span>{children}</span>
    </label>
  );
}
