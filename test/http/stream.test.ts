import { jest } from '@jest/globals';
import type { FakeRunner } from '../helpers/fake-runner.js';
import { exchange, head, type RawAnswer } from '../helpers/raw-http.js';
import { type Served, serve } from '../helpers/serve.js';
import { until } from '../helpers/until.js';

let service: Served;
beforeAll(async () => {
  service = await serve();
  service.runners.onLoad = (runner) => runner.ready({ kind: 'generate', slots: 16 });
});
afterAll(() => service.close());

/** Says the words of its input one by one. */
const speak = (runner: FakeRunner, id: number, input: unknown): void => {
  const words = String(input).split(' ');
  runner.say({ type: 'measured', id, usage: { inputTokens: words.length } });
  for (const word of words) runner.say({ type: 'delta', id, delta: word });
  runner.answer(id, input, { outputTokens: words.length, deviceMicros: 40 });
};

beforeEach(() => {
  service.runners.onBatch = (runner, items) => {
    for (const { id, input } of items) speak(runner, id, input);
  };
});

const stream = (path: string, body: object): Promise<RawAnswer> => {
  const json = JSON.stringify(body);
  const headers = {
    Authorization: `Bearer ${service.key}`,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(json),
    Connection: 'close',
  };
  return exchange(service.url, head(`POST /v1/inference/${path}`, headers), json);
};

interface SentEvent {
  readonly token: string;
  readonly finished: boolean;
  readonly [name: string]: unknown;
}

const eventsOf = ({ body }: RawAnswer): SentEvent[] =>
  body
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)));

test.each([
  ['the stream route of its task', 'echo/stream', {}],
  ['the stream route of its model', 'test/echo/stream', {}],
  ['the stream route of a precision', 'test/echo/fp32/stream', {}],
  ['stream: true', 'echo', { stream: true }],
  ['stream: true on the model route', 'test/echo', { stream: true }],
  ['both', 'echo/stream', { stream: true }],
])('text streams by %s', async (_, path, fields) => {
  const answer = await stream(path, { inputs: 'once upon a time', ...fields });
  expect(answer.status).toBe(200);
  expect(answer.head).toMatch(/content-type: text\/event-stream/i);
  expect(eventsOf(answer).map(({ token }) => token)).toEqual(['once', 'upon', 'a', 'time', '']);
});

test('one event is one write, and every data line is JSON with a token', async () => {
  const { chunks, body } = await stream('echo/stream', { inputs: 'a b\nc' });
  expect(chunks).toHaveLength(3);
  for (const chunk of chunks) expect(chunk).toMatch(/^data: \{[^\n]*\}\n\n$/);
  expect(body).not.toContain('[DONE]');
  expect(eventsOf({ body } as RawAnswer).every(({ token }) => typeof token === 'string')).toBe(true);
});

test('the last event has the figures, and no other is last', async () => {
  const answer = await stream('echo/stream', { inputs: 'a b c' });
  const events = eventsOf(answer);
  expect(events.map(({ finished }) => finished)).toEqual([false, false, false, true]);
  const id = /x-request-id: (\S+)/i.exec(answer.head)?.[1];
  expect(events.at(-1)).toEqual({
    token: '',
    finished: true,
    echoes: ['a b c'],
    request_id: id,
    inference_status: {
      status: 'succeeded',
      runtime_ms: expect.any(Number),
      cost: 0,
      tokens_input: 3,
      tokens_generated: 3,
    },
  });
});

test('a stream may pass proxies unbuffered and uncached', async () => {
  const { head: answerHead } = await stream('echo/stream', { inputs: 'a' });
  expect(answerHead).toMatch(/cache-control: no-cache, no-transform/i);
  expect(answerHead).toMatch(/x-accel-buffering: no/i);
});

test('several texts in one stream are told apart', async () => {
  const answer = await stream('echo/stream', { inputs: ['a b', 'c'] });
  const events = eventsOf(answer).filter(({ finished }) => !finished);
  expect(events.filter(({ index }) => index === 0).map(({ token }) => token)).toEqual(['a', 'b']);
  expect(events.filter(({ index }) => index === 1).map(({ token }) => token)).toEqual(['c']);
});

test('what a stream says joined is what the unary answer says', async () => {
  const inputs = 'the same words either way';
  const unary = await service.post('/v1/inference/echo', { inputs });
  const streamed = eventsOf(await stream('echo/stream', { inputs })).map(({ token }) => token);
  expect(streamed.slice(0, -1).join(' ')).toBe(unary.json.echoes[0]);
});

test.each([
  ['a field at fault', { inputs: 5 }, 400, 'invalid_field'],
  ['an unknown model', { inputs: 'x', model: 'no/model' }, 404, 'model_not_found'],
])('before the first event, %s is an ordinary error', async (_, body, status, code) => {
  const answer = await stream('echo/stream', body);
  expect([answer.status, JSON.parse(answer.body).error.code]).toEqual([status, code]);
});

test('a refusal by the runner before the first event is an ordinary error too', async () => {
  service.runners.onBatch = (runner, items) => runner.refuse(items[0]!.id, 'context_too_long', 'Too long.');
  const answer = await stream('echo/stream', { inputs: 'x' });
  expect([answer.status, JSON.parse(answer.body).error.message]).toEqual([400, 'Too long.']);
});

test('after the first event an error is an event, and the last one', async () => {
  service.runners.onBatch = (runner, items) => {
    runner.say({ type: 'delta', id: items[0]!.id, delta: 'once' });
    runner.exit();
  };
  const answer = await stream('echo/stream', { inputs: 'x' });
  const [first, last, ...more] = eventsOf(answer);
  expect([answer.status, first?.token, more]).toEqual([200, 'once', []]);
  expect(last).toEqual({
    token: '',
    finished: true,
    error: {
      code: 'runner_failed',
      message: expect.any(String),
      request_id: /x-request-id: (\S+)/i.exec(answer.head)?.[1],
    },
  });
});

describe('with time in our hands', () => {
  beforeAll(() => {
    const others = [
      'setTimeout',
      'setImmediate',
      'nextTick',
      'queueMicrotask',
      'Date',
      'performance',
    ] as const;
    jest.useFakeTimers({ doNotFake: [...others, 'clearTimeout', 'clearImmediate', 'hrtime'] });
  });
  afterAll(() => void jest.useRealTimers());

  test('silence is filled with comments every 15 s, which are no events', async () => {
    let finish = () => {};
    service.runners.onBatch = (runner, items) => {
      finish = () => speak(runner, items[0]!.id, 'late');
    };
    const answer = stream('echo/stream', { inputs: 'x' });
    const { lanes } = service.service.engine;
    await until(() => lanes.get('test/echo@fp32')?.stats.runningInputs === 1 && jest.getTimerCount() > 0);
    jest.advanceTimersByTime(45_000);
    finish();
    const { chunks, status } = await answer;
    expect(status).toBe(200);
    expect(chunks.slice(0, 3)).toEqual([': keep-alive\n\n', ': keep-alive\n\n', ': keep-alive\n\n']);
    expect(eventsOf({ body: chunks.join('') } as RawAnswer).map(({ token }) => token)).toEqual(['late', '']);
  });

  test('no timer outlives its stream, whether that succeeded, failed late or failed at once', async () => {
    await stream('echo/stream', { inputs: 'fine' });
    service.runners.onBatch = (runner, items) => runner.refuse(items[0]!.id, 'context_too_long');
    await stream('echo/stream', { inputs: 'refused' });
    service.runners.onBatch = (runner, items) => {
      runner.say({ type: 'delta', id: items[0]!.id, delta: 'once' });
      runner.refuse(items[0]!.id, 'internal');
    };
    await stream('echo/stream', { inputs: 'broken' });
    expect(jest.getTimerCount()).toBe(0);
  });
});
