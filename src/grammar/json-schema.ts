/** JSON schemas as grammars: every text of the grammar is JSON that the schema accepts. */
import { arrayItems } from './array-items.js';
import * as json from './json-text.js';
import { calling, choice, literal, type Part, TooLarge } from './network.js';
import { objectMembers } from './object-members.js';
import { SchemaError, wrongValue } from './schema-error.js';
import {
  isSchema,
  type Keywords,
  meaningful,
  merged,
  type Schema,
  typeOfKeyword,
} from './schema-keywords.js';
import { countOf, numberPart, stringPart } from './schema-values.js';

export interface SchemaOptions {
  /** Where the schema stands in the request, for errors. */
  readonly path: string;
  /** Refuse what cannot be kept to instead of passing over it. */
  readonly strict: boolean;
}

const unlimited = Number.POSITIVE_INFINITY;
const maxDepth = 64;
/** Schemas that are merged with others; each merge compares what both say. */
const maxMerged = 200;
const typeNames = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'] as const;
type TypeName = (typeof typeNames)[number];

/** Throws a `SchemaError`. */
export const schemaPart = (schema: unknown, options: SchemaOptions): Part => {
  const reader = new SchemaReader(schema, options);
  return (builder, from) => reader.part(builder, from);
};

class SchemaReader {
  readonly #root: unknown;
  readonly #options: SchemaOptions;
  #depth = 0;
  #merged = 0;

  constructor(root: unknown, options: SchemaOptions) {
    this.#root = root;
    this.#options = options;
  }

  readonly part: Part = (builder, from) => this.#any(this.#root, this.#options.path)(builder, from);

  #any(schema: unknown, path: string): Part {
    if (schema === true) return json.value;
    if (schema === false) throw new SchemaError(path, 'false accepts nothing', 'a schema');
    if (!isSchema(schema)) throw wrongValue(path, schema, 'a schema');
    return (builder, from) => {
      if (++this.#depth > maxDepth)
        throw new SchemaError(path, 'schemas stand too deep in each other', `${maxDepth} levels`);
      const to = this.#schema({ schema, path })(builder, from);
      this.#depth--;
      return to;
    };
  }

  #schema(at: Keywords): Part {
    const { path } = at;
    const schema = meaningful(at, this.#options.strict);
    if (schema.nullable === true) {
      const { nullable: _, ...other } = schema;
      return choice(this.#schema({ schema: other, path }), json.nil);
    }
    const { $ref, allOf, anyOf, oneOf, ...rest } = schema;
    const isAlone = Object.keys(schema).length === 1;
    if ($ref !== undefined && isAlone) return this.#reference($ref, path);
    if (isAlone && Array.isArray(allOf) && allOf.length === 1) return this.#any(allOf[0], `${path}.allOf[0]`);
    if ($ref !== undefined) return this.#allOf([{ $ref }], { ...schema, $ref: undefined }, path);
    if (allOf !== undefined) return this.#allOf(allOf, { ...schema, allOf: undefined }, path);
    if (anyOf !== undefined && oneOf !== undefined)
      throw new SchemaError(path, 'both anyOf and oneOf', 'one of them');
    const name = anyOf === undefined ? 'oneOf' : 'anyOf';
    const ways = anyOf ?? oneOf;
    return ways === undefined ? this.#plain(rest, path) : this.#ways(ways, rest, `${path}.${name}`);
  }

  #reference(ref: unknown, path: string): Part {
    if (typeof ref !== 'string') throw wrongValue(`${path}.$ref`, ref, 'a string');
    return (builder, from) => {
      const rule = builder.rule(`${this.#options.path} ${ref}`, (inner, start) => {
        // A rule of its own begins anew: recursion is no depth.
        const depth = this.#depth;
        this.#depth = 0;
        const end = this.#any(this.#resolve(ref, path), `${path}.$ref`)(inner, start);
        this.#depth = depth;
        return end;
      });
      return calling(rule)(builder, from);
    };
  }

  #resolve(ref: string, path: string): unknown {
    const missing = () =>
      new SchemaError(
        `${path}.$ref`,
        `${JSON.stringify(ref)} points nowhere`,
        'a place in this schema, "#/$defs/…"',
      );
    const pointer = ref.startsWith('#') ? decoded(ref.slice(1)) : undefined;
    if (pointer === undefined) throw missing();
    let found: unknown = this.#root;
    for (const step of pointer.split('/').slice(1)) {
      const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
      if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) throw missing();
      found = (found as Record<string, unknown>)[name];
    }
    return found;
  }

  /** All of these and the rest, as one schema. */
  #allOf(all: unknown, rest: Schema, path: string): Part {
    if (!Array.isArray(all) || all.length === 0)
      throw wrongValue(`${path}.allOf`, all, 'an array of schemas');
    const own = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    const one = all
      .map((schema, i) => this.#flat(schema, `${path}.allOf[${i}]`, 0))
      .reduce((a, b) => merged(a, b, path), own);
    return this.#schema({ schema: one, path });
  }

  /** A schema without references and `allOf` at its top. */
  #flat(schema: unknown, path: string, depth: number): Schema {
    if (schema === true) return {};
    if (!isSchema(schema)) throw wrongValue(path, schema, 'a schema');
    if (depth > maxDepth) throw new SchemaError(path, 'it refers to itself', 'a schema that does not');
    if (++this.#merged > maxMerged) throw new TooLarge();
    const { $ref, allOf = [], ...rest } = meaningful({ schema, path }, this.#options.strict);
    const parts = [
      ...($ref === undefined ? [] : [this.#resolve(String($ref), path)]),
      ...(Array.isArray(allOf) ? allOf : [allOf]),
    ];
    return parts
      .map((part) => this.#flat(part, path, depth + 1))
      .reduce((a, b) => merged(a, b, path), rest as Schema);
  }

  #ways(ways: unknown, rest: Schema, path: string): Part {
    if (!Array.isArray(ways) || ways.length === 0) throw wrongValue(path, ways, 'an array of schemas');
    const isBare = Object.keys(rest).length === 0;
    return choice(
      ...ways.map((way, i) =>
        isBare ? this.#any(way, `${path}[${i}]`) : this.#any({ allOf: [rest, way] }, `${path}[${i}]`),
      ),
    );
  }

  #plain(schema: Schema, path: string): Part {
    if (schema.const !== undefined) return literal(JSON.stringify(schema.const));
    const types = this.#types(schema, path);
    if (schema.enum !== undefined) return this.#enumeration(schema, types, path);
    if (!types) return json.value;
    return choice(...types.map((type) => this.#ofType(type, schema, path)));
  }

  /** `undefined`: any. */
  #types(schema: Schema, path: string): readonly TypeName[] | undefined {
    const { type } = schema;
    if (type === undefined) {
      const told = Object.entries(typeOfKeyword).flatMap(([name, one]) => (name in schema ? [one] : []));
      return told.length > 0 ? [...new Set(told)] : undefined;
    }
    const types = [type].flat();
    for (const one of types)
      if (!typeNames.includes(one as TypeName)) throw wrongValue(`${path}.type`, one, typeNames.join(', '));
    if (types.length === 0) throw new SchemaError(`${path}.type`, 'no type is left', typeNames.join(', '));
    return [...new Set(types as TypeName[])];
  }

  #enumeration({ enum: values }: Schema, types: readonly TypeName[] | undefined, path: string): Part {
    if (!Array.isArray(values)) throw wrongValue(`${path}.enum`, values, 'an array');
    const fitting = values.filter((value) => !types || types.some((type) => isOfType(value, type)));
    if (fitting.length === 0)
      throw new SchemaError(`${path}.enum`, 'no value fits the type', 'at least one that does');
    return choice(...fitting.map((value) => literal(JSON.stringify(value))));
  }

  #ofType(type: TypeName, schema: Schema, path: string): Part {
    switch (type) {
      case 'object':
        return this.#object(schema, path);
      case 'array':
        return this.#array(schema, path);
      case 'string':
        return stringPart({ schema, path }, this.#options.strict);
      case 'number':
      case 'integer':
        return numberPart({ schema, path }, type === 'integer');
      case 'boolean':
        return json.boolean;
      case 'null':
        return json.nil;
    }
  }

  #array(schema: Schema, path: string): Part {
    const { items = true, prefixItems = [] } = schema;
    const least = countOf({ schema, path }, 'minItems') ?? 0;
    const most = countOf({ schema, path }, 'maxItems') ?? unlimited;
    if (least > most) throw new SchemaError(`${path}.minItems`, 'it is above maxItems');
    if (!Array.isArray(prefixItems))
      throw wrongValue(`${path}.prefixItems`, prefixItems, 'an array of schemas');
    const first = prefixItems.map((item, i) => this.#any(item, `${path}.prefixItems[${i}]`));
    const rest = items === false ? undefined : this.#any(items, `${path}.items`);
    return json.bracketed('[', arrayItems(first, rest, { least, most }), ']');
  }

  #object(schema: Schema, path: string): Part {
    const { properties = {}, required = [], additionalProperties = schema.properties === undefined } = schema;
    if (!isSchema(properties)) throw wrongValue(`${path}.properties`, properties, 'an object of schemas');
    if (!Array.isArray(required)) throw wrongValue(`${path}.required`, required, 'an array of names');
    const names = [...new Set([...Object.keys(properties), ...required.map(String)])];
    const isOpen = additionalProperties !== false;
    if (names.length === 0 && isOpen && !isSchema(additionalProperties)) return json.anyObject;
    const members = names.map((name) => ({
      isRequired: required.includes(name),
      part: this.#member(name, properties, { path, isOpen }),
    }));
    const extra = isOpen
      ? json.member(json.stringBut(names), this.#any(additionalProperties, `${path}.additionalProperties`))
      : undefined;
    return json.bracketed('{', objectMembers(members, extra), '}');
  }

  #member(name: string, properties: Schema, { path, isOpen }: { path: string; isOpen: boolean }): Part {
    const isListed = Object.hasOwn(properties, name);
    if (!isListed && !isOpen)
      throw new SchemaError(
        `${path}.required`,
        `${JSON.stringify(name)} is no property`,
        'names of properties',
      );
    return json.member(
      literal(JSON.stringify(name)),
      this.#any(isListed ? properties[name] : true, `${path}.properties.${name}`),
    );
  }
}

/** `undefined`: its percent signs are no encoding. */
const decoded = (fragment: string): string | undefined => {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
};

const isOfType = (value: unknown, type: TypeName): boolean => {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  return type === 'object' ? isSchema(value) : typeof value === type;
};
