/** Strings and numbers as their keywords want them. */
import { formats } from './formats.js';
import { intersection } from './intersection.js';
import * as json from './json-text.js';
import { type Part, TooLarge } from './network.js';
import { type NumberLimits, neighbour, numberBetween } from './number-range.js';
import { RegexError, searchRegex } from './regex.js';
import { Impossible, SchemaError, wrongValue } from './schema-error.js';
import type { Keywords } from './schema-keywords.js';

export const stringPart = ({ schema, path }: Keywords, strict: boolean): Part => {
  const least = countOf({ schema, path }, 'minLength') ?? 0;
  const most = countOf({ schema, path }, 'maxLength') ?? Number.POSITIVE_INFINITY;
  if (least > most) throw new Impossible(`${path}.minLength`, 'it is above maxLength');
  const { pattern, format } = schema;
  const hasLength = least > 0 || most < Number.POSITIVE_INFINITY;
  // Formats that are not known here are remarks, as the specification has it.
  const known = typeof format === 'string' ? formats.get(format) : undefined;
  const parts = [
    ...(pattern === undefined ? [] : [json.stringOf(patternPart(pattern, `${path}.pattern`))]),
    ...(hasLength ? [json.string(least, most)] : []),
    ...(known ? [json.stringOf(known)] : []),
  ];
  return parts.length === 0 ? json.string() : allOf(parts, path, strict);
};

/** Where all together would be too large, the first is kept to, unless that is not enough. */
const allOf =
  (parts: readonly Part[], path: string, strict: boolean): Part =>
  (builder, from) => {
    try {
      return intersection(parts)(builder, from);
    } catch (error) {
      if (parts.length === 1 || !(error instanceof TooLarge)) throw error;
      if (strict)
        throw new SchemaError(
          path,
          'its pattern, length and format are too much to be kept to together',
          'shorter limits, or one of them',
        );
      return parts[0]!(builder, from);
    }
  };

const patternPart = (pattern: unknown, path: string): Part => {
  if (typeof pattern !== 'string') throw wrongValue(path, pattern, 'a regular expression');
  try {
    return searchRegex(pattern, json.writtenInString);
  } catch (error) {
    if (error instanceof RegexError)
      throw new SchemaError(path, error.message, 'a regular expression without it');
    throw error;
  }
};

export const numberPart = (at: Keywords, isInteger: boolean): Part => {
  const { low, high } = limitsOf(at);
  if (low === undefined && high === undefined) return isInteger ? json.integer : json.number;
  if (low !== undefined && high !== undefined && low > high)
    throw new Impossible(`${at.path}.minimum`, 'it is above the maximum');
  return numberBetween({ low, high }, isInteger);
};

/**
 * An excluded limit is an included one a step further in: of numbers whose digits go beyond it, some are read as the limit
 * itself (0.99999999999999999999 is 1).
 */
export const limitsOf = (at: Keywords): NumberLimits => {
  const [least, above] = [numberOf(at, 'minimum'), numberOf(at, 'exclusiveMinimum')];
  const [most, below] = [numberOf(at, 'maximum'), numberOf(at, 'exclusiveMaximum')];
  const innerLow = above === undefined ? undefined : neighbour(above, 1);
  const innerHigh = below === undefined ? undefined : neighbour(below, -1);
  return {
    low: least === undefined || innerLow === undefined ? (least ?? innerLow) : Math.max(least, innerLow),
    high: most === undefined || innerHigh === undefined ? (most ?? innerHigh) : Math.min(most, innerHigh),
  };
};

export const countOf = ({ schema, path }: Keywords, name: string): number | undefined => {
  const value = schema[name];
  if (value === undefined || (Number.isInteger(value) && (value as number) >= 0))
    return value as number | undefined;
  throw wrongValue(`${path}.${name}`, value, 'an integer that is not below 0');
};

const numberOf = ({ schema, path }: Keywords, name: string): number | undefined => {
  const value = schema[name];
  if (value === undefined || Number.isFinite(value)) return value as number | undefined;
  throw wrongValue(`${path}.${name}`, value, 'a number');
};
