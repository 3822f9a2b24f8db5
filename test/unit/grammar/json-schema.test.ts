import { z } from 'zod';
import { after, fits, ofSchema, randomSchema, randomText } from '../../helpers/grammar.js';
import { validatorOf } from '../../helpers/json-validator.js';
import { TestRandom } from '../../helpers/random.js';

test('every text of a schema is JSON that the schema accepts', () => {
  const random = new TestRandom(2024);
  for (let i = 0; i < 200; i++) {
    const schema = randomSchema(random);
    const grammar = ofSchema(schema);
    const validate = validatorOf(schema);
    for (let k = 0; k < 5; k++) {
      const text = randomText(grammar, random);
      const isValid = validate(JSON.parse(text));
      expect([schema, text, isValid, validate.errors ?? []]).toEqual([schema, text, true, []]);
    }
  }
});

const person = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    age: { type: 'integer' },
    tags: { type: 'array', items: { enum: ['a', 'b'] } },
  },
  required: ['name'],
};
const tree = {
  $ref: '#/$defs/tree',
  $defs: {
    tree: {
      type: 'object',
      properties: {
        value: { type: 'integer' },
        children: { type: 'array', items: { $ref: '#/$defs/tree' } },
      },
      required: ['value'],
    },
  },
};

test.each<[string, unknown, string[], string[]]>([
  [
    'members in their order, required ones always',
    person,
    ['{"name":"x"}', '{"name": "x", "age": 3}', '{\n  "name": "x",\n  "tags": [\n    "a",\n    "b"\n  ]\n}'],
    ['{}', '{"age":3}', '{"age":3,"name":"x"}', '{"name":"x","other":1}', '{"name":"x",}', '{"name":"x"'],
  ],
  [
    'a schema that holds itself',
    tree,
    ['{"value":1,"children":[{"value":2,"children":[]}]}'],
    ['{"value":1,"children":[{}]}'],
  ],
  [
    'other members where they are allowed, none of the listed twice',
    { type: 'object', properties: { a: { type: 'integer' } }, additionalProperties: { type: 'string' } },
    ['{}', '{"a":1}', '{"a":1,"b":"x","ab":"y"}', '{"b":"x"}', '{"":""}'],
    ['{"a":"x"}', '{"b":1}', '{"b":"x","a":"y"}', '{"\\u0061":"y"}'],
  ],
  [
    'any object',
    { type: 'object' },
    ['{}', '{"a":{"b":[1,null,{"c":"d\\u00e9 \\\\"}]}}', '{"ü":"😀"}'],
    ['[]', '{"a":}', '{"a":"\n"}', '{"a":"\\ud800"}'],
  ],
  ['any value', true, ['1', '"x"', 'null', '[true,{}]', '-1.5e10'], ['', 'nul', '01', '[1,]', '"']],
  [
    'a string of some length',
    { type: 'string', minLength: 2, maxLength: 3 },
    ['"ab"', '"😀é"', '"\\n\\u00e9c"'],
    ['"a"', '"abcd"'],
  ],
  [
    'a pattern anywhere in the text',
    { type: 'string', pattern: 'b+\\d' },
    ['"abb1c"', '"b1"'],
    ['"ab"', '"b"'],
  ],
  [
    'a pattern of the whole text',
    { type: 'string', pattern: '^"\\w+"$' },
    ['"\\"ab\\""'],
    ['"ab"', '"\\"ab\\"c"'],
  ],
  [
    'a pattern and a length',
    { type: 'string', pattern: '^[a-z"]+$', minLength: 2, maxLength: 3 },
    ['"ab"', '"a\\"c"'],
    ['"a"', '"abcd"', '"A1"', '"\\"'],
  ],
  [
    'a pattern and a format',
    { type: 'string', format: 'date-time', pattern: '^20.*Z$' },
    ['"2024-02-28T23:59:59.25Z"'],
    ['"2024-02-28T23:59:59+01:00"', '"1999-01-01T00:00:00Z"', '"20Z"'],
  ],
  [
    'a pattern, a length and a format',
    { type: 'string', format: 'ipv4', pattern: '\\.1$', maxLength: 8 },
    ['"10.0.0.1"', '"1.2.3.1"'],
    ['"10.0.0.2"', '"10.0.10.1"', '"x.1"'],
  ],
  [
    'whole numbers within limits',
    { type: 'integer', minimum: -20, exclusiveMaximum: 105 },
    ['-20', '0', '104', '99'],
    ['-21', '105', '-0', '01', '1.0'],
  ],
  [
    'numbers within limits',
    { type: 'number', minimum: 0.05, maximum: 1 },
    ['0.05', '0.051', '1', '1.0', '0.99'],
    ['0', '0.04', '1.01', '-0.5', '00.5'],
  ],
  [
    'numbers below zero',
    { type: 'number', exclusiveMinimum: -1.5, maximum: -1e-3 },
    ['-1.49', '-1', '-0.001'],
    ['-1.5', '-1.50', '-0.0009', '0', '1'],
  ],
  [
    'a list with first items',
    { prefixItems: [{ type: 'integer' }, { type: 'string' }], items: false, minItems: 1 },
    ['[1]', '[1, "a"]'],
    ['[]', '["a"]', '[1,"a",2]'],
  ],
  [
    'a list of some length',
    { items: { type: 'null' }, minItems: 1, maxItems: 2 },
    ['[null]', '[null,null]'],
    ['[]', '[null,null,null]'],
  ],
  ['constants', { enum: ['x', 1, { k: [true] }] }, ['"x"', '1', '{"k":[true]}'], ['"y"', '2']],
  ['constants of a type', { type: 'string', enum: ['x', 1] }, ['"x"'], ['1']],
  [
    'one of several',
    { anyOf: [{ type: 'integer' }, { type: 'object', properties: { a: {} } }] },
    ['1', '{"a":[]}'],
    ['"x"'],
  ],
  [
    'one of several that share a part',
    {
      type: 'object',
      properties: { k: { type: 'string' } },
      required: ['k'],
      oneOf: [{ properties: { a: { const: 1 } }, required: ['a'] }, { properties: { b: { const: 2 } } }],
    },
    ['{"k":"x","a":1}', '{"k":"x","b":2}', '{"k":"x"}'],
    ['{"k":"x","a":2}'],
  ],
  [
    'all of several',
    {
      allOf: [
        { type: ['integer', 'string'], minimum: 3 },
        { type: 'number', maximum: 4 },
      ],
    },
    ['3', '4'],
    ['2', '"x"', '5'],
  ],
  ['types by what only they can have', { minimum: 3 }, ['3'], ['"x"', '2']],
  ['several types', { type: ['string', 'null'], maxLength: 1 }, ['null', '"a"'], ['"ab"', '1']],
  [
    'what may be null',
    { $ref: '#/$defs/x', nullable: true, $defs: { x: { type: 'boolean' } } },
    ['null', 'true'],
    ['1'],
  ],
])('%s', (_, schema, good, bad) => {
  const grammar = ofSchema(schema);
  expect(good.filter((text) => !fits(grammar, text))).toEqual([]);
  expect(bad.filter((text) => fits(grammar, text))).toEqual([]);
});

test('white space is limited, so that nobody gets lost in it', () => {
  const grammar = ofSchema(person);
  expect(after(grammar, `{\n${' '.repeat(20)}`)).not.toBeNull();
  for (const text of ['{  ', '{\n\n', `{\n${' '.repeat(21)}`, '{"name" ', '{"name":  '])
    expect([text, after(grammar, text)]).toEqual([text, null]);
});

test('what has nothing to say about values is passed over', () => {
  const schema = {
    type: 'boolean',
    title: 'T',
    description: 'D',
    default: true,
    'x-order': 1,
    $schema: 'any',
  };
  expect(fits(ofSchema(schema, true), 'true')).toBe(true);
});

test('what cannot be kept to is passed over, unless strictness is asked for', () => {
  const schema = { type: 'array', items: { type: 'integer', multipleOf: 5 } };
  expect(fits(ofSchema(schema), '[3]')).toBe(true);
  expect(() => ofSchema(schema, true)).toThrow(
    expect.objectContaining({ code: 'invalid_field', param: 'it.items.multipleOf' }),
  );
});

test('strings as zod describes them, with patterns beside formats, are kept to strictly', () => {
  const random = new TestRandom(7);
  const strings = [
    z.email(),
    z.iso.datetime(),
    z.iso.datetime({ offset: true }),
    z.iso.date(),
    z.uuid(),
    z.uuidv7(),
    z.ipv4(),
    z
      .string()
      .regex(/^[a-z]+\d$/)
      .max(5),
    z.string().length(3).regex(/^\d/),
  ];
  for (const string of strings) {
    const grammar = ofSchema(z.toJSONSchema(string), true);
    for (let i = 0; i < 20; i++) {
      const text = randomText(grammar, random);
      expect([text, string.safeParse(JSON.parse(text)).success]).toEqual([text, true]);
    }
  }
});

test.each([
  ['a long length', { pattern: 'x', maxLength: 5000 }],
  ['a pattern of many ways', { pattern: '^(a|b)*a(a|b){14}$', maxLength: 1000 }],
])('%s beside a pattern is passed over where it is too much, unless strictness is asked for', (_, schema) => {
  const grammar = ofSchema(schema);
  const text = JSON.stringify(`a${'b'.repeat(14)}`);
  expect([fits(grammar, schema.pattern === 'x' ? '"x"' : text), fits(grammar, '"c"')]).toEqual([true, false]);
  expect(() => ofSchema(schema, true)).toThrow(expect.objectContaining({ param: 'it' }));
});

const deep = (levels: number): unknown => (levels === 0 ? {} : { items: deep(levels - 1) });

test.each<[string, unknown, string]>([
  ['no schema', 7, 'it'],
  ['a schema that accepts nothing', false, 'it'],
  ['an unknown type', { properties: { a: { type: 'objec' } } }, 'it.properties.a.type'],
  ['a reference to nowhere', { items: { $ref: '#/nope' } }, 'it.items.$ref'],
  ['a reference to elsewhere', { $ref: 'https://example.com/schema' }, 'it.$ref'],
  ['a reference whose percent signs are no encoding', { $ref: '#/$defs/%E0%A4' }, 'it.$ref'],
  ['a reference to itself', { $ref: '#' }, 'it'],
  ['a value that has no end', { properties: { a: { $ref: '#' } }, required: ['a'] }, 'it'],
  ['lengths the wrong way round', { minLength: 5, maxLength: 3 }, 'it.minLength'],
  ['a length that is none', { minLength: -1 }, 'it.minLength'],
  ['limits the wrong way round', { minimum: 3, maximum: 2 }, 'it.minimum'],
  ['limits with nothing between', { type: 'integer', minimum: 1.2, maximum: 1.8 }, 'it'],
  [
    'a required member that cannot be',
    { properties: {}, required: ['x'], additionalProperties: false },
    'it.required',
  ],
  ['no way at all', { anyOf: [] }, 'it.anyOf'],
  ['types that exclude each other', { allOf: [{ type: 'string' }, { type: 'integer' }] }, 'it.type'],
  ['an expression that is none', { pattern: 'a(' }, 'it.pattern'],
  ['an expression that looks ahead', { pattern: 'a(?=b)' }, 'it.pattern'],
  ['a pattern that is longer than the length', { pattern: '^abc$', maxLength: 2 }, 'it'],
  ['texts without measure', { maxLength: 10_000_000 }, 'it'],
  ['schemas in schemas without end', deep(100), `it${'.items'.repeat(64)}`],
])('%s is refused by name', (_, schema, param) => {
  expect(() => ofSchema(schema)).toThrow(expect.objectContaining({ code: 'invalid_field', param }));
});

test('the size of a nested schema does not grow with the power of its depth', () => {
  expect(() => ofSchema(deep(60))).not.toThrow();
});
