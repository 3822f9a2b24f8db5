/** One path, three dialects: `/v1/inference/<model id>` tells them apart by the request. */
import { echo } from '../fixtures/tasks/echo/index.js';
import { png, type Scripted, serveScripted, wav, writes } from '../helpers/scripted.js';

let service: Scripted;
beforeAll(async () => {
  service = await serveScripted();
});
afterAll(() => service.close());

const dataUrl = `data:image/png;base64,${png.toString('base64')}`;
const form = (fields: Readonly<Record<string, string | Uint8Array>>): FormData => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') data.set(name, value);
    else data.set(name, new Blob([new Uint8Array(value)]), `${name}.bin`);
  }
  return data;
};

const classified = { labels: ['a', 'b'], scores: [0.75, 0.25] };
const labelled = [
  { label: 'a', score: 0.75 },
  { label: 'b', score: 0.25 },
];
const figures = { request_id: expect.any(String), inference_status: expect.any(Object) };
const native = { ...classified, ...figures };
const deepinfra = { results: labelled, ...figures };

test('a name with NUL in the address is refused as it is in a body', async () => {
  for (const answer of [
    await service.post('/v1/inference/a%00b', { inputs: 'x' }),
    await service.get('/v1/models/a%00b/health'),
  ])
    expect([answer.status, answer.json.error.param]).toEqual([400, 'model']);
});

describe('labels', () => {
  beforeAll(() => service.answers(classified));

  test.each<[string, unknown, Record<string, string>, unknown]>([
    ['input', { input: 'x' }, {}, deepinfra],
    ['input in a form', form({ input: 'x' }), {}, deepinfra],
    ['inputs', { inputs: 'x' }, {}, [labelled]],
    [
      'inputs, and DeepInfra asked for',
      { inputs: 'x', input: 'x' },
      { 'x-response-format': 'deepinfra' },
      deepinfra,
    ],
    ['inputs, and the native form asked for', { inputs: 'x' }, { 'x-response-format': 'native' }, native],
  ])('%s', async (_, body, headers, answer) => {
    const { status, json } = await service.post('/v1/inference/test/labels', body, headers);
    expect([status, json]).toEqual([200, answer]);
  });

  test.each<[string, unknown, Record<string, string>, unknown]>([
    ['a data URL', { image: dataUrl }, {}, deepinfra],
    ['a file named image', form({ image: png }), {}, deepinfra],
    ['a file named file', form({ file: png }), {}, native],
    ['an address', { image_url: dataUrl }, {}, native],
    ['base64 in inputs', { inputs: png.toString('base64') }, {}, labelled],
    ['bytes of a type', png, { 'content-type': 'image/png' }, labelled],
    ['bytes of no type', png, {}, labelled],
    ['bytes of a type that says nothing', png, { 'content-type': 'application/octet-stream' }, labelled],
  ])('of a picture: %s', async (_, body, headers, answer) => {
    const { status, json } = await service.post('/v1/inference/test/pictures', body, headers);
    expect([status, json]).toEqual([200, answer]);
  });
});

test.each([
  ['by itself', {}, '', 'deepinfra'],
  [
    "Hugging Face's client in JavaScript",
    { 'user-agent': '@huggingface/inference/4.13.30' },
    '',
    'huggingface',
  ],
  ['and in Python', { 'user-agent': 'unknown/None; hf_hub/2.4.0; python/3.11' }, '', 'huggingface'],
  ['a header', { 'x-response-format': 'huggingface' }, '', 'huggingface'],
  ['the query', {}, '?format=huggingface', 'huggingface'],
  [
    'the query goes for DeepInfra, too',
    { 'user-agent': '@huggingface/inference/4.13.30' },
    '?format=deepinfra',
    'deepinfra',
  ],
])('inputs for vectors are of two dialects: %s', async (_, headers, query, dialect) => {
  service.answers({ vector: Float32Array.of(0.5, -1), tokens: 3, truncated: false });
  const { status, json } = await service.post(
    `/v1/inference/test/vectors${query}`,
    { inputs: ['x'] },
    headers,
  );
  const vectors = [[0.5, -1]];
  const deepinfra = { embeddings: vectors, input_tokens: 3, ...figures };
  expect([status, json]).toEqual([200, dialect === 'deepinfra' ? deepinfra : vectors]);
});

test('a text to continue: prompt, input, inputs, each in its own words', async () => {
  writes(service.runners, { pieces: [[' upon', ' a time']] });
  const ask = async (body: object) => (await service.post('/v1/inference/test/writer', body)).json;
  expect(await ask({ prompt: 'Once' })).toMatchObject({ generated_text: 'Once upon a time', tokens_used: 2 });
  expect(await ask({ messages: [{ role: 'user', content: 'x' }] })).toMatchObject({ tokens_used: 2 });
  expect(await ask({ input: 'Once' })).toMatchObject({ results: [{ generated_text: ' upon a time' }] });
  expect(await ask({ inputs: 'Once' })).toEqual([{ generated_text: ' upon a time' }]);
});

test('bytes without a type that are no media are read as JSON', async () => {
  service.answers(classified);
  const bytes = Buffer.from(JSON.stringify({ inputs: 'x' }));
  expect((await service.post('/v1/inference/test/labels', bytes)).json).toEqual([labelled]);
  const broken = await service.post('/v1/inference/test/labels', Buffer.from('{"inputs"'));
  expect([broken.status, broken.json.error.code]).toEqual([400, 'invalid_json']);
});

test('sound of no type is sound', async () => {
  service.answers({ text: 'hello', seconds: 1, language: 'en', segments: [] });
  expect((await service.post('/v1/inference/test/sounds', wav)).json).toEqual({ text: 'hello' });
});

test('the fields of a dialect that are none of ours are passed over, those of the native form are not', async () => {
  service.answers(classified);
  const post = (body: object) => service.post('/v1/inference/test/labels', body);
  expect((await post({ input: 'x', odd: 1 })).status).toBe(200);
  expect((await post({ inputs: 'x', odd: 1 })).status).toBe(200);
  expect((await post({ odd: 1 })).json.error).toMatchObject({ code: 'unknown_field', param: 'odd' });
});

test.each([
  ['/v1/inference/test/writer/', { prompt: 'Once' }],
  ['/models/test/writer/', { inputs: 'Once' }],
  ['/v1/inference/test/writer/v1/chat/completions/', { messages: [{ role: 'user', content: 'Once' }] }],
])('POST %s, with a slash at its end, is the same address', async (address, body) => {
  writes(service.runners, { pieces: [[' upon'], [' upon']] });
  const { status } = await service.post(address, body);
  expect(status).toBe(200);
});

test('a task without words for a dialect is spoken to in its own', async () => {
  const other = await serveScripted({
    tasks: [echo] as never,
    models: { 'test/echo': { task: 'echo' } },
  });
  const { json } = await other.post('/v1/inference/test/echo', { inputs: 'x' });
  expect(json).toEqual({ echoes: ['x'], ...figures });
  await other.close();
});
