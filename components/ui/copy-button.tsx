"use client";
import { Check, Copy } from "lucide-react";
import { type ReactElement, useEffect, useState } from "react";
import { Button, IconButton } from "./button.tsx";

type Outcome = "none" | "copied" | "refused";

/** Copies a text. With `children` it is a button with words, without an icon button. */
export function CopyButton({
  text,
  label = "Copy",
  children,
}: {
  text: string;
  label?: string;
  children?: string;
}): ReactElement {
  const [outcome, setOutcome] = useState<Outcome>("none");
  useEffect(() => {
    if (outcome === "none") return undefined;
    const timer = setTimeout(() => setOutcome("none"), 1600);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setOutcome("copied"),
      () => setOutcome("refused"),
    );
  };
  const said =
    outcome === "copied"
      ? "Copied"
      : outcome === "refused"
        ? "The browser did not allow it"
        : label;
  if (children !== undefined) {
    return (
      <Button onClick={copy}>
        <span aria-live="polite">{outcome === "none" ? children : said}</span>
      </Button>
    );
  }
  return (
    <IconButton size="sm" label={said} onClick={copy}>
      {outcome === "copied" ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
    </IconButton>
  );
}
