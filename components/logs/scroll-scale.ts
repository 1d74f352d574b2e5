/** Browsers cannot lay out more: Firefox ends at about 17.9 million pixels, Chromium at 33.5. */
const MAX_HEIGHT = 15_000_000;

/**
 * How a list that is higher than a browser can be is scrolled: the scroll bar covers the whole list
 * on `height` pixels, and each pixel of it stands for `scale` pixels of the list.
 */
export function scrollScale(
  listHeight: number,
  viewHeight: number,
  maxHeight: number = MAX_HEIGHT,
): { height: number; scale: number } {
  if (listHeight <= maxHeight || viewHeight >= maxHeight) return { height: listHeight, scale: 1 };
  return { height: maxHeight, scale: (listHeight - viewHeight) / (maxHeight - viewHeight) };
}
