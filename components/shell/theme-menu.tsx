"use client";
import { Check } from "lucide-react";
import { useTheme } from "next-themes";
import type { ReactElement } from "react";
import { Menu, MenuItem } from "#components/ui/menu.tsx";

const THEMES = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
] as const;

/** Chooses between light, dark and what the system says; `trigger` is the button that opens it. */
export function ThemeMenu({ trigger }: { trigger: ReactElement }): ReactElement {
  const { theme, setTheme } = useTheme();
  return (
    <Menu trigger={trigger} align="start">
      {THEMES.map(([name, label]) => (
        <MenuItem key={name} onSelect={() => setTheme(name)}>
          <span className="w-4">{theme === name ? <Check size={14} aria-hidden /> : null}</span>
          {label}
        </MenuItem>
      ))}
    </Menu>
  );
}
