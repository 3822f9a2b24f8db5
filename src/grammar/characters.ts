/** Sets of characters, and how they read as UTF-8. */
import { type Part, shared } from './network.js';

/** Unicode code points, inclusive. */
export type Range = readonly [first: number, last: number];
/** Sorted, without overlaps. */
export type CharacterSet = readonly Range[];

const highest = 0x10ffff;
/** Halves of UTF-16 pairs are no characters. */
const surrogates: Range = [0xd800, 0xdfff];

export const characters = (ranges: readonly Range[]): CharacterSet => {
  const sorted = [...ranges].sort(([a], [b]) => a - b);
  const merged: Array<[number, number]> = [];
  for (const [first, last] of sorted) {
    const before = merged.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else merged.push([first, last]);
  }
  return merged;
};

export const everythingBut = (set: readonly Range[]): CharacterSet => {
  const left: Range[] = [];
  let next = 0;
  for (const [first, last] of characters([...set, surrogates])) {
    if (first > next) left.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= highest) left.push([next, highest]);
  return left;
};

export const common = (a: CharacterSet, b: CharacterSet): CharacterSet =>
  everythingBut([...everythingBut(a), ...everythingBut(b)]);

export const oneOf = (text: string): CharacterSet =>
  characters(Array.from(text, (character) => [character.codePointAt(0)!, character.codePointAt(0)!]));

/** One character of the set. */
export const character = (set: CharacterSet): Part => {
  const isAscii = set.every(([, last]) => last < 0x80);
  if (isAscii) return ascii(set);
  return shared(`characters ${set.join(' ')}`, utf8(set));
};

const ascii =
  (set: CharacterSet): Part =>
  (builder, from) => {
    const to = builder.state();
    for (const [first, last] of set) builder.read(from, first, last, to);
    return to;
  };

const utf8 =
  (set: CharacterSet): Part =>
  (builder, from) => {
    const to = builder.state();
    for (const [first, last] of set)
      for (const bytes of byteRanges(first, last)) {
        let at = from;
        for (const [i, [low, high]] of bytes.entries()) {
          const next = i === bytes.length - 1 ? to : builder.state();
          builder.read(at, low, high, next);
          at = next;
        }
      }
    return to;
  };

/** The last code points that one, two and three bytes can write. */
const lengthEnds = [0x7f, 0x7ff, 0xffff];

/**
 * A range of code points as sequences of byte ranges: cut where the length changes, then where a last byte's range is not
 * whole, so that within each sequence all combinations are meant.
 */
const byteRanges = (first: number, last: number): Array<ReadonlyArray<readonly [number, number]>> => {
  for (const end of lengthEnds)
    if (first <= end && last > end) return [...byteRanges(first, end), ...byteRanges(end + 1, last)];
  const length = lengthEnds.filter((end) => first > end).length + 1;
  for (let bits = 6; bits < 6 * length; bits += 6) {
    const block = (1 << bits) - 1;
    if (first >> bits === last >> bits) continue;
    if ((first & block) !== 0)
      return [...byteRanges(first, first | block), ...byteRanges((first | block) + 1, last)];
    if ((last & block) !== block)
      return [...byteRanges(first, (last & ~block) - 1), ...byteRanges(last & ~block, last)];
  }
  const low = Buffer.from(String.fromCodePoint(first));
  const high = Buffer.from(String.fromCodePoint(last));
  return [Array.from(low, (byte, i) => [byte, high[i]!] as const)];
};
