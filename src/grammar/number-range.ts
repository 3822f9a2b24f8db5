/** Numbers between limits, digit by digit. */
import { character, oneOf } from './characters.js';
import { choice, literal, never, nothing, optional, type Part, repeated, sequence } from './network.js';

/** Both included. */
export interface NumberLimits {
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

/** Digits before the point, and digits behind it. */
const mostDigits = 19;
const mostWhole = 10n ** BigInt(mostDigits) - 1n;

/** A limit that is not below zero: its whole part, and the digits behind its point without zeros at the end. */
interface Bound {
  readonly whole: bigint;
  readonly fraction: string;
}

/** The nearest number above or below, as far as there is one. */
export const neighbour = (value: number, direction: 1 | -1): number => {
  if (value === 0) return direction * Number.MIN_VALUE;
  const bits = new BigInt64Array(Float64Array.of(value).buffer);
  bits[0]! += value > 0 === direction > 0 ? 1n : -1n;
  const [next] = new Float64Array(bits.buffer);
  return Number.isFinite(next) ? next! : value;
};

export const numberBetween = ({ low, high }: NumberLimits, isInteger: boolean): Part => {
  const magnitudes = isInteger ? wholeBetween : decimalBetween;
  const mayBePositive = high === undefined || high >= 0;
  const mayBeNegative = low === undefined || low < 0;
  const positiveLow = low !== undefined && low >= 0 ? low : 0;
  // No zero with a sign.
  const negativeLow = high !== undefined && high < 0 ? -high : Number.MIN_VALUE;
  return choice(
    ...(mayBePositive
      ? [magnitudes(boundOf(positiveLow), high === undefined ? undefined : boundOf(high))]
      : []),
    ...(mayBeNegative
      ? [
          sequence(
            literal('-'),
            magnitudes(boundOf(negativeLow), low === undefined ? undefined : boundOf(-low)),
          ),
        ]
      : []),
    ...(mayBePositive || mayBeNegative ? [] : [never]),
  );
};

/** Exactly the number that JavaScript prints, its exponent written out. */
const boundOf = (value: number): Bound => {
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  const [before = '', behind = ''] = mantissa.split('.');
  const shift = Number(exponent);
  const digits = before + behind;
  const point = before.length + shift;
  const padded = digits.padStart(digits.length + Math.max(0, -point), '0').padEnd(point, '0');
  const at = Math.max(0, point);
  return {
    whole: BigInt(padded.slice(0, at) || '0'),
    fraction: padded.slice(at).replace(/0+$/, ''),
  };
};

const wholeBetween = (low: Bound, high: Bound | undefined): Part => {
  const first = low.whole + (low.fraction === '' ? 0n : 1n);
  return wholes(first, high?.whole ?? mostWhole);
};

const decimalBetween = (low: Bound, high: Bound | undefined): Part => {
  if (high?.whole === low.whole)
    return sequence(literal(String(low.whole)), fraction(low.fraction, high.fraction));
  return choice(
    sequence(literal(String(low.whole)), fraction(low.fraction, undefined)),
    sequence(wholes(low.whole + 1n, high ? high.whole - 1n : mostWhole), fraction(undefined, undefined)),
    ...(high ? [sequence(literal(String(high.whole)), fraction(undefined, high.fraction))] : []),
  );
};

const digitsFrom = (low: number, high: number): Part => character(oneOf('0123456789'.slice(low, high + 1)));

const anyDigits = (least: number, most: number): Part => repeated(digitsFrom(0, 9), least, most);

/** Whole numbers without zeros in front. */
const wholes = (first: bigint, last: bigint): Part => {
  const lastWhole = last > mostWhole ? mostWhole : last;
  const ways: Part[] = [];
  for (let length = String(first).length; length <= String(lastWhole).length; length++) {
    const shortest = length === 1 ? 0n : 10n ** BigInt(length - 1);
    const longest = 10n ** BigInt(length) - 1n;
    const low = first > shortest ? first : shortest;
    const high = lastWhole < longest ? lastWhole : longest;
    if (low <= high) ways.push(sameLength(String(low), String(high)));
  }
  return ways.length > 0 ? choice(...ways) : never;
};

/** Digits from `low` to `high`, which have the same length; `undefined`: no limit on that side any more. */
const sameLength = (
  low: string | undefined,
  high: string | undefined,
  length = low?.length ?? high?.length ?? 0,
): Part => {
  if (length === 0) return nothing;
  if (low === undefined && high === undefined) return anyDigits(length, length);
  return byDigit(low?.[0], high?.[0], (isLowest, isHighest) =>
    sameLength(isLowest ? low?.slice(1) : undefined, isHighest ? high?.slice(1) : undefined, length - 1),
  );
};

/** One digit between two, then what has to follow it: that depends on whether it was one of the two. */
const byDigit = (
  low: string | undefined,
  high: string | undefined,
  then: (isLowest: boolean, isHighest: boolean) => Part,
): Part => {
  const first = Number(low ?? '0');
  const last = Number(high ?? '9');
  const groups: Part[] = [];
  for (let digit = first; digit <= last; ) {
    const isLowest = low !== undefined && digit === first;
    const isHighest = high !== undefined && digit === last;
    const end = isLowest || isHighest ? digit : high === undefined ? last : last - 1;
    groups.push(sequence(digitsFrom(digit, end), then(isLowest, isHighest)));
    digit = end + 1;
  }
  return groups.length > 0 ? choice(...groups) : never;
};

/** `low` and `high`: the digits behind a point that a number must reach, and must not pass. */
const fraction = (low: string | undefined, high: string | undefined): Part => {
  const written = sequence(literal('.'), oneMore(low, high, mostDigits));
  return low ? written : optional(written);
};

const oneMore = (limit: string | undefined, high: string | undefined, left: number): Part => {
  // Reached: whatever follows only adds to it.
  const low = limit === '' ? undefined : limit;
  if (low === undefined && high === undefined) return anyDigits(1, left);
  if (left === 0) return never;
  // Behind a limit's last digit come zeros.
  return byDigit(low?.[0], high === undefined ? undefined : (high[0] ?? '0'), (isLowest, isHighest) => {
    const nextLow = isLowest ? low?.slice(1) : undefined;
    const nextHigh = isHighest ? high?.slice(1) : undefined;
    if (nextLow === undefined && nextHigh === undefined) return anyDigits(0, left - 1);
    const more = left > 1 ? oneMore(nextLow, nextHigh, left - 1) : never;
    return nextLow ? more : optional(more);
  });
};
