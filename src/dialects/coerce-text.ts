/** Fields of a form or a query are text; the schema says which of them stand for numbers, booleans or arrays. */
import type { z } from 'zod';

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** A text that the field accepts as it is stays; else its JSON reading is taken, and the schema judges that. */
export const coerceText = (
  fields: Readonly<Record<string, unknown>>,
  shape: Shape,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      // A client may call a field `constructor`, which every object has.
      coerce(value, Object.hasOwn(shape, name) ? (shape[name] as z.ZodType) : undefined),
    ]),
  );

const coerce = (value: unknown, field: z.ZodType | undefined): unknown => {
  if (typeof value !== 'string' || !field || field.safeParse(value).success) return value;
  // Python's `str(True)`, as its HTTP clients put booleans into forms.
  if (value === 'True' || value === 'False') return value === 'True';
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
};
