/** Texts held to grammars, by a real model in a real runner. */
import { randomSchema } from '../helpers/grammar.js';
import { validatorOf } from '../helpers/json-validator.js';
import { type LiveService, startService } from '../helpers/live-service.js';
import { TestRandom } from '../helpers/random.js';

const patienceMs = 300_000;

let service: LiveService;
beforeAll(async () => {
  service = await startService();
}, patienceMs);
afterAll(() => service?.close());

interface Result {
  readonly generated_text: string;
  readonly finish_reason: string;
}

const model = 'tiny/llama-gqa';
const write = async (response_format: object, more: object = {}): Promise<Result> => {
  const body = { model, prompt: 'Once', return_full_text: false, max_tokens: 240, response_format, ...more };
  const headers = { 'x-request-timeout-ms': `${patienceMs}` };
  const { status, json } = await service.post('/v1/inference/text-generation', body, headers);
  expect([status, json.error]).toEqual([200, undefined]);
  return json;
};

test(
  'what ends by itself is JSON that its schema accepts: 200 schemas, drawn at temperature 1',
  async () => {
    const random = new TestRandom(11);
    const schemas = random.array(200, () => randomSchema(random));
    const results = await Promise.all(
      schemas.map((schema, seed) =>
        write({ type: 'json_schema', json_schema: { name: 'it', schema } }, { temperature: 1, seed }),
      ),
    );
    let ended = 0;
    for (const [i, { generated_text: text, finish_reason: reason }] of results.entries()) {
      const validate = validatorOf(schemas[i]);
      if (reason === 'stop') {
        ended++;
        const isValid = validate(JSON.parse(text));
        expect([schemas[i], text, isValid, validate.errors ?? []]).toEqual([schemas[i], text, true, []]);
      } else {
        expect(reason).toBe('length');
      }
    }
    // The model's window is short and some schemas have long texts; most must fit.
    expect(ended).toBeGreaterThan(150);
  },
  patienceMs,
);

test('JSON alone is an object', async () => {
  const texts = await Promise.all(
    Array.from({ length: 8 }, (_, seed) => write({ type: 'json_object' }, { seed, temperature: 1 })),
  );
  const ended = texts.filter(({ finish_reason }) => finish_reason === 'stop');
  expect(ended.length).toBeGreaterThan(0);
  for (const { generated_text } of ended) expect(typeof JSON.parse(generated_text)).toBe('object');
});

test.each([
  ['an expression', { type: 'regex', regex: '[A-C]{2}-\\d{3}' }, /^[A-C]{2}-\d{3}$/],
  ['a list', { type: 'choice', choices: ['yes', 'no', 'perhaps not'] }, /^(yes|no|perhaps not)$/],
  ['a grammar', { type: 'grammar', grammar: 'root ::= ("ab" | "(" root ")"){1,2} "."' }, /^[ab().]+\.$/],
])('a text is what %s allows, and ends when nothing can follow', async (_, format, expected) => {
  for (let seed = 0; seed < 5; seed++) {
    const { generated_text, finish_reason } = await write(format, { seed, temperature: 1.5, min_tokens: 50 });
    expect(generated_text).toMatch(expected);
    expect(finish_reason).toBe('stop');
  }
});

test('the same text comes streamed, and for every choice', async () => {
  const schema = { type: 'object', properties: { a: { type: 'string', maxLength: 5 } }, required: ['a'] };
  const format = { response_format: { type: 'json_schema', json_schema: { schema } } };
  const body = { model, prompt: 'Once', n: 3, seed: 4, max_tokens: 100, return_full_text: false, ...format };
  const unary = await service.post('/v1/inference/text-generation', body);
  const { text } = await service.post('/v1/inference/text-generation/stream', body);
  const events = text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)));
  expect(unary.json.results).toHaveLength(3);
  for (const [i, { generated_text }] of unary.json.results.entries()) {
    const streamed = events.filter(({ index }) => index === i).map(({ token }) => token);
    expect(streamed.join('')).toBe(generated_text);
    expect(JSON.parse(generated_text)).toEqual({ a: expect.any(String) });
  }
});

test('a text that ran out of tokens says so', async () => {
  const { generated_text, finish_reason } = await write({ type: 'json_object' }, { max_tokens: 2 });
  expect(finish_reason).toBe('length');
  expect(() => JSON.parse(generated_text)).toThrow();
});

test.each([
  [
    { type: 'json_schema', json_schema: { schema: { type: 'objec' } } },
    'response_format.json_schema.schema.type',
  ],
  [{ type: 'json_object', value: { items: { $ref: '#/x' } } }, 'response_format.value.items.$ref'],
  [{ type: 'regex', regex: '(' }, 'response_format.regex'],
  [{ type: 'grammar', grammar: 'root ::= root' }, 'response_format.grammar'],
  [{ type: 'choice', choices: [] }, 'response_format.choices'],
])('%j is refused by the name of its field', async (format, param) => {
  const body = { model, prompt: 'Once', response_format: format };
  const { status, json } = await service.post('/v1/inference/text-generation', body);
  expect([status, json.error.code, json.error.param]).toEqual([400, 'invalid_field', param]);
});
