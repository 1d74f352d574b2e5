import { clsx } from "clsx";
import { Slot } from "radix-ui";
import type { ComponentProps, ReactElement, ReactNode } from "react";
import { Kbd } from "./kbd.tsx";

export type ButtonVariant = "primary" | "default" | "plain" | "danger" | "danger-primary";

const VARIANT: Record<ButtonVariant, string> = {
  primary: "border-ink bg-ink text-inverse hover:border-ink/85 hover:bg-ink/85",
  default: "border-line-strong bg-paper text-ink hover:bg-ground",
  plain: "border-transparent text-ink-2 hover:bg-sunken hover:text-ink",
  danger: "border-line-strong bg-paper text-failed hover:bg-failed-bg",
  "danger-primary": "border-failed bg-failed text-inverse hover:bg-failed/90",
};

const SIZE = {
  md: { default: "h-[30px] px-3", plain: "h-[30px] px-2" },
  sm: { default: "h-6 px-2 text-xs", plain: "h-6 px-1.5 text-xs" },
};

/** The look of a button, for what is a link or a trigger instead. */
export function buttonClass(variant: ButtonVariant = "default", size: "md" | "sm" = "md"): string {
  return clsx(
    "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap no-underline select-none",
    "aria-disabled:cursor-not-allowed aria-disabled:opacity-50 disabled:pointer-events-none disabled:opacity-50",
    VARIANT[variant],
    SIZE[size][variant === "plain" ? "plain" : "default"],
  );
}

interface ButtonProps extends ComponentProps<"button"> {
  variant?: ButtonVariant;
  size?: "md" | "sm";
  /** Keys that do the same, e.g. `mod+S`. */
  keys?: string;
  /** The only child is the element: a link that looks like a button. */
  asChild?: boolean;
  /** Why it cannot be pressed now: it is grey, can be reached all the same, and says so. */
  whyNot?: string | null;
  /** It is being done: the button says so and cannot be pressed again. */
  isBusy?: boolean;
}

export function Button({
  variant = "default",
  size = "md",
  keys,
  asChild = false,
  isBusy = false,
  whyNot = null,
  className,
  children,
  disabled,
  ...rest
}: ButtonProps): ReactElement {
  const classes = clsx(buttonClass(variant, size), className);
  if (asChild) {
    return (
      <Slot.Root className={classes} {...rest}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button
      type="button"
      className={classes}
      disabled={disabled === true || isBusy}
      aria-busy={isBusy || undefined}
      {...rest}
      {...(whyNot === null ? {} : { "aria-disabled": true, title: whyNot, onClick: undefined })}
    >
      {children}
      {keys === undefined ? null : <Kbd keys={keys} className="max-sm:hidden" />}
    </button>
  );
}

interface IconButtonProps extends Omit<ComponentProps<"button">, "children"> {
  /** What it does: its name for those who cannot see the icon, and its tooltip. */
  label: string;
  size?: "md" | "sm";
  /** A toggle: whether it is on. */
  isPressed?: boolean;
  children: ReactNode;
}

/** A button that is only an icon. Icons are 16 px (`size={16}`). */
export function IconButton({
  label,
  size = "md",
  isPressed,
  className,
  children,
  ...rest
}: IconButtonProps): ReactElement {
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={isPressed}
      title={label}
      className={clsx(
        "inline-flex shrink-0 items-center justify-center rounded-md text-ink-2 hover:bg-sunken hover:text-ink",
        "disabled:pointer-events-none disabled:opacity-50 aria-pressed:bg-sunken aria-pressed:text-ink",
        size === "md" ? "size-[30px]" : "size-6",
        className,
      )}
      {...rest}
    >
      {children}
    </button>
  );
}
