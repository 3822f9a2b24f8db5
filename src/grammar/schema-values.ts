/** Strings and numbers as their keywords want them. */
import { formats } from './formats.js';
import * as json from './json-text.js';
import type { Part } from './network.js';
import { type Limit, numberBetween } from './number-range.js';
import { RegexError, searchRegex } from './regex.js';
import { SchemaError, wrongValue } from './schema-error.js';
import type { Keywords } from './schema-keywords.js';

export const stringPart = ({ schema, path }: Keywords, strict: boolean): Part => {
  const least = countOf({ schema, path }, 'minLength') ?? 0;
  const most = countOf({ schema, path }, 'maxLength') ?? Number.POSITIVE_INFINITY;
  if (least > most) throw new SchemaError(`${path}.minLength`, 'it is above maxLength');
  const { pattern, format } = schema;
  const hasLength = least > 0 || most < Number.POSITIVE_INFINITY;
  // Formats that are not known here are remarks, as the specification has it.
  const known = typeof format === 'string' ? formats.get(format) : undefined;
  const given = [pattern !== undefined, hasLength, known !== undefined].filter(Boolean).length;
  if (strict && given > 1)
    throw new SchemaError(path, 'pattern, length and format cannot be kept to together', 'one of them');
  if (pattern !== undefined) return json.stringOf(patternPart(pattern, `${path}.pattern`));
  return known && !hasLength ? json.stringOf(known) : json.string(least, most);
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
  const low = tighter(limitOf(at, 'minimum'), limitOf(at, 'exclusiveMinimum'), Math.max);
  const high = tighter(limitOf(at, 'maximum'), limitOf(at, 'exclusiveMaximum'), Math.min);
  if (!low && !high) return isInteger ? json.integer : json.number;
  if (low && high && low.value > high.value)
    throw new SchemaError(`${at.path}.minimum`, 'it is above the maximum');
  return numberBetween({ low, high, isInteger });
};

export const countOf = ({ schema, path }: Keywords, name: string): number | undefined => {
  const value = schema[name];
  if (value === undefined || (Number.isInteger(value) && (value as number) >= 0))
    return value as number | undefined;
  throw wrongValue(`${path}.${name}`, value, 'an integer that is not below 0');
};

const limitOf = ({ schema, path }: Keywords, name: string): Limit | undefined => {
  const value = schema[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw wrongValue(`${path}.${name}`, value, 'a number');
  return { value, isExclusive: name.startsWith('exclusive') };
};

const tighter = (
  a: Limit | undefined,
  b: Limit | undefined,
  pick: (a: number, b: number) => number,
): Limit | undefined => {
  if (!a || !b) return a ?? b;
  // Equal: the exclusive one says more.
  if (a.value === b.value) return b;
  return pick(a.value, b.value) === a.value ? a : b;
};
