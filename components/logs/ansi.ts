import Anser from "anser";

/** Colours of a terminal, reduced to the eight that every theme has a readable token for. */
export type AnsiColor =
  | "black"
  | "red"
  | "green"
  | "yellow"
  | "blue"
  | "magenta"
  | "cyan"
  | "white";

export interface AnsiToken {
  text: string;
  color: AnsiColor | null;
  background: AnsiColor | null;
  isBold: boolean;
  isDim: boolean;
  isItalic: boolean;
  isUnderlined: boolean;
  isStruck: boolean;
}

const ESCAPE = "\u001b";
const BELL = "\u0007";
/** Escape sequences that are no colour: cursor moves, erasing, titles, links (ECMA-48 5.4, OSC 8). */
const NO_COLOR = new RegExp(
  [
    String.raw`${ESCAPE}\][^${BELL}${ESCAPE}]*(?:${BELL}|${ESCAPE}\\)`,
    String.raw`${ESCAPE}\[[0-?]*[ -/]*[@-ln-~]`,
    String.raw`${ESCAPE}[@-Z\\^_=>78]`,
  ].join("|"),
  "g",
);
/** Other control characters have no look; a tab has. What begins a colour is read later. */
const CONTROL = new RegExp(String.raw`(?![\t\n${ESCAPE}\u0080-\u009f])\p{Cc}`, "gu");

/**
 * The line as a terminal leaves it on the screen, still with its colours: after a carriage return
 * what was there is written over, so a progress bar shows its last state.
 */
function settledLine(line: string): string {
  const text = line.replaceAll(NO_COLOR, "").replace(/\r+$/, "");
  const start = text.lastIndexOf("\r") + 1;
  return text.slice(start).replaceAll(CONTROL, "");
}

/** The line's text in pieces of one look each. Joined, the pieces are what is copied. */
export function ansiTokens(line: string): AnsiToken[] {
  const text = settledLine(line);
  if (!text.includes("\u001b")) return text === "" ? [] : [plain(text)];
  return Anser.ansiToJson(text, { use_classes: true, remove_empty: true, json: true }).map(
    (entry) => {
      const has = (name: (typeof entry.decorations)[number]) => entry.decorations.includes(name);
      return {
        text: entry.content,
        color: colorFrom(entry.fg, entry.fg_truecolor),
        background: colorFrom(entry.bg, entry.bg_truecolor),
        isBold: has("bold"),
        isDim: has("dim"),
        isItalic: has("italic"),
        isUnderlined: has("underline"),
        isStruck: has("strikethrough"),
      };
    },
  );
}

/** The line as it is read and copied: without escape sequences. */
export function plainText(line: string): string {
  return ansiTokens(line)
    .map((token) => token.text)
    .join("");
}

function plain(text: string): AnsiToken {
  return {
    text,
    color: null,
    background: null,
    isBold: false,
    isDim: false,
    isItalic: false,
    isUnderlined: false,
    isStruck: false,
  };
}

const NAMES: readonly AnsiColor[] = [
  "black",
  "red",
  "green",
  "yellow",
  "blue",
  "magenta",
  "cyan",
  "white",
];

/** From anser's class names: `ansi-red`, `ansi-bright-red`, `ansi-palette-208`, `ansi-truecolor`. */
function colorFrom(name: string | null, trueColor: string | null): AnsiColor | null {
  if (name === null || name === "") return null;
  if (name === "ansi-truecolor") {
    const [red = 0, green = 0, blue = 0] = (trueColor ?? "").split(",").map(Number);
    return nearestColor(red, green, blue);
  }
  const palette = /^ansi-palette-(\d+)$/.exec(name);
  if (palette !== null) return paletteColor(Number(palette[1]));
  const base = name.replace(/^ansi-(bright-)?/, "");
  return NAMES.find((color) => color === base) ?? null;
}

/** xterm's 256 colours: 16 named ones, a cube of 6 x 6 x 6, 24 greys. */
function paletteColor(index: number): AnsiColor {
  if (index < 16) return NAMES[index % 8] ?? "white";
  if (index >= 232) return index < 244 ? "black" : "white";
  const level = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  const cube = index - 16;
  return nearestColor(
    level(Math.floor(cube / 36)),
    level(Math.floor(cube / 6) % 6),
    level(cube % 6),
  );
}

const SIXTHS: readonly AnsiColor[] = ["red", "yellow", "green", "cyan", "blue", "magenta"];

/** By hue, in sixths of the circle; what has hardly a hue is black or white by its lightness. */
function nearestColor(red: number, green: number, blue: number): AnsiColor {
  const max = Math.max(red, green, blue);
  const range = max - Math.min(red, green, blue);
  if (range < 40) return max < 128 ? "black" : "white";
  let hue = (red - green) / range + 4;
  if (max === red) hue = (green - blue) / range + 6;
  else if (max === green) hue = (blue - red) / range + 2;
  return SIXTHS[Math.round(hue) % 6] ?? "white";
}
