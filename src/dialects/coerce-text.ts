/** Fields of a form or a query are text; the schema says which of them stand for numbers, booleans or arrays. */
import type { z } from 'zod';
import { isTooDeep } from '../http/nesting.js';

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** A text that the field accepts as it is stays; else its JSON reading is taken, and the schema judges that. */
export const coerceText = (
  fields: Readonly<Record<string, unknown>>,
  shape: Shape,
): Record<string, unknown> => eachField(fields, shape, coerce);

/** For clients that write every field as JSON: its reading goes before the text itself, where the field accepts it. */
export const parseTexts = (
  fields: Readonly<Record<string, unknown>>,
  shape: Shape,
): Record<string, unknown> => eachField(fields, shape, parse);

type Reading = (value: unknown, field: z.ZodType | undefined) => unknown;

const eachField = (fields: Readonly<Record<string, unknown>>, shape: Shape, read: Reading) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      // A client may call a field `constructor`, which every object has.
      read(value, Object.hasOwn(shape, name) ? (shape[name] as z.ZodType) : undefined),
    ]),
  );

const parse: Reading = (value, field) => {
  const parsed = typeof value === 'string' ? readJson(value) : undefined;
  if (typeof parsed === 'string' || parsed === null) return parsed;
  return parsed !== undefined && field?.safeParse(parsed).success ? parsed : coerce(value, field);
};

const readJson = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return isTooDeep(value) ? undefined : value;
  } catch {
    return undefined;
  }
};

const coerce: Reading = (value, field) => {
  if (typeof value !== 'string' || !field || field.safeParse(value).success) return value;
  // Python's `str(True)`, as its HTTP clients put booleans into forms.
  if (value === 'True' || value === 'False') return value === 'True';
  const parsed = readJson(value);
  return parsed === undefined ? value : parsed;
};
