/** One press of an arrow: two rows, about what browsers scroll. */
const ARROW_PIXELS = 40;
/** What stays in view of the page before, so that the eye finds its place. */
const PAGE_OVERLAP_PIXELS = 40;

/** How a scrolled box stands, in pixels: DOM's scrollTop, clientHeight and scrollHeight. */
export interface ScrollBox {
  scrollTop: number;
  clientHeight: number;
  scrollHeight: number;
}

interface PressedKey {
  key: string;
  shiftKey: boolean;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}

/**
 * Where a key scrolls to, within the box; null for a key that does not scroll. The log goes there
 * at once: a browser glides, and lines that arrive meanwhile end the gliding half-way.
 */
export function keyScroll(event: PressedKey, box: ScrollBox): number | null {
  const wanted = wantedTop(event, box);
  if (wanted === null) return null;
  return Math.min(Math.max(0, wanted), Math.max(0, box.scrollHeight - box.clientHeight));
}

function wantedTop(event: PressedKey, box: ScrollBox): number | null {
  if (event.altKey) return null;
  if (event.key === " ") return pageFrom(box, event.shiftKey ? -1 : 1);
  if (event.shiftKey) return null;
  if (event.key === "Home") return 0;
  if (event.key === "End") return box.scrollHeight;
  if (event.ctrlKey || event.metaKey) return null;
  switch (event.key) {
    case "PageUp":
      return pageFrom(box, -1);
    case "PageDown":
      return pageFrom(box, 1);
    case "ArrowUp":
      return box.scrollTop - ARROW_PIXELS;
    case "ArrowDown":
      return box.scrollTop + ARROW_PIXELS;
    default:
      return null;
  }
}

function pageFrom(box: ScrollBox, direction: 1 | -1): number {
  const step = Math.max(ARROW_PIXELS, box.clientHeight - PAGE_OVERLAP_PIXELS);
  return box.scrollTop + direction * step;
}
