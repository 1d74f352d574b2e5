import { ArrowDown } from "lucide-react";
import type { ReactElement } from "react";

/** Brings a reader who scrolled up back to the end, and says what came in the meantime. */
export function NewLines({
  count,
  onPress,
}: {
  count: number;
  onPress: () => void;
}): ReactElement | null {
  if (count === 0) return null;
  return (
    <button
      type="button"
      onClick={onPress}
      className="absolute bottom-3 left-1/2 inline-flex h-[30px] -translate-x-1/2 items-center gap-1.5 rounded-full border border-ink bg-ink px-3 text-xs font-medium text-inverse tabular-nums shadow-float"
    >
      <ArrowDown size={14} aria-hidden />
      {count.toLocaleString("en")} new {count === 1 ? "line" : "lines"}
    </button>
  );
}
