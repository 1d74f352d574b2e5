/**
 * Position, among `total` lines whose indexes ascend, of the line with this index; of the first one
 * behind it when the filter leaves it out. `readIndex` says the index of the line at a position,
 * null when there is none any more. Takes about 20 reads for a million lines.
 */
export async function findPosition(
  index: number,
  total: number,
  readIndex: (position: number) => Promise<number | null>,
): Promise<number> {
  // A line's position is never greater than its index.
  let low = 0;
  let high = Math.min(total, index + 1);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = await readIndex(middle);
    if (found !== null && found < index) low = middle + 1;
    else high = middle;
  }
  return low;
}
