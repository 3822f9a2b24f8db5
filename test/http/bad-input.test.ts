/** Bodies of every wrong kind get their documented status and code, and the next request is served. */
import { gzipSync } from 'node:zlib';
import { tasks } from '../../tasks/index.js';
import { exchange, head } from '../helpers/raw-http.js';
import { type Answer, type Served, serve, testTasks } from '../helpers/serve.js';

let service: Served;
beforeAll(async () => {
  service = await serve({
    tasks: [...testTasks, ...tasks],
    models: {
      'test/echo': { task: 'echo', default: true },
      'test/scale': { task: 'weigh', default: true },
      'test/writer': { task: 'text-generation', default: true },
    },
  });
});
afterAll(() => service.close());

// The one rule that holds for every case: whatever came, the next request works.
afterEach(async () => {
  const { status, json } = await service.post('/v1/inference/echo', { inputs: 'still here' });
  expect([status, json.echoes]).toEqual([200, ['still here']]);
});

const outcome = ({ status, json }: Answer) => [status, json?.error?.code];
const json = { 'content-type': 'application/json' };
const post = (body: unknown, headers: Record<string, string> = json) =>
  service.post('/v1/inference/echo', body, headers);

const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);

test.each([
  ['text', 'hello'],
  ['half an object', '{"inputs": "x"'],
  ['two objects', '{"inputs": "x"}{"inputs": "y"}'],
  ['a trailing comma', '{"inputs": "x",}'],
  ['single quotes', "{'inputs': 'x'}"],
  ['a number that is none', '{"inputs": NaN}'],
  ['a control character in a text', '{"inputs": "a\nb"}'],
  ['an array', '["x"]'],
  ['a number', '5'],
  ['a text', '"x"'],
  ['true', 'true'],
])('%s is no JSON object', async (_, body) => {
  const answer = await post(body);
  expect(outcome(answer)).toEqual([400, 'invalid_json']);
});

test.each([
  ['an empty body', ''],
  ['null', 'null'],
  ['an empty object', '{}'],
])('%s lacks its inputs', async (_, body) => {
  const answer = await post(body);
  expect(answer.status).toBe(400);
  expect(['missing_field', 'invalid_json']).toContain(answer.json.error.code);
});

test.each([
  ['arrays', nested(100_000, '[', ']')],
  ['objects', nested(100_000, '{"a":', '}').replace('}', '1}')],
])('a hundred thousand nested %s are refused like any wrong type', async (_, value) => {
  expect(outcome(await post(`{"inputs": ${value}}`))).toEqual([400, 'invalid_field']);
});

/** More than can be sent to a runner, and fewer than can be written again. */
const deep = nested(3_500, '{"items":', '}').replace('}', 'true}');

test.each([
  [
    'a function',
    '/v1/chat/completions',
    `"tools": [{"type": "function", "function": {"name": "f", "parameters": ${deep}}}]`,
  ],
  [
    'a schema',
    '/v1/chat/completions',
    `"response_format": {"type": "json_schema", "json_schema": {"schema": {"remark": ${deep}}}}`,
  ],
  ['a field that nobody reads', '/v1/chat/completions', `"extra": ${deep}`],
  ['a parameter', '/models/test/writer', `"inputs": "x", "parameters": {"extra": ${deep}}`],
])(
  '%s nested deeper than 1,000 levels is refused before anything waits for a model',
  async (_, path, field) => {
    const body = `{"messages": [{"role": "user", "content": "x"}], ${field}}`;
    for (const headers of [json, { ...json, 'idempotency-key': `deep ${field.length}`.replace(' ', '-') }])
      expect((await service.post(path, body, headers)).status).toBe(400);
    expect(service.runners.inputs).not.toContainEqual(
      expect.objectContaining({ messages: expect.anything() }),
    );
  },
);

test('a name that objects inherit is an unknown field and changes nothing', async () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const answer = await post(`{"inputs": "x", "${name}": {"times": 5, "polluted": true}}`);
    expect([name, answer.status, answer.json.error?.code]).toEqual([name, 400, 'unknown_field']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  }
});

test('of two fields of one name the last counts', async () => {
  expect((await post('{"inputs": "first", "inputs": "second"}')).json.echoes).toEqual(['second']);
});

test.each([['application/json'], ['application/json; charset=utf-8'], ['']])(
  'bytes that are no UTF-8 are no JSON, with the type "%s"',
  async (type) => {
    const bytes = Buffer.concat([Buffer.from('{"inputs": "'), Buffer.from([0xff, 0xc3]), Buffer.from('"}')]);
    const answer = await post(new Uint8Array(bytes), { 'content-type': type });
    expect(outcome(answer)).toEqual([400, 'invalid_json']);
    expect(answer.json.error.message).toContain('UTF-8');
  },
);

test('NUL is a character in inputs', async () => {
  const answer = await post({ inputs: 'a\0b' });
  expect(answer.json.echoes).toEqual(['a\0b']);
});

test('NUL and half a surrogate pair are refused in the name of a model', async () => {
  for (const model of ['test/echo\0', '\0', 'test/\ud83d']) {
    const answer = await post(JSON.stringify({ inputs: 'x', model }));
    expect([...outcome(answer), answer.json.error.param]).toEqual([400, 'invalid_field', 'model']);
  }
});

test.each([5, true, null, ['test/echo'], { id: 'test/echo' }])(
  'the model %j is refused by name',
  async (model) => {
    const answer = await post({ inputs: 'x', model });
    expect([...outcome(answer), answer.json.error.param]).toEqual([400, 'invalid_field', 'model']);
  },
);

test('half a surrogate pair is no text', async () => {
  expect(outcome(await post('{"inputs": "a\\ud83d"}'))).toEqual([400, 'invalid_field']);
  expect(outcome(await post('{"inputs": ["fine", "\\ude00"]}'))).toEqual([400, 'invalid_field']);
});

test('bytes that are no UTF-8 do not stop the service', async () => {
  const body = Buffer.concat([
    Buffer.from('{"inputs": "'),
    Buffer.from([0xff, 0xfe, 0xc0, 0x80]),
    Buffer.from('"}'),
  ]);
  expect([200, 400]).toContain((await post(new Uint8Array(body))).status);
});

test('2,049 inputs are too many, and 2,048 are not', async () => {
  const many = await post({ inputs: Array(2049).fill('x') });
  expect(outcome(many)).toEqual([400, 'too_many_inputs']);
  expect(many.json.error.message).toMatch(/2049.*2048/);
  expect((await post({ inputs: Array(2048).fill('x') })).status).toBe(200);
});

test('more than 10 MB of JSON are too large, declared or not', async () => {
  const body = JSON.stringify({ inputs: 'x'.repeat(10 * 2 ** 20) });
  const declared = await post(body);
  expect(outcome(declared)).toEqual([413, 'body_too_large']);
  expect(declared.json.error.message).toContain('10485760 bytes');
  const headers = { ...json, Authorization: `Bearer ${service.key}`, Connection: 'close' };
  const chunked = await exchange(
    service.url,
    head('POST /v1/inference/echo', { ...headers, 'Transfer-Encoding': 'chunked' }),
    `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  );
  expect([chunked.status, JSON.parse(chunked.body).error.code]).toEqual([413, 'body_too_large']);
});

test('just under 10 MB of JSON are served', async () => {
  const inputs = 'x'.repeat(10 * 2 ** 20 - 100);
  expect((await post({ inputs })).status).toBe(200);
});

test('a compressed body is read, and a bomb is too large', async () => {
  const gzip = { ...json, 'content-encoding': 'gzip' };
  const small = await post(new Uint8Array(gzipSync('{"inputs": "packed"}')), gzip);
  expect(small.json.echoes).toEqual(['packed']);
  const bomb = gzipSync(JSON.stringify({ inputs: 'x'.repeat(50 * 2 ** 20) }));
  expect(bomb.byteLength).toBeLessThan(2 ** 20);
  expect(outcome(await post(new Uint8Array(bomb), gzip))).toEqual([413, 'body_too_large']);
});

test('a body that is not compressed as it says, or in a way nobody reads, is refused', async () => {
  const broken = await post('{"inputs": "x"}', { ...json, 'content-encoding': 'gzip' });
  expect(broken.status).toBe(400);
  const unknown = await post('{"inputs": "x"}', { ...json, 'content-encoding': 'snappy' });
  expect(outcome(unknown)).toEqual([415, 'unsupported_media']);
});

test.each([
  'text/plain',
  'application/xml',
  'application/x-www-form-urlencoded',
  'nonsense',
  'multipart/mixed',
])('the content type %s is refused, and what is read is said', async (type) => {
  const answer = await post('{"inputs": "x"}', { 'content-type': type });
  expect(outcome(answer)).toEqual([415, 'unsupported_media']);
  expect(answer.json.error.message).toMatch(/application\/json, multipart\/form-data/);
});

test.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/problem+json', ''])(
  'the content type %j is JSON',
  async (type) => {
    const raw = await exchange(
      service.url,
      head('POST /v1/inference/echo', {
        Authorization: `Bearer ${service.key}`,
        ...(type ? { 'Content-Type': type } : {}),
        'Content-Length': 15,
        Connection: 'close',
      }),
      '{"inputs": "x"}',
    );
    expect([raw.status, JSON.parse(raw.body).echoes]).toEqual([200, ['x']]);
  },
);

test('a charset that nobody reads is refused', async () => {
  const answer = await post('{"inputs": "x"}', { 'content-type': 'application/json; charset=klingon' });
  expect(outcome(answer)).toEqual([415, 'unsupported_media']);
});

test.each([
  ['a role nobody has', { messages: [{ role: 'wizard', content: 'x' }] }, 'messages[0].role'],
  ['no prompt', {}, 'prompt'],
  ['a temperature in words', { prompt: 'x', temperature: 'hot' }, 'temperature'],
  ['a bias too large', { prompt: 'x', logit_bias: { 1: 101 } }, 'logit_bias.1'],
  [
    'a content of parts',
    { messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] },
    'messages[0].content',
  ],
  ['no messages', { messages: [] }, 'messages'],
  ['a seed that is no whole number', { prompt: 'x', seed: 1.5 }, 'seed'],
])('text generation refuses %s by name', async (_, body, param) => {
  const answer = await service.post('/v1/inference/text-generation', body);
  expect([answer.status, answer.json.error.param]).toEqual([400, param]);
});

test('no answer to bad input shows a stack or a path', async () => {
  const answers = await Promise.all([
    post('{'),
    post({ inputs: 5 }),
    post(''),
    post('x', { 'content-type': 'a/b' }),
  ]);
  for (const { text } of answers) expect(text).not.toMatch(/node_modules|\/dist\/|\bat \w+ \(/);
});
