"use client";
import { useQuery } from "@tanstack/react-query";
import { Box, CirclePlay, Search, Sun, Workflow } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactElement, ReactNode } from "react";
import { Kbd } from "#components/ui/kbd.tsx";
import { paths } from "#lib/core/paths.ts";
import { runningQuery } from "#lib/query/flows.ts";
import { BrandMark } from "./brand-mark.tsx";
import { ThemeMenu } from "./theme-menu.tsx";

const ITEM =
  "flex h-[30px] shrink-0 items-center gap-2.5 rounded-md px-2 text-ink-2 hover:bg-sunken aria-[current]:bg-sunken aria-[current]:font-strong aria-[current]:text-ink max-md:gap-1.5";
const icon = { size: 16, strokeWidth: 1.75, "aria-hidden": true, className: "shrink-0" } as const;

function RailLink({
  href,
  path,
  symbol,
  children,
}: {
  href: string;
  path: string;
  symbol: ReactNode;
  children: ReactNode;
}): ReactElement {
  const isHere = path === href || path.startsWith(`${href}/`);
  return (
    <Link href={href} aria-current={isHere ? "page" : undefined} className={ITEM}>
      {symbol}
      {children}
    </Link>
  );
}

/** Where you are: a column at the left, a bar at the top of small screens. */
export function Rail({
  running,
  onGoTo,
}: {
  /** How many executions were live when the server drew the page. */
  running: number;
  onGoTo: () => void;
}): ReactElement {
  const path = usePathname();
  const live = useQuery({ ...runningQuery(), placeholderData: String(running) }).data ?? "0";
  return (
    <header className="flex flex-col gap-0.5 border-r border-line px-2 py-3 max-md:h-11 max-md:flex-row max-md:items-center max-md:gap-0 max-md:border-r-0 max-md:border-b max-md:py-0">
      <Link
        href={paths.flows()}
        className="mb-3 flex items-center gap-2 rounded-md px-2 py-1 font-semibold tracking-[-0.01em] max-md:mb-0"
      >
        <BrandMark />
        <span className="max-md:sr-only">Podflow</span>
      </Link>
      <nav
        aria-label="Pages"
        className="flex flex-col gap-0.5 max-md:min-w-0 max-md:grow max-md:flex-row max-md:overflow-x-auto"
      >
        <RailLink href={paths.flows()} path={path} symbol={<Workflow {...icon} />}>
          <span className="max-xs:sr-only">Flows</span>
        </RailLink>
        <RailLink href={paths.executions()} path={path} symbol={<CirclePlay {...icon} />}>
          <span className="max-xs:sr-only">Executions</span>
          {live === "0" ? null : (
            <span className="ml-auto text-2xs font-normal text-ink-3 tabular-nums">
              {live}
              <span className="max-md:sr-only"> running</span>
            </span>
          )}
        </RailLink>
        <RailLink href={paths.connections()} path={path} symbol={<Box {...icon} />}>
          <span className="max-xs:sr-only">Connections</span>
        </RailLink>
      </nav>
      <div className="mt-auto flex flex-col gap-0.5 max-md:mt-0 max-md:flex-row">
        <button type="button" onClick={onGoTo} className={ITEM}>
          <Search {...icon} />
          <span className="max-md:sr-only">Go to…</span>
          <Kbd keys="mod+K" className="ml-auto text-ink-3 opacity-100 max-md:hidden" />
        </button>
        <ThemeMenu
          trigger={
            <button type="button" className={ITEM}>
              <Sun {...icon} />
              <span className="max-md:sr-only">Theme</span>
            </button>
          }
        />
      </div>
    </header>
  );
}
