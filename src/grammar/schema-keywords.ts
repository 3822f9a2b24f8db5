/** Schemas before they become grammar: references followed, parts that have to hold together merged into one. */
import { SchemaError } from './schema-error.js';

export type Schema = Readonly<Record<string, unknown>>;

/** Keywords that only values of one type can break; a schema that names no type is taken to mean that one. */
export const typeOfKeyword = {
  properties: 'object',
  required: 'object',
  additionalProperties: 'object',
  items: 'array',
  prefixItems: 'array',
  minItems: 'array',
  maxItems: 'array',
  minLength: 'string',
  maxLength: 'string',
  pattern: 'string',
  format: 'string',
  minimum: 'number',
  maximum: 'number',
  exclusiveMinimum: 'number',
  exclusiveMaximum: 'number',
} as const;

const enforced = new Set([
  'type',
  'nullable',
  'enum',
  'const',
  '$ref',
  'allOf',
  'anyOf',
  'oneOf',
  ...Object.keys(typeOfKeyword),
]);

/** What cannot be kept to while a text is written from left to right, or not yet. */
const unenforced = new Set([
  'not',
  'if',
  'then',
  'else',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
  'uniqueItems',
  'multipleOf',
  'contains',
  'minContains',
  'maxContains',
  'patternProperties',
  'propertyNames',
  'minProperties',
  'maxProperties',
  'unevaluatedItems',
  'unevaluatedProperties',
]);

/** Ask for nothing. */
const idle: Readonly<Record<string, unknown>> = {
  uniqueItems: false,
  minProperties: 0,
  unevaluatedProperties: true,
};

export interface Keywords {
  readonly schema: Schema;
  readonly path: string;
}

export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Only what says which values fit: titles and unknown keywords are remarks. `strict` refuses what is not kept to. */
export const meaningful = ({ schema, path }: Keywords, strict: boolean): Schema => {
  const refused =
    strict && Object.keys(schema).find((name) => unenforced.has(name) && idle[name] !== schema[name]);
  if (refused)
    throw new SchemaError(
      `${path}.${refused}`,
      'it cannot be kept to',
      'a schema without it, or strict: false',
    );
  return Object.fromEntries(Object.entries(schema).filter(([name]) => enforced.has(name)));
};

/** The schema that holds where both hold. */
export const merged = (a: Schema, b: Schema, path: string): Schema => {
  const all: Record<string, unknown> = { ...a };
  for (const [name, value] of Object.entries(b)) {
    all[name] = name in a ? both(name, a[name], value, `${path}.${name}`) : value;
  }
  return all;
};

const both = (name: string, a: unknown, b: unknown, path: string): unknown => {
  switch (name) {
    case 'properties':
      return bothProperties(a, b);
    case 'required':
      return [...new Set([...asList(a), ...asList(b)])];
    case 'enum':
      return asList(a).filter((one) =>
        asList(b).some((other) => JSON.stringify(one) === JSON.stringify(other)),
      );
    case 'type':
      return commonTypes([a].flat(), [b].flat());
    case 'items':
    case 'additionalProperties':
      return typeof a === 'boolean' ? (a ? b : a) : typeof b === 'boolean' ? (b ? a : b) : { allOf: [a, b] };
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
      if (JSON.stringify(a) === JSON.stringify(b)) return a;
      throw new SchemaError(path, `two different ${name} at once`, 'one');
  }
};

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const bothProperties = (a: unknown, b: unknown): Schema => {
  const [first, second] = [a, b].map((one) => (isSchema(one) ? one : {})) as [Schema, Schema];
  const shared = Object.keys(second).filter((name) => Object.hasOwn(first, name));
  return {
    ...first,
    ...second,
    ...Object.fromEntries(shared.map((name) => [name, { allOf: [first[name], second[name]] }])),
  };
};

const commonTypes = (a: readonly unknown[], b: readonly unknown[]): unknown[] =>
  a.flatMap((type) => {
    if (b.includes(type)) return [type];
    if (type === 'number' && b.includes('integer')) return ['integer'];
    return type === 'integer' && b.includes('number') ? ['integer'] : [];
  });
