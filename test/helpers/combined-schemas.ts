/** Schemas at random whose keywords meet: values listed beside limits, parts that have to hold together, what cannot be. */
import type { TestRandom } from './random.js';

type Schema = Record<string, unknown>;

const names = ['a', 'b', 'c'];
const listed = [
  'a',
  'ab',
  'abc',
  'x',
  'é',
  0,
  1,
  2,
  5,
  -3,
  0.5,
  null,
  true,
  [],
  [1],
  [1, 'a'],
  { a: 1 },
  { b: 'x', a: 2 },
];

/** Some have no value at all: that is found out, or shown by `samples`. */
export const combinedSchema = (random: TestRandom): Schema => ({
  ...new Combiner(random).any(0),
  $defs: {
    few: { enum: ['a', 'abc', 1, 5, null] },
    closed: { type: 'object', properties: { a: { type: 'integer' } }, additionalProperties: false },
    short: { type: 'string', maxLength: 2 },
  },
});

class Combiner {
  readonly #random: TestRandom;

  constructor(random: TestRandom) {
    this.#random = random;
  }

  any(depth: number): Schema {
    const kinds =
      depth > 2 ? ['simple', 'listed'] : ['simple', 'listed', 'all', 'any', 'object', 'array', 'both', 'ref'];
    switch (this.#random.pick(kinds)) {
      case 'listed':
        return this.#listed();
      case 'all': {
        const make = this.#random.pick([
          () => this.#object(depth),
          () => this.#array(depth),
          () => this.#simple(),
        ]);
        return { ...this.#maybe(0.3, make), allOf: this.#some(3, make) };
      }
      case 'both':
        return {
          ...this.#listed(),
          [this.#random.pick(['anyOf', 'allOf'])]: this.#some(3, () => this.any(depth + 2)),
        };
      case 'any': {
        const rest = this.#random.pick([() => ({}), () => this.#object(depth), () => this.#array(depth)])();
        return {
          ...rest,
          anyOf: this.#some(3, () =>
            this.#random.pick([() => this.#object(depth), () => this.#array(depth)])(),
          ),
        };
      }
      case 'object':
        return this.#object(depth);
      case 'array':
        return this.#array(depth);
      case 'ref':
        return this.#reference(depth);
      default:
        return this.#simple();
    }
  }

  #reference(depth: number): Schema {
    return this.#random.pick([
      () => ({ $ref: '#/$defs/few', ...this.#lengths('minLength', 'maxLength'), ...this.#range() }),
      () => ({ $ref: '#/$defs/closed', ...this.#maybe(0.6, () => this.#object(depth)) }),
      () => ({ $ref: '#/$defs/short', ...this.#lengths('minLength', 'maxLength') }),
    ])();
  }

  #simple(): Schema {
    return this.#random.pick([
      () => ({
        type: 'string',
        ...this.#lengths('minLength', 'maxLength'),
        ...this.#maybe(0.2, () => ({ pattern: '^[a-c]+$' })),
      }),
      () => ({ type: this.#random.pick(['integer', 'number']), ...this.#range() }),
      () => ({ type: ['integer', 'string'], ...this.#range(), ...this.#lengths('minLength', 'maxLength') }),
    ])();
  }

  #listed(): Schema {
    const values = this.#random.shuffled(listed).slice(0, this.#random.integer(1, 8));
    return {
      ...this.#random.pick([
        { enum: values },
        { enum: values },
        { const: values[0] },
        { enum: values, const: values[0] },
      ]),
      ...this.#maybe(0.4, () => ({
        type: this.#random.pick(['string', 'integer', 'number', ['string', 'null'], 'array', 'object']),
      })),
      ...this.#maybe(0.3, () => this.#range()),
      ...this.#maybe(0.3, () => this.#lengths('minLength', 'maxLength')),
      ...this.#maybe(0.2, () => ({ pattern: 'b|x' })),
      ...this.#maybe(0.2, () => ({ items: { type: 'integer' }, ...this.#lengths('minItems', 'maxItems') })),
      ...this.#maybe(0.2, () => ({ required: ['b'], properties: { a: { maximum: 1 } } })),
    };
  }

  #object(depth: number): Schema {
    return {
      type: 'object',
      ...this.#maybe(0.8, () => ({
        properties: Object.fromEntries(
          this.#names().map((name) => [name, this.#random.next() < 0.15 ? false : this.any(depth + 1)]),
        ),
      })),
      ...this.#maybe(0.5, () => ({ required: this.#names() })),
      ...this.#maybe(0.5, () => ({
        additionalProperties: this.#random.pick([false, true, this.any(depth + 1)]),
      })),
      ...this.#maybe(0.1, () => ({ propertyNames: { type: 'string', enum: ['b', ...this.#names()] } })),
    };
  }

  #array(depth: number): Schema {
    return {
      type: 'array',
      ...this.#maybe(0.6, () => ({ prefixItems: this.#some(2, () => this.any(depth + 1)) })),
      ...this.#maybe(0.6, () => ({ items: this.#random.pick([false, this.any(depth + 1)]) })),
      ...this.#maybe(0.6, () => this.#lengths('minItems', 'maxItems')),
    };
  }

  #range(): Schema {
    const low = this.#random.pick([-3, 0, 0.1, 1]);
    return {
      ...this.#maybe(0.5, () => ({ [this.#random.pick(['minimum', 'exclusiveMinimum'])]: low })),
      ...this.#maybe(0.5, () => ({
        [this.#random.pick(['maximum', 'exclusiveMaximum'])]: low + this.#random.integer(0, 4),
      })),
    };
  }

  #lengths(least: string, most: string): Schema {
    return {
      ...this.#maybe(0.4, () => ({ [least]: this.#random.integer(0, 2) })),
      ...this.#maybe(0.4, () => ({ [most]: this.#random.integer(1, 3) })),
    };
  }

  #names(): string[] {
    return this.#random.shuffled(names).slice(0, this.#random.integer(0, 2));
  }

  #some<T>(most: number, make: () => T): T[] {
    return this.#random.array(this.#random.integer(1, most), make);
  }

  #maybe(chance: number, make: () => Schema): Schema {
    return this.#random.next() < chance ? make() : {};
  }
}

const scalars = ['', 'a', 'b', 'ab', 'abc', 'x', -3, 0, 1, 2, 5, 0.5, null];

/** Values of which a schema that has any mostly has one. */
export const samples: readonly unknown[] = [
  ...listed,
  ...scalars,
  ...scalars.flatMap((one) => [[one], [one, one], ...scalars.map((other) => [one, other, 1])]),
  {},
  ...scalars.flatMap((one) => [
    ...names.map((name) => ({ [name]: one })),
    ...scalars.flatMap((other) => [
      { a: one, b: other },
      { a: one, c: other },
      { b: one, c: other },
      { a: one, b: other, c: 'a' },
      { a: one, b: other, c: 1 },
    ]),
  ]),
];
