import { clsx } from "clsx";
import type { ComponentProps, ReactElement, ReactNode } from "react";

/** A table that fills its pane; its head stays while the rows scroll. Rows are 44 px. */
export function DataTable({
  label,
  head,
  children,
}: {
  label: string;
  /** `Th` cells. */
  head: ReactNode;
  /** `Tr` rows. */
  children: ReactNode;
}): ReactElement {
  return (
    <table aria-label={label} className="w-full border-separate border-spacing-0">
      <thead>
        <tr>{head}</tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

/** Which columns small screens do without: those with `from` appear from that width on. */
const FROM = {
  sm: "max-sm:hidden",
  md: "max-md:hidden",
  lg: "max-lg:hidden",
  xl: "max-xl:hidden",
};

interface CellProps {
  isRight?: boolean;
  from?: keyof typeof FROM;
}

export function Th({
  isRight = false,
  from,
  className,
  ...rest
}: ComponentProps<"th"> & CellProps): ReactElement {
  return (
    <th
      scope="col"
      className={clsx(
        "sticky top-0 z-10 h-8 border-b border-line bg-paper px-3 text-xs font-medium whitespace-nowrap text-ink-3 first:pl-5 last:pr-5 max-sm:first:pl-4 max-sm:last:pr-4",
        isRight ? "text-right" : "text-left",
        from !== undefined && FROM[from],
        className,
      )}
      {...rest}
    />
  );
}

/** A row. `data-row` is what `j` and `k` walk over: put the focusable link or button of the row first. */
export function Tr({ className, ...rest }: ComponentProps<"tr">): ReactElement {
  return (
    <tr
      data-row
      className={clsx("group/row hover:bg-ground has-[:focus-visible]:bg-ground", className)}
      {...rest}
    />
  );
}

export function Td({
  isRight = false,
  from,
  className,
  ...rest
}: ComponentProps<"td"> & CellProps): ReactElement {
  return (
    <td
      className={clsx(
        "h-11 border-b border-line px-3 whitespace-nowrap first:pl-5 last:pr-5 max-sm:first:pl-4 max-sm:last:pr-4",
        isRight && "text-right tabular-nums",
        from !== undefined && FROM[from],
        className,
      )}
      {...rest}
    />
  );
}
