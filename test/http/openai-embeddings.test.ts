/** Embeddings in OpenAI's form. */
import { type ServedOpenAi, serveOpenAi } from '../helpers/openai.js';

let service: ServedOpenAi;
beforeAll(async () => {
  service = await serveOpenAi();
});
afterAll(() => service.close());

/** Every input is answered with its own vector: 1 and minus two and a half, or what the test says. */
const answersWith = (vector = Float32Array.of(1, -2.5), truncated = false) => {
  service.runners.onLoad = (runner) => runner.ready();
  service.runners.onBatch = (runner, items) => {
    for (const { id } of items)
      runner.answer(id, { vector, tokens: 3, truncated }, { inputTokens: 3, deviceMicros: 10 });
  };
};

const embed = (body: object) => service.ask('/v1/embeddings', body);

test('numbers unless base64 is asked for, which is little-endian', async () => {
  answersWith();
  const { status, json, headers } = await embed({ model: 'test/vectors', input: 'a text', user: 'someone' });
  expect([status, json]).toEqual([
    200,
    {
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [1, -2.5] }],
      model: 'test/vectors',
      usage: { prompt_tokens: 3, total_tokens: 3 },
    },
  ]);
  expect(headers.get('x-compute-time-ms')).toMatch(/^\d+\.\d$/);
  const packed = await embed({ input: ['a', 'b'], encoding_format: 'base64' });
  // 00 00 80 3f, 00 00 20 c0
  expect(packed.json.data).toEqual([
    { object: 'embedding', index: 0, embedding: 'AACAPwAAIMA=' },
    { object: 'embedding', index: 1, embedding: 'AACAPwAAIMA=' },
  ]);
  expect(packed.json.usage).toEqual({ prompt_tokens: 6, total_tokens: 6 });
});

test.each([
  ['a text', 'one', ['one']],
  ['texts', ['one', 'two'], ['one', 'two']],
  ['token ids', [5, 6], [[5, 6]]],
  ['lists of token ids', [[5, 6], [7]], [[5, 6], [7]]],
])('%s', async (_, input, inputs) => {
  answersWith();
  const before = service.runners.inputs.length;
  expect((await embed({ input })).status).toBe(200);
  expect(service.runners.inputs.slice(before)).toEqual(inputs);
});

test('2,048 inputs are answered in order, one more is refused', async () => {
  service.runners.onBatch = (runner, items) => {
    for (const { id, input } of items)
      runner.answer(id, { vector: Float32Array.of(Number(input)), tokens: 1, truncated: false });
  };
  const input = Array.from({ length: 2048 }, (_, i) => `${i}`);
  const { json } = await embed({ input });
  expect(json.data).toEqual(input.map((text, index) => ({ object: 'embedding', index, embedding: [+text] })));
  const { status, json: refusal } = await embed({ input: [...input, 'x'] });
  expect([status, refusal.error.code, refusal.error.param]).toEqual([400, 'too_many_inputs', 'input']);
});

test('what is too long is refused unless cutting is asked for, and then said', async () => {
  answersWith(undefined, true);
  await embed({ input: 'long' });
  expect(service.sent().params).toMatchObject({ truncate: false, normalize: true });
  const { json } = await embed({ input: ['long', 'long'], truncate: true, dimensions: 2 });
  expect(service.sent().params).toMatchObject({ truncate: true, dimensions: 2 });
  expect(json.truncated).toEqual([0, 1]);
});

test("errors name the dialect's field, whoever finds them", async () => {
  for (const body of [{}, { input: '\ud800' }, { input: [] }, { input: [-1] }, { input: [[1], 'x'] }]) {
    const { status, json } = await embed(body);
    expect([status, json.error.param]).toEqual([400, expect.stringMatching(/^input\b/)]);
  }
  service.runners.onBatch = (runner, items) => {
    const message = 'The input does not fit. Field: inputs. Got: 600 tokens.';
    const error = { code: 'context_too_long', message, param: 'inputs' };
    runner.outcome({ id: items[0]!.id, ok: false, error, usage: {} });
  };
  const { json } = await embed({ input: 'long' });
  expect(json.error).toEqual({
    message: 'The input does not fit. Field: input. Got: 600 tokens.',
    type: 'invalid_request_error',
    param: 'input',
    code: 'context_too_long',
  });
});
