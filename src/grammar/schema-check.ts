/** Whether values that a schema lists fit what else it says: of a list only those are written that do. */
import { Automaton, type Situation } from './automaton.js';
import { NetworkBuilder, TooLarge } from './network.js';
import { SchemaError, wrongValue } from './schema-error.js';
import {
  identity,
  isSchema,
  itemSchema,
  type Keywords,
  meaningful,
  memberSchema,
  type Schema,
  type TypeName,
  typesOf,
} from './schema-keywords.js';
import { referred } from './schema-reference.js';
import { countOf, limitsOf, stringPart } from './schema-values.js';

/** Schemas, values and states looked at for all lists of a schema: some 100 ms. */
const maxLooks = 200_000;
const maxDepth = 64;

/** Where a value is looked at: how many schemas deep in the first. */
interface Place {
  readonly path: string;
  readonly depth: number;
}

export class ValueCheck {
  readonly #root: unknown;
  readonly #strict: boolean;
  /** By pattern: the JSON strings that it matches. */
  readonly #strings = new Map<string, Automaton>();
  #looks = 0;

  constructor(root: unknown, strict: boolean) {
    this.#root = root;
    this.#strict = strict;
  }

  fits(value: unknown, schema: unknown, { path, depth }: Place): boolean {
    if (typeof schema === 'boolean') return schema;
    if (!isSchema(schema)) throw wrongValue(path, schema, 'a schema');
    if (depth > maxDepth)
      throw new SchemaError(path, 'schemas stand too deep in each other', `${maxDepth} levels`);
    this.#look(1);
    const at = { schema: meaningful({ schema, path }, this.#strict), path };
    if (at.schema.nullable === true && value === null) return true;
    const types = typesOf(at);
    if (types && !types.some((type) => isOfType(value, type))) return false;
    return (
      this.#fitsListed(value, at) && this.#fitsOthers(value, at, depth) && this.#fitsOwn(value, at, depth)
    );
  }

  #look(count: number): void {
    this.#looks += count;
    if (this.#looks > maxLooks) throw new TooLarge();
  }

  #fitsListed(value: unknown, { schema: { enum: values }, path }: Keywords): boolean {
    if (values === undefined) return true;
    if (!Array.isArray(values)) throw wrongValue(`${path}.enum`, values, 'an array');
    this.#look(values.length);
    return values.some((one) => identity(one) === identity(value));
  }

  /** What other schemas say of the same value. */
  #fitsOthers(value: unknown, { schema, path }: Keywords, depth: number): boolean {
    const fitsOf = (name: string): boolean[] => {
      const all = schema[name];
      if (!Array.isArray(all)) throw wrongValue(`${path}.${name}`, all, 'an array of schemas');
      return all.map((one, i) => this.fits(value, one, { path: `${path}.${name}[${i}]`, depth: depth + 1 }));
    };
    const { $ref, allOf, anyOf, oneOf } = schema;
    const place = { path: `${path}.$ref`, depth: depth + 1 };
    return (
      ($ref === undefined || this.fits(value, referred(this.#root, $ref, path), place)) &&
      (allOf === undefined || fitsOf('allOf').every(Boolean)) &&
      (anyOf === undefined || fitsOf('anyOf').some(Boolean)) &&
      (oneOf === undefined || fitsOf('oneOf').filter(Boolean).length === 1)
    );
  }

  /** What the schema itself says of values of this type. */
  #fitsOwn(value: unknown, at: Keywords, depth: number): boolean {
    if (typeof value === 'string') return this.#fitsString(value, at);
    if (Array.isArray(value)) return this.#fitsArray(value, at, depth);
    if (isSchema(value)) return this.#fitsObject(value, at, depth);
    if (typeof value !== 'number') return true;
    const { low = value, high = value } = limitsOf(at);
    return low <= value && value <= high;
  }

  /**
   * Formats are not asked about: ours are narrower than what the specification allows, and who lists a value means it.
   */
  #fitsString(value: string, at: Keywords): boolean {
    return (
      isCounted(Array.from(value).length, at, ['minLength', 'maxLength']) &&
      (at.schema.pattern === undefined || this.#fitsPattern(value, at))
    );
  }

  /** Read by our own automaton, whose steps can be counted: JavaScript's expressions may take forever. */
  #fitsPattern(value: string, { schema: { pattern }, path }: Keywords): boolean {
    const key = String(pattern);
    const strings = this.#strings.get(key) ?? this.#automaton({ schema: { pattern }, path });
    this.#strings.set(key, strings);
    let situation: Situation | null = strings.start;
    for (const byte of Buffer.from(JSON.stringify(value))) {
      this.#look(situation.size);
      situation = strings.step(situation, byte);
      if (!situation) return false;
    }
    return situation.mayEnd;
  }

  #automaton(at: Keywords): Automaton {
    const builder = new NetworkBuilder();
    const root = builder.declare();
    builder.define(root, stringPart(at, this.#strict));
    this.#look(builder.states.length);
    return new Automaton(builder.finish(root));
  }

  #fitsArray(items: readonly unknown[], at: Keywords, depth: number): boolean {
    return (
      isCounted(items.length, at, ['minItems', 'maxItems']) &&
      items.every((item, i) =>
        this.fits(item, itemSchema(at.schema, i), { path: `${at.path}.items`, depth: depth + 1 }),
      )
    );
  }

  #fitsObject(members: Schema, { schema, path }: Keywords, depth: number): boolean {
    const { required = [] } = schema;
    if (!Array.isArray(required)) throw wrongValue(`${path}.required`, required, 'an array of names');
    return (
      required.every((name) => Object.hasOwn(members, String(name))) &&
      Object.entries(members).every(([name, value]) =>
        this.fits(value, memberSchema(schema, name), {
          path: `${path}.properties.${name}`,
          depth: depth + 1,
        }),
      )
    );
  }
}

const isCounted = (count: number, at: Keywords, [least, most]: readonly [string, string]): boolean =>
  count >= (countOf(at, least) ?? 0) && count <= (countOf(at, most) ?? count);

const isOfType = (value: unknown, type: TypeName): boolean => {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  return type === 'object' ? isSchema(value) : typeof value === type;
};
