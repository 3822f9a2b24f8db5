/** What the keywords of a schema are, and say. */
import { Impossible, SchemaError, wrongValue } from './schema-error.js';

export type Schema = Readonly<Record<string, unknown>>;

/** Keywords that only values of one type can break. */
const typeOfKeyword = {
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
  propertyNames: true,
  unevaluatedProperties: true,
};

export interface Keywords {
  readonly schema: Schema;
  readonly path: string;
}

export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Equal for values that a schema counts as equal. */
export const identity = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    isSchema(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one,
  );

/**
 * Only what says which values fit, in one spelling: titles and unknown keywords are remarks. `strict` refuses what is not
 * kept to.
 */
export const meaningful = (at: Keywords, strict: boolean): Schema => {
  const { path } = at;
  const schema = { ...at.schema, ...ofListedNames(at) };
  const refused =
    strict && Object.keys(schema).find((name) => unenforced.has(name) && idle[name] !== schema[name]);
  if (refused)
    throw new SchemaError(
      `${path}.${refused}`,
      'it cannot be kept to',
      'a schema without it, or strict: false',
    );
  const {
    nullable,
    const: constant,
    ...rest
  } = Object.fromEntries(Object.entries(schema).filter(([name]) => enforced.has(name)));
  return {
    ...rest,
    ...(nullable === true ? orNull(rest.type) : {}),
    ...(constant === undefined ? {} : { enum: constantAmong(constant, rest.enum) }),
    ...(Array.isArray(rest.items) ? tuple(rest.items, schema.additionalItems) : {}),
  };
};

/** Where all names are listed, their members are: so zod describes a record whose keys are an enum's. */
const ofListedNames = ({ schema, path }: Keywords): Schema => {
  if (!isSchema(schema.propertyNames)) return {};
  const { type = 'string', enum: names, ...others } = schema.propertyNames;
  if (type !== 'string' || !Array.isArray(names) || Object.keys(others).length > 0) return {};
  propertiesOf({ schema, path });
  return {
    properties: Object.fromEntries(names.map((name) => [String(name), memberSchema(schema, String(name))])),
    additionalProperties: false,
    propertyNames: true,
  };
};

/** OpenAPI 3.0's word for a type more. */
const orNull = (type: unknown): Schema =>
  type === undefined ? { nullable: true } : { type: [type, 'null'].flat() };

const constantAmong = (constant: unknown, values: unknown): unknown[] => {
  const isAllowed = !Array.isArray(values) || values.some((value) => identity(value) === identity(constant));
  return isAllowed ? [constant] : [];
};

/** As drafts before 2020-12 have it. */
const tuple = (items: readonly unknown[], additionalItems: unknown = true): Schema => ({
  prefixItems: items,
  items: additionalItems,
});

export const propertiesOf = ({ schema: { properties = {} }, path }: Keywords): Schema => {
  if (!isSchema(properties)) throw wrongValue(`${path}.properties`, properties, 'an object of schemas');
  return properties;
};

export const prefixItemsOf = ({ schema: { prefixItems = [] }, path }: Keywords): readonly unknown[] => {
  if (Array.isArray(prefixItems)) return prefixItems;
  throw wrongValue(`${path}.prefixItems`, prefixItems, 'an array of schemas');
};

/** What a member of this name has to be. */
export const memberSchema = (
  { properties = {}, additionalProperties = true }: Schema,
  name: string,
): unknown =>
  isSchema(properties) && Object.hasOwn(properties, name) ? properties[name] : additionalProperties;

/** What the item at this place has to be. */
export const itemSchema = ({ prefixItems, items = true }: Schema, place: number): unknown =>
  Array.isArray(prefixItems) && place < prefixItems.length ? prefixItems[place] : items;

const typeNames = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'] as const;
export type TypeName = (typeof typeNames)[number];

/** `undefined`: any. */
export const typesOf = ({ schema: { type }, path }: Keywords): readonly TypeName[] | undefined => {
  if (type === undefined) return undefined;
  const types = [...new Set([type].flat())];
  for (const one of types)
    if (!typeNames.includes(one as TypeName)) throw wrongValue(`${path}.type`, one, typeNames.join(', '));
  if (types.length === 0) throw new Impossible(`${path}.type`, 'no type is left', typeNames.join(', '));
  return types as TypeName[];
};

/** A schema that names no type is taken to mean those that its keywords speak of. */
export const typesMeant = (at: Keywords): readonly TypeName[] | undefined => {
  const told = Object.entries(typeOfKeyword).flatMap(([name, one]) => (name in at.schema ? [one] : []));
  return typesOf(at) ?? (told.length > 0 ? [...new Set(told)] : undefined);
};
