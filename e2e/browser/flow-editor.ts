import { expect, type Locator, type Page } from "@playwright/test";

/** The editor of a flow's source, used by its keyboard and clipboard as a person does. */
export interface FlowEditor {
  /** What takes the keys. */
  field: Locator;
  /** Replaces everything by pasting. */
  paste(text: string): Promise<void>;
  /** Puts the cursor at the end of this line, which counts from 1. */
  goToEndOf(line: number): Promise<void>;
  /** All of the text, by copying it. */
  text(): Promise<string>;
  /** The line that shows this text, among those that are drawn. */
  line(text: string): Locator;
}

export function flowEditor(page: Page): FlowEditor {
  const field = page.getByRole("textbox", { name: "Source of the flow" });
  const press = (keys: string) => page.keyboard.press(keys);
  return {
    field,
    paste: async (text) => {
      await field.focus();
      await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
      await press("Control+A");
      await press("Control+V");
      await expect(page.getByText("● unsaved")).toBeVisible();
    },
    goToEndOf: async (line) => {
      await field.focus();
      await press("Control+Home");
      for (let at = 1; at < line; at += 1) await press("ArrowDown");
      await press("End");
    },
    text: async () => {
      await field.focus();
      await press("Control+A");
      await press("Control+C");
      return page.evaluate(() => navigator.clipboard.readText());
    },
    line: (text) => page.locator(".view-line").filter({ hasText: text }),
  };
}
