import type { z } from 'zod';
import { TaskwireError } from '../../src/errors.js';
import { validate } from '../../src/validate.js';
import { request as embeddings } from '../../tasks/embeddings/schema.js';
import { request as classification } from '../../tasks/text-classification/schema.js';
import { request as generation } from '../../tasks/text-generation/schema.js';

const refusal = (schema: z.ZodType, fields: unknown): TaskwireError => {
  try {
    validate(schema, fields);
  } catch (error) {
    if (error instanceof TaskwireError) return error;
    throw error;
  }
  throw new Error(`accepted: ${JSON.stringify(fields)}`);
};

test('defaults are filled in', () => {
  expect(validate(embeddings, { inputs: 'x' })).toEqual({
    inputs: 'x',
    normalize: true,
    truncate: true,
    truncation_direction: 'right',
    encoding_format: 'float',
  });
});

type Row = readonly [string, z.ZodType, unknown, string, string, RegExp];
const rows: readonly Row[] = [
  ['a number for a text', embeddings, { inputs: 5 }, 'invalid_field', 'inputs', /Got: 5\. Allowed: .*string/],
  ['null for a text', embeddings, { inputs: null }, 'invalid_field', 'inputs', /Got: null/],
  ['a number among texts', embeddings, { inputs: ['a', 5] }, 'invalid_field', 'inputs[1]', /Got: 5.*string/],
  ['an empty array', embeddings, { inputs: [] }, 'invalid_field', 'inputs', /an array of 0.*at least 1/],
  ['no inputs', embeddings, {}, 'missing_field', 'inputs', /Missing field inputs/],
  [
    '2,049 inputs',
    embeddings,
    { inputs: Array(2049).fill('x') },
    'too_many_inputs',
    'inputs',
    /array of 2049.*2048/,
  ],
  [
    '2,049 prompts',
    generation,
    { prompt: Array(2049).fill('x') },
    'too_many_inputs',
    'prompt',
    /array of 2049.*2048/,
  ],
  ['a misspelt field', embeddings, { input: 'x' }, 'unknown_field', 'input', /Unknown field: "input"/],
  [
    'an unknown field inside a message',
    generation,
    { messages: [{ role: 'user', content: 'x', mood: 'good' }] },
    'unknown_field',
    'messages[0].mood',
    /mood/,
  ],
  [
    'a role nobody has',
    generation,
    { messages: [{ role: 'wizard', content: 'x' }] },
    'invalid_field',
    'messages[0].role',
    /"wizard".*"system", "user", "assistant", "tool"/,
  ],
  ['a text for a number', generation, { prompt: 'x', top_k: '5' }, 'invalid_field', 'top_k', /"5".*number/],
  ['a fraction for a count', generation, { prompt: 'x', n: 1.5 }, 'invalid_field', 'n', /1\.5.*integer/],
  [
    'a temperature above 2',
    generation,
    { prompt: 'x', temperature: 2.1 },
    'invalid_field',
    'temperature',
    /2\.1.*at most 2/,
  ],
  ['a top_p of 0', generation, { prompt: 'x', top_p: 0 }, 'invalid_field', 'top_p', /Got: 0\..*more than 0/],
  ['17 texts', generation, { prompt: 'x', n: 17 }, 'invalid_field', 'n', /at most 16/],
  [
    '17 stop sequences',
    generation,
    { prompt: 'x', stop_sequences: Array(17).fill('s') },
    'invalid_field',
    'stop_sequences',
    /array of 17.*at most 16/,
  ],
  ['no prompts', generation, { prompt: [] }, 'invalid_field', 'prompt', /at least 1 items/],
  ['neither prompt nor messages', generation, {}, 'missing_field', 'prompt', /prompt or messages/],
  [
    'prompt and messages',
    generation,
    { prompt: 'x', messages: [{ role: 'user', content: 'x' }] },
    'invalid_field',
    'prompt',
    /prompt or messages/,
  ],
  ['half a surrogate pair', embeddings, { inputs: 'a\ud83d' }, 'invalid_field', 'inputs', /surrogates/],
  [
    'half a surrogate pair in an array',
    embeddings,
    { inputs: ['a', '\ude00'] },
    'invalid_field',
    'inputs[1]',
    /surrogates/,
  ],
  [
    'an unknown pooling',
    embeddings,
    { inputs: 'x', pooling: 'sum' },
    'invalid_field',
    'pooling',
    /"sum".*"mean"/,
  ],
  [
    'a hypothesis without a place',
    classification,
    { inputs: 'x', hypothesis_template: 'so' },
    'invalid_field',
    'hypothesis_template',
    /\{\}/,
  ],
  [
    'a bias for no token',
    generation,
    { prompt: 'x', logit_bias: { cat: 1 } },
    'invalid_field',
    'logit_bias.cat',
    /token ids/,
  ],
];

test.each(rows)('%s is refused by name', (_, schema, fields, code, param, words) => {
  const error = refusal(schema, fields);
  expect([error.code, error.param]).toEqual([code, param]);
  expect(error.message).toMatch(words);
});

test('NUL and astral characters are characters', () => {
  for (const inputs of ['a\0b', '\u{1F600}', ''])
    expect(() => validate(embeddings, { inputs })).not.toThrow();
});

test('2,048 inputs are accepted', () => {
  expect(() => validate(embeddings, { inputs: Array(2048).fill('x') })).not.toThrow();
});

test('a field named __proto__ changes nothing', () => {
  const fields = JSON.parse('{"inputs": "x", "__proto__": {"normalize": false, "polluted": true}}') as object;
  let parsed: unknown;
  try {
    parsed = validate(embeddings, { ...fields });
  } catch (error) {
    expect((error as TaskwireError).code).toBe('unknown_field');
  }
  expect((parsed as { normalize?: boolean } | undefined)?.normalize ?? true).toBe(true);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
