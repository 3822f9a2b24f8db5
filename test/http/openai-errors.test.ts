/** Refusals in OpenAI's envelope. */
import { hello, type ServedOpenAi, serveOpenAi } from '../helpers/openai.js';
import { until } from '../helpers/until.js';
import { writes } from '../helpers/writer.js';

let service: ServedOpenAi;
beforeAll(async () => {
  service = await serveOpenAi();
});
afterAll(() => service.close());

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  service.ask(path, { model: 'test/writer', ...body }, headers);

const refusal = (code: string, type = 'invalid_request_error') => ({
  error: { message: expect.any(String), type, param: null, code },
});

test('a model in the query is heard where the body names none', async () => {
  const asked = { messages: hello };
  const { status, json } = await service.post('/v1/chat/completions?model=no/such', asked);
  expect([status, json.error.param]).toEqual([404, 'model']);
});

describe('a refusal has exactly the four fields of the dialect', () => {
  const chat = '/v1/chat/completions';
  const text = '/v1/completions';
  test.each([
    ['no key', chat, { messages: hello }, 401, 'authentication_error', null, 'invalid_key'],
    ['no messages', chat, {}, 400, 'invalid_request_error', 'messages', 'missing_field'],
    [
      'an unknown model',
      chat,
      { model: 'no', messages: hello },
      404,
      'invalid_request_error',
      'model',
      'model_not_found',
    ],
    [
      'a picture',
      chat,
      { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] },
      400,
      'invalid_request_error',
      'messages[0].content[0].type',
      'invalid_field',
    ],
    [
      'too many choices',
      chat,
      { messages: hello, n: 17 },
      400,
      'invalid_request_error',
      'n',
      'invalid_field',
    ],
    [
      'a stop that is none',
      chat,
      { messages: hello, stop: [5] },
      400,
      'invalid_request_error',
      'stop[0]',
      'invalid_field',
    ],
    ['an empty list', text, { prompt: [] }, 400, 'invalid_request_error', 'prompt', 'invalid_field'],
    ['a suffix', text, { prompt: 'a', suffix: 'z' }, 400, 'invalid_request_error', 'suffix', 'invalid_field'],
    [
      'streamed echo of ids',
      text,
      { prompt: [1], echo: true, stream: true },
      400,
      'invalid_request_error',
      'echo',
      'invalid_field',
    ],
    [
      'the best of fewer',
      text,
      { prompt: 'a', n: 3, best_of: 2 },
      400,
      'invalid_request_error',
      'best_of',
      'invalid_field',
    ],
    [
      'a stream of the best',
      text,
      { prompt: 'a', best_of: 3, stream: true },
      400,
      'invalid_request_error',
      'best_of',
      'invalid_field',
    ],
  ])('%s', async (what, path, body, status, type, param, code) => {
    const answer = await post(path, body, what === 'no key' ? { authorization: '' } : {});
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual({ error: { message: expect.any(String), type, param, code } });
  });

  test('a form is no JSON', async () => {
    const { status, json } = await service.ask(chat, new FormData());
    expect([status, json.error.code]).toEqual([415, 'unsupported_media']);
  });

  test('more than the body may have is 413', async () => {
    const { status, json } = await post(text, { prompt: 'x'.repeat(10 * 2 ** 20) });
    expect([status, json]).toEqual([413, refusal('body_too_large')]);
  });

  test('what has ended two runners is 422', async () => {
    const { onBatch } = service.runners;
    service.runners.onBatch = (runner) => runner.exit();
    const poison = { prompt: 'poison', max_tokens: 1, seed: 1 };
    const first = await post(text, poison);
    service.runners.onBatch = onBatch;
    const again = await post(text, poison);
    expect([first.status, first.json]).toEqual([502, refusal('runner_failed', 'server_error')]);
    expect([again.status, again.json]).toEqual([422, refusal('input_quarantined')]);
  });

  test('a model that cannot be loaded is 503, with the time of the next try', async () => {
    const broken = await serveOpenAi();
    broken.runners.onLoad = (runner) => runner.say({ type: 'loadFailed', message: 'no such file' });
    const { status, json, headers } = await broken.ask(text, { model: 'test/writer', prompt: 'a' });
    expect([status, json]).toEqual([503, refusal('model_unavailable', 'server_error')]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    await broken.close();
  });

  test('a full queue is 429, with the time to wait', async () => {
    const full = await serveOpenAi({ limits: { jobs: 2, entries: 100, bytes: 1e6, accountShare: 0.5 } });
    full.runners.onLoad = () => {};
    const waiting = full.ask(text, { model: 'test/writer', prompt: 'a' });
    await until(() => full.service.engine.lanes.get('test/writer@fp32')?.stats.queuedJobs === 1);
    const { status, json, headers } = await full.ask(text, { model: 'test/writer', prompt: 'b' });
    expect([status, json]).toEqual([429, refusal('queue_full', 'rate_limit_error')]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    writes(full.runners, { pieces: [['x']] });
    full.runners.last.ready({ kind: 'generate', slots: 16 });
    expect((await waiting).status).toBe(200);
    await full.close();
  });

  test('a wrong method says which is right', async () => {
    const { status, json, headers } = await service.get(chat);
    expect([status, json.error.code, headers.get('allow')]).toEqual([405, 'method_not_allowed', 'POST']);
  });
});
