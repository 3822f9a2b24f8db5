/** Keywords that meet: what they say together is kept to. */
import { z } from 'zod';
import { TaskwireError } from '../../../src/errors.js';
import type { Automaton } from '../../../src/grammar/automaton.js';
import { combinedSchema, samples } from '../../helpers/combined-schemas.js';
import { fits, ofSchema, randomText } from '../../helpers/grammar.js';
import { validatorOf } from '../../helpers/json-validator.js';
import { TestRandom } from '../../helpers/random.js';

test('what is written is accepted, and what is refused accepts nothing', () => {
  const random = new TestRandom(31);
  let refused = 0;
  for (let i = 0; i < 400; i++) {
    const schema = combinedSchema(random);
    const validate = validatorOf(schema);
    const grammar = ofPossible(schema);
    if (grammar instanceof TaskwireError) {
      refused++;
      // Two sets of ways that meet are not kept to; all others have no value.
      if (!grammar.message.includes('two different anyOf'))
        expect([schema, samples.filter(validate)]).toEqual([schema, []]);
      continue;
    }
    for (let k = 0; k < 5; k++) {
      const text = randomText(grammar, random);
      const isValid = validate(JSON.parse(text));
      expect([schema, text, isValid, validate.errors ?? []]).toEqual([schema, text, true, []]);
    }
  }
  expect(refused).toBeGreaterThan(20);
  expect(refused).toBeLessThan(150);
});

const ofPossible = (schema: unknown): Automaton | TaskwireError => {
  try {
    return ofSchema(schema, true);
  } catch (error) {
    if (error instanceof TaskwireError && error.code === 'invalid_field') return error;
    throw error;
  }
};

const closed = { properties: { a: { type: 'integer' } }, additionalProperties: false };

test.each<[string, unknown, string[], string[]]>([
  [
    'members that are required and not listed',
    { required: ['a'], additionalProperties: { type: 'integer' } },
    ['{"a":1}', '{"a":1,"b":2}'],
    ['{}', '{"a":"x"}'],
  ],
  [
    'members that are required, and of which nothing is said',
    { properties: { a: { type: 'integer' } }, required: ['b'] },
    ['{"a":1,"b":"x"}', '{"b":[]}'],
    ['{"a":1}', '{"b":1,"c":1}'],
  ],
  ['listed texts of some length', { enum: ['a', 'bbb', 7], minLength: 3 }, ['"bbb"', '7'], ['"a"']],
  ['listed texts that match', { enum: ['ab', 'é"', 'cd'], pattern: '"|^c' }, ['"é\\""', '"cd"'], ['"ab"']],
  ['listed numbers within limits', { enum: [1, 5, 10, 'x'], exclusiveMinimum: 1 }, ['5', '10', '"x"'], ['1']],
  [
    'listed values of all kinds',
    { enum: [[1], ['x'], { a: 1 }, { b: 1 }, null], items: { type: 'integer' }, required: ['a'] },
    ['[1]', '{"a":1}', 'null'],
    ['["x"]', '{"b":1}'],
  ],
  [
    'listed values that another part lists too',
    { allOf: [{ enum: ['a', 'b', { k: 1, l: 2 }] }, { enum: ['b', { l: 2, k: 1 }] }] },
    ['"b"', '{"k":1,"l":2}'],
    ['"a"'],
  ],
  [
    'listed values behind a reference',
    { $ref: '#/$defs/few', maxLength: 1, $defs: { few: { enum: ['a', 'bb'] } } },
    ['"a"'],
    ['"bb"'],
  ],
  [
    'constants of several ways',
    { anyOf: [{ const: 'a' }, { const: 'b' }], enum: ['b', 'c'] },
    ['"b"'],
    ['"a"', '"c"'],
  ],
  ['a constant that may be null', { const: null, type: 'string', nullable: true }, ['null'], ['"a"']],
  ['one way of exactly one', { oneOf: [{ minimum: 3 }, { maximum: 5 }], enum: [1, 4, 6] }, ['1', '6'], ['4']],
  [
    'members that another part forbids',
    { allOf: [closed, { properties: { b: { type: 'integer' } } }] },
    ['{}', '{"a":1}'],
    ['{"b":1}', '{"a":1,"b":1}'],
  ],
  [
    'members of which another part speaks as others',
    { allOf: [{ properties: { a: { minimum: 3 } } }, { additionalProperties: { type: 'integer' } }] },
    ['{"a":3}', '{"b":1}'],
    ['{"a":3.5}', '{"a":2}'],
  ],
  [
    'first items of which another part speaks as others',
    { allOf: [{ prefixItems: [{ type: 'integer' }] }, { items: { minimum: 5 } }] },
    ['[]', '[5]', '[5,5.5]'],
    ['[4]', '[5.5]'],
  ],
  [
    'first items that another part forbids',
    { allOf: [{ prefixItems: [true, true] }, { prefixItems: [{ type: 'null' }], items: false }] },
    ['[]', '[null]'],
    ['[null,null]', '[1]'],
  ],
  [
    'without the ways that cannot be',
    { ...closed, anyOf: [{ required: ['a'] }, { required: ['b'] }] },
    ['{"a":1}'],
    ['{}'],
  ],
  [
    'without the types that cannot be',
    { type: ['string', 'null'], minLength: 2, maxLength: 1 },
    ['null'],
    ['""'],
  ],
  [
    'without members that cannot be, or may not',
    {
      properties: { a: { $ref: '#/$defs/no' }, b: false },
      additionalProperties: true,
      $defs: { no: { enum: [] } },
    },
    ['{}', '{"c":1}'],
    ['{"a":1}', '{"b":1}'],
  ],
  ['without items that cannot be', { prefixItems: [true, false], maxItems: 5 }, ['[]', '[1]'], ['[1,1]']],
  [
    'first items as older drafts have them',
    { items: [{ type: 'integer' }, { type: 'string' }], additionalItems: { type: 'null' } },
    ['[]', '[1]', '[1,"x",null]'],
    ['["x"]', '[1,"x",1]'],
  ],
])('%s', (_, schema, good, bad) => {
  const grammar = ofSchema(schema, true);
  expect(good.filter((text) => !fits(grammar, text))).toEqual([]);
  expect(bad.filter((text) => fits(grammar, text))).toEqual([]);
});

test.each<[string, unknown, string]>([
  [
    'a constant of another type',
    { properties: { k: { const: 5, type: 'string' } }, required: ['k'] },
    'it.properties.k.const',
  ],
  ['a constant that is not listed', { const: 'c', enum: ['a', 'b'] }, 'it.const'],
  ['a list without a value that fits', { enum: ['a'], allOf: [{ minLength: 2 }] }, 'it.enum'],
  ['more items than may be', { prefixItems: [{}], items: false, minItems: 3 }, 'it.minItems'],
  ['a member that another part forbids', { allOf: [closed, { required: ['b'] }] }, 'it.required'],
  ['only ways that cannot be', { anyOf: [{ minimum: 3, maximum: 2 }, false] }, 'it.anyOf[0].minimum'],
  [
    'a reference to what cannot be, used twice',
    {
      anyOf: [{ $ref: '#/$defs/no' }, { items: { $ref: '#/$defs/no' }, minItems: 1 }],
      $defs: { no: { enum: [] } },
    },
    'it.anyOf[0].$ref.enum',
  ],
  ['a wrong schema among possible ways', { anyOf: [{ type: 'null' }, { type: 'nil' }] }, 'it.anyOf[1].type'],
])('%s is refused by name', (_, schema, param) => {
  expect(() => ofSchema(schema)).toThrow(expect.objectContaining({ code: 'invalid_field', param }));
});

test('records as zod describes them have the keys of their enum', () => {
  const random = new TestRandom(8);
  const record = z.record(z.enum(['a', 'b']), z.number());
  const grammar = ofSchema(z.toJSONSchema(record), true);
  for (let i = 0; i < 20; i++) {
    const text = randomText(grammar, random);
    expect([text, record.safeParse(JSON.parse(text)).success]).toEqual([text, true]);
  }
});

test('a pattern that JavaScript would be lost in is asked about listed values in no time', () => {
  const schema = { enum: [`${'a'.repeat(5000)}b`, 'aaa'], pattern: '^(a|a)*$' };
  expect(fits(ofSchema(schema), '"aaa"')).toBe(true);
});

const numbers = (count: number, first: number): number[] =>
  Array.from({ length: count }, (_, i) => first + i);
const twice = (way: string) => ({ anyOf: [{ $ref: way }, { $ref: way }] });

test.each([
  ['values listed in a list', { enum: numbers(2_000, 0), allOf: [{ enum: numbers(2_000, 1_000) }] }],
  ['a long text beside a pattern of many states', { enum: ['a'.repeat(10_000)], pattern: '^(a?){5000}$' }],
  [
    'ways that double at each step',
    {
      enum: ['a'],
      $ref: '#/$defs/w20',
      $defs: Object.fromEntries(
        Array.from({ length: 21 }, (_, i) => [
          `w${i}`,
          i === 0 ? { type: 'null' } : twice(`#/$defs/w${i - 1}`),
        ]),
      ),
    },
  ],
])('%s: too much to look at is refused', (_, schema) => {
  expect(() => ofSchema(schema)).toThrow(expect.objectContaining({ code: 'invalid_field', param: 'it' }));
});
