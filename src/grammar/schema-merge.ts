/** Schemas that have to hold together, as one. */
import { SchemaError } from './schema-error.js';
import {
  identity,
  itemSchema,
  memberSchema,
  prefixItemsOf,
  propertiesOf,
  type Schema,
} from './schema-keywords.js';

/** The schema that holds where both hold; both are `meaningful`. */
export const merged = (a: Schema, b: Schema, path: string): Schema => {
  const all: Record<string, unknown> = { ...a };
  for (const [name, value] of Object.entries(b)) {
    all[name] = name in a ? both(name, a[name], value, `${path}.${name}`) : value;
  }
  // What one side says of all others counts for those that only the other side lists.
  if ('properties' in all) all.properties = bothProperties(a, b, path);
  if ('prefixItems' in all) all.prefixItems = bothPrefixes(a, b, path);
  return all;
};

const both = (name: string, a: unknown, b: unknown, path: string): unknown => {
  switch (name) {
    case 'properties':
    case 'prefixItems':
      return undefined;
    case 'required':
      return [...new Set([...asList(a), ...asList(b)])];
    case 'enum':
      return commonValues(asList(a), asList(b));
    case 'type':
      return commonTypes([a].flat(), [b].flat());
    case 'items':
    case 'additionalProperties':
      return bothSchemas(a, b);
    case 'minimum':
    case 'exclusiveMinimum':
    case 'minLength':
    case 'minItems':
      return Math.max(Number(a), Number(b));
    case 'maximum':
    case 'exclusiveMaximum':
    case 'maxLength':
    case 'maxItems':
      return Math.min(Number(a), Number(b));
    default:
      if (identity(a) === identity(b)) return a;
      throw new SchemaError(path, `two different ${name} at once`, 'one');
  }
};

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const bothSchemas = (a: unknown, b: unknown): unknown => {
  if (a === false || b === false) return false;
  if (a === true) return b;
  return b === true ? a : { allOf: [a, b] };
};

const bothProperties = (a: Schema, b: Schema, path: string): Schema => {
  const names = [a, b].flatMap((schema) => Object.keys(propertiesOf({ schema, path })));
  return Object.fromEntries(
    [...new Set(names)].map((name) => [name, bothSchemas(memberSchema(a, name), memberSchema(b, name))]),
  );
};

const bothPrefixes = (a: Schema, b: Schema, path: string): unknown[] => {
  const lengths = [a, b].map((schema) => prefixItemsOf({ schema, path }).length);
  return Array.from({ length: Math.max(...lengths) }, (_, i) =>
    bothSchemas(itemSchema(a, i), itemSchema(b, i)),
  );
};

const commonValues = (a: readonly unknown[], b: readonly unknown[]): unknown[] => {
  const second = new Set(b.map(identity));
  return a.filter((value) => second.has(identity(value)));
};

const commonTypes = (a: readonly unknown[], b: readonly unknown[]): unknown[] =>
  a.flatMap((type) => {
    if (b.includes(type)) return [type];
    if (type === 'number' && b.includes('integer')) return ['integer'];
    return type === 'integer' && b.includes('number') ? ['integer'] : [];
  });
