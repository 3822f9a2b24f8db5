/**
 * Which inputs run together. A batch is padded to its longest row, so its cost is `longest x rows`; rows of similar
 * length waste little. The engine decides by estimated sizes, a pipeline once more by measured ones.
 */
export interface BatchLimits {
  /** Upper bound of `longest x rows`, in the unit of the sizes. A single row may exceed it. */
  readonly maxPaddedCost: number;
  readonly maxRows: number;
  /**
   * Upper bound of padded cost / real cost. 1.25: on a CPU a larger batch gains a few per cent per row, padding costs
   * in full.
   */
  readonly maxWaste: number;
}

export const defaultMaxWaste = 1.25;

/**
 * Chooses which of `sizes` run together with the first one, nearest lengths first.
 * Returns indices into `sizes`, always containing 0; the order is by distance from the first.
 */
export const chooseBatch = (sizes: readonly number[], limits: BatchLimits): number[] => {
  const anchor = sizes[0];
  if (anchor === undefined) return [];
  const others = sizes.map((size, index) => ({ index, distance: Math.abs(size - anchor) })).slice(1);
  others.sort((a, b) => a.distance - b.distance || a.index - b.index);
  const chosen = [0];
  let longest = anchor;
  let real = anchor;
  for (const { index } of others) {
    if (chosen.length >= limits.maxRows) break;
    const size = sizes[index]!;
    const padded = Math.max(longest, size) * (chosen.length + 1);
    if (padded > limits.maxPaddedCost || padded > (real + size) * limits.maxWaste) break;
    chosen.push(index);
    longest = Math.max(longest, size);
    real += size;
  }
  return chosen;
};

/**
 * Splits all of `sizes` into batches: a partition of their indices, longest rows first (they set the peak memory).
 * Where there are enough rows, there are at least `streams` batches of about equal cost, to run side by side.
 */
export const planBatches = (sizes: readonly number[], limits: BatchLimits, streams = 1): number[][] => {
  const order = sizes.map((_, index) => index).sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  const total = sizes.reduce((a, b) => a + b, 0);
  const maxPaddedCost = Math.min(limits.maxPaddedCost, Math.max(1, total / streams) * limits.maxWaste);
  const maxRows = Math.min(limits.maxRows, Math.ceil(sizes.length / streams));
  const batches: number[][] = [];
  for (let start = 0; start < order.length; ) {
    const longest = sizes[order[start]!]!;
    let end = start + 1;
    let real = longest;
    while (end < order.length && end - start < maxRows) {
      const padded = longest * (end - start + 1);
      real += sizes[order[end]!]!;
      if (padded > maxPaddedCost || padded > real * limits.maxWaste) break;
      end++;
    }
    batches.push(order.slice(start, end));
    start = end;
  }
  return batches;
};
