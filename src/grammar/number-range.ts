/** Numbers between limits, digit by digit. */
import { character, oneOf } from './characters.js';
import { choice, literal, never, nothing, optional, type Part, repeated, sequence } from './network.js';

export interface Limit {
  readonly value: number;
  readonly isExclusive: boolean;
}

export interface NumberLimits {
  readonly low?: Limit | undefined;
  readonly high?: Limit | undefined;
  readonly isInteger: boolean;
}

/** Digits before the point, and digits behind it. */
const mostDigits = 19;
const mostWhole = 10n ** BigInt(mostDigits) - 1n;

/** A limit that is not below zero: its whole part, and the digits behind its point without zeros at the end. */
interface Bound {
  readonly whole: bigint;
  readonly fraction: string;
  readonly isExclusive: boolean;
}

export const numberBetween = ({ low, high, isInteger }: NumberLimits): Part => {
  const magnitudes = isInteger ? wholeBetween : decimalBetween;
  const zero = (isExclusive: boolean) => ({ value: 0, isExclusive });
  const negated = (limit: Limit | undefined) => limit && { ...limit, value: -limit.value };
  const mayBePositive = !high || high.value >= 0;
  const mayBeNegative = !low || low.value < 0;
  const positiveLow = low && low.value >= 0 ? low : zero(false);
  const negativeLow = high && high.value < 0 ? negated(high)! : zero(true);
  return choice(
    ...(mayBePositive ? [magnitudes(boundOf(positiveLow), high && boundOf(high))] : []),
    ...(mayBeNegative
      ? [sequence(literal('-'), magnitudes(boundOf(negativeLow), low && boundOf(negated(low)!)))]
      : []),
    ...(mayBePositive || mayBeNegative ? [] : [never]),
  );
};

/** Exactly the number that JavaScript prints, its exponent written out. */
const boundOf = ({ value, isExclusive }: Limit): Bound => {
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
    isExclusive,
  };
};

const wholeBetween = (low: Bound, high: Bound | undefined): Part => {
  const first = low.whole + (low.fraction !== '' || low.isExclusive ? 1n : 0n);
  const last = high && high.whole - (high.fraction === '' && high.isExclusive ? 1n : 0n);
  return wholes(first, last ?? mostWhole);
};

const decimalBetween = (low: Bound, high: Bound | undefined): Part => {
  const from = { digits: low.fraction, isExclusive: low.isExclusive };
  const to = high && { digits: high.fraction, isExclusive: high.isExclusive };
  if (high?.whole === low.whole) return sequence(literal(String(low.whole)), fraction(from, to));
  return choice(
    sequence(literal(String(low.whole)), fraction(from, undefined)),
    sequence(wholes(low.whole + 1n, high ? high.whole - 1n : mostWhole), fraction(undefined, undefined)),
    ...(high ? [sequence(literal(String(high.whole)), fraction(undefined, to))] : []),
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

/** The digits behind a point that a number must reach, or must not pass. */
interface Digits {
  readonly digits: string;
  readonly isExclusive: boolean;
}

const mayStop = (low: Digits | undefined, high: Digits | undefined): boolean =>
  (!low || (low.digits === '' && !low.isExclusive)) && (high?.digits !== '' || !high.isExclusive);

const fraction = (low: Digits | undefined, high: Digits | undefined): Part => {
  const written = sequence(literal('.'), oneMore(low, high, mostDigits));
  return mayStop(low, high) ? optional(written) : written;
};

const oneMore = (limit: Digits | undefined, high: Digits | undefined, left: number): Part => {
  // Reached: whatever follows only adds to it.
  const low = limit?.digits === '' && !limit.isExclusive ? undefined : limit;
  if (!low && !high) return anyDigits(1, left);
  if (left === 0) return never;
  const rest = ({ digits, isExclusive }: Digits) => ({ digits: digits.slice(1), isExclusive });
  // Behind a limit's last digit come zeros.
  return byDigit(low && (low.digits[0] ?? '0'), high && (high.digits[0] ?? '0'), (isLowest, isHighest) => {
    const nextLow = low && isLowest ? rest(low) : undefined;
    const nextHigh = high && isHighest ? rest(high) : undefined;
    if (!nextLow && !nextHigh) return anyDigits(0, left - 1);
    const more = left > 1 ? oneMore(nextLow, nextHigh, left - 1) : never;
    return mayStop(nextLow, nextHigh) ? optional(more) : more;
  });
};
