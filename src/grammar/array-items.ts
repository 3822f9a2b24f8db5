/** What stands between the brackets of an array, the space before the closing one included. */
import { comma, separated, space } from './json-text.js';
import { nothing, optional, type Part, repeated, sequence } from './network.js';

export interface CountLimits {
  readonly least: number;
  /** Infinity: none. */
  readonly most: number;
}

/** `first`: what the first items are, one by one; `rest`: what the others are, `undefined` where there are none. */
export const arrayItems = (
  first: readonly Part[],
  rest: Part | undefined,
  { least, most }: CountLimits,
): Part => {
  if (most <= 0) return nothing;
  if (first.length === 0) return rest ? separated(rest, least, most) : nothing;
  const [leastMore, mostMore] = [least, most].map((count) => Math.max(0, count! - first.length));
  const further = rest ? repeated(sequence(comma, rest), leastMore!, mostMore!) : nothing;
  // From the last item backwards: each may end the list if enough stand before it.
  const list = first.reduceRight<Part>((after, item, i) => {
    const tail = i + 1 >= most ? nothing : i + 1 >= least ? optional(after) : after;
    return i === 0 ? sequence(item, tail, space) : sequence(comma, item, tail);
  }, further);
  return least === 0 ? optional(list) : list;
};
