/** JSON schemas as grammars: every text of the grammar is JSON that the schema accepts. */
import { arrayItems } from './array-items.js';
import * as json from './json-text.js';
import { calling, choice, literal, type Part, TooLarge } from './network.js';
import { objectMembers } from './object-members.js';
import { ifPossible, possible } from './possible.js';
import { ValueCheck } from './schema-check.js';
import { Impossible, SchemaError, wrongValue } from './schema-error.js';
import {
  isSchema,
  type Keywords,
  meaningful,
  memberSchema,
  prefixItemsOf,
  propertiesOf,
  type Schema,
  type TypeName,
  typesMeant,
} from './schema-keywords.js';
import { merged } from './schema-merge.js';
import { referred } from './schema-reference.js';
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

/** Throws a `SchemaError`. */
export const schemaPart = (schema: unknown, options: SchemaOptions): Part => {
  const reader = new SchemaReader(schema, options);
  return (builder, from) => reader.part(builder, from);
};

class SchemaReader {
  readonly #root: unknown;
  readonly #options: SchemaOptions;
  readonly #check: ValueCheck;
  #depth = 0;
  #merged = 0;

  constructor(root: unknown, options: SchemaOptions) {
    this.#root = root;
    this.#options = options;
    this.#check = new ValueCheck(root, options.strict);
  }

  readonly part: Part = (builder, from) => this.#any(this.#root, this.#options.path)(builder, from);

  #any(schema: unknown, path: string): Part {
    if (schema === true) return json.value;
    if (schema === false) throw new Impossible(path, 'false accepts nothing', 'a schema');
    if (!isSchema(schema)) throw wrongValue(path, schema, 'a schema');
    return (builder, from) =>
      this.#at(this.#depth + 1, () => {
        if (this.#depth > maxDepth)
          throw new SchemaError(path, 'schemas stand too deep in each other', `${maxDepth} levels`);
        return this.#schema({ schema, path })(builder, from);
      });
  }

  /** Also where a part turns out to be impossible, others go on at the depth where they were. */
  #at<T>(depth: number, build: () => T): T {
    const before = this.#depth;
    this.#depth = depth;
    try {
      return build();
    } finally {
      this.#depth = before;
    }
  }

  #schema(at: Keywords): Part {
    const { path } = at;
    const schema = meaningful(at, this.#options.strict);
    if (schema.nullable === true) {
      const { nullable: _, ...other } = schema;
      return possible(
        () => this.#schema({ schema: other, path }),
        () => json.nil,
      );
    }
    const { $ref, allOf, anyOf, oneOf, ...rest } = schema;
    if (rest.enum !== undefined) return this.#listed(schema, path, 'const' in at.schema ? 'const' : 'enum');
    const isAlone = Object.keys(schema).length === 1;
    if ($ref !== undefined && isAlone) return this.#reference($ref, path);
    if (isAlone && Array.isArray(allOf) && allOf.length === 1) return this.#any(allOf[0], `${path}.allOf[0]`);
    if ($ref !== undefined) return this.#allOf([{ $ref }], { ...schema, $ref: undefined }, path);
    if (allOf !== undefined) return this.#allOf(allOf, { ...schema, allOf: undefined }, path);
    if (anyOf !== undefined && oneOf !== undefined)
      throw new SchemaError(path, 'both anyOf and oneOf', 'one of them');
    const name = anyOf === undefined ? 'oneOf' : 'anyOf';
    const ways = anyOf ?? oneOf;
    if (ways !== undefined) return this.#ways(ways, rest, `${path}.${name}`);
    const types = typesMeant({ schema, path });
    return types ? possible(...types.map((type) => () => this.#ofType(type, schema, path))) : json.value;
  }

  #reference(ref: unknown, path: string): Part {
    const found = referred(this.#root, ref, path);
    return (builder, from) => {
      // A rule of its own begins anew: recursion is no depth.
      const rule = builder.rule(`${this.#options.path} ${ref}`, (inner, start) =>
        this.#at(0, () => this.#any(found, `${path}.$ref`)(inner, start)),
      );
      return calling(rule)(builder, from);
    };
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
    if (schema === false) throw new Impossible(path, 'false accepts nothing', 'a schema');
    if (!isSchema(schema)) throw wrongValue(path, schema, 'a schema');
    if (depth > maxDepth) throw new SchemaError(path, 'it refers to itself', 'a schema that does not');
    if (++this.#merged > maxMerged) throw new TooLarge();
    // `null` beside a schema of no type is one way of two: the others would have to allow it too.
    const { nullable: _, $ref, allOf = [], ...rest } = meaningful({ schema, path }, this.#options.strict);
    const parts = [
      ...($ref === undefined ? [] : [referred(this.#root, $ref, path)]),
      ...(Array.isArray(allOf) ? allOf : [allOf]),
    ];
    return parts
      .map((part) => this.#flat(part, path, depth + 1))
      .reduce((a, b) => merged(a, b, path), rest as Schema);
  }

  #ways(ways: unknown, rest: Schema, path: string): Part {
    if (!Array.isArray(ways) || ways.length === 0) throw wrongValue(path, ways, 'an array of schemas');
    const isBare = Object.keys(rest).length === 0;
    return possible(
      ...ways.map((way, i) => () => this.#any(isBare ? way : { allOf: [rest, way] }, `${path}[${i}]`)),
    );
  }

  /** There are few values: each is held against all that the schema says, however it says it. */
  #listed({ enum: values, ...others }: Schema, path: string, keyword: 'const' | 'enum'): Part {
    if (!Array.isArray(values)) throw wrongValue(`${path}.enum`, values, 'an array');
    const fitting = values.filter((value) => this.#check.fits(value, others, { path, depth: 0 }));
    if (fitting.length === 0)
      throw new Impossible(`${path}.${keyword}`, 'no value of it fits the other keywords', 'one that does');
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
    const { items = true } = schema;
    const least = countOf({ schema, path }, 'minItems') ?? 0;
    const most = countOf({ schema, path }, 'maxItems') ?? unlimited;
    if (least > most) throw new Impossible(`${path}.minItems`, 'it is above maxItems');
    const prefixItems = prefixItemsOf({ schema, path });
    if (items === false && least > prefixItems.length)
      throw new Impossible(
        `${path}.minItems`,
        'it is above the number of prefixItems, and there are no others',
      );
    const item = (one: unknown, place: number, inner: string): Part => {
      const part = () => this.#any(one, inner);
      return place < least ? part() : ifPossible(part);
    };
    const first = prefixItems.map((one, i) => item(one, i, `${path}.prefixItems[${i}]`));
    const rest = items === false ? undefined : item(items, first.length, `${path}.items`);
    return json.bracketed('[', arrayItems(first, rest, { least, most }), ']');
  }

  #object(schema: Schema, path: string): Part {
    const { required = [], additionalProperties } = schema;
    const properties = propertiesOf({ schema, path });
    if (!Array.isArray(required)) throw wrongValue(`${path}.required`, required, 'an array of names');
    const names = [...new Set([...Object.keys(properties), ...required.map(String)])];
    // Where members are listed, no others are written unless the schema speaks of them.
    const others = additionalProperties ?? schema.properties === undefined;
    if (names.length === 0 && others === true) return json.anyObject;
    const members = names.map((name) => ({
      isRequired: required.includes(name),
      part: this.#member(name, schema, { path, isRequired: required.includes(name) }),
    }));
    const extra = ifPossible(() =>
      json.member(json.stringBut(names), this.#any(others, `${path}.additionalProperties`)),
    );
    return json.bracketed('{', objectMembers(members, others === false ? undefined : extra), '}');
  }

  #member(name: string, schema: Schema, { path, isRequired }: { path: string; isRequired: boolean }): Part {
    const own = memberSchema(schema, name);
    if (isRequired && own === false)
      throw new Impossible(
        `${path}.required`,
        `${JSON.stringify(name)} is no property`,
        'names of properties',
      );
    const place = own === schema.additionalProperties ? 'additionalProperties' : `properties.${name}`;
    const part = () => json.member(literal(JSON.stringify(name)), this.#any(own, `${path}.${place}`));
    return isRequired ? part() : ifPossible(part);
  }
}
