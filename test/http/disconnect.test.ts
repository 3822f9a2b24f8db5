import { once } from 'node:events';
import type { Socket } from 'node:net';
import { head, openSocket } from '../helpers/raw-http.js';
import { type Served, serve } from '../helpers/serve.js';
import { until } from '../helpers/until.js';

let service: Served;
beforeEach(async () => {
  service = await serve();
  service.runners.onLoad = (runner) => runner.ready({ kind: 'generate', slots: 4 });
  service.runners.onBatch = () => {};
});
afterEach(() => service.close());

/** Sends a request and leaves the connection in the hands of the test. */
const send = async (path: string, body: object): Promise<Socket> => {
  const json = JSON.stringify(body);
  const socket = await openSocket(service.url);
  const headers = {
    Authorization: `Bearer ${service.key}`,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(json),
  };
  socket.write(head(`POST /v1/inference/${path}`, headers) + json);
  return socket;
};

const stats = () => service.service.engine.lanes.get('test/echo@fp32')?.stats;
const counted = async (code: string) =>
  (await service.get('/metrics')).text.includes(
    `taskwire_requests_total{task="echo",model="test/echo",code="${code}"} 1`,
  );
const idle = { queuedJobs: 0, queuedInputs: 0, runningInputs: 0 };

test('a client that leaves while its request runs has it taken back from the runner', async () => {
  const socket = await send('echo', { inputs: 'x' });
  await until(() => stats()?.runningInputs === 1);
  socket.destroy();
  await until(() => service.runners.last.cancelled.length > 0);
  expect(service.runners.last.cancelled).toEqual([1]);
  service.runners.last.refuse(1, 'client_closed');
  await until(() => counted('client_closed'));
  expect(stats()).toEqual(idle);
});

test('a client that leaves a stream has it stopped, and nothing more is rendered', async () => {
  const socket = await send('echo/stream', { inputs: 'x' });
  await until(() => stats()?.runningInputs === 1);
  const { last } = service.runners;
  last.say({ type: 'delta', id: 1, delta: 'once' });
  await once(socket, 'data');
  socket.destroy();
  await until(() => last.cancelled.length > 0);
  last.say({ type: 'delta', id: 1, delta: 'more' });
  last.answer(1, 'half', { outputTokens: 1, deviceMicros: 70 });
  await until(() => counted('client_closed'));
  expect(stats()).toEqual(idle);
});

test('a client that leaves while its request waits costs the runner nothing', async () => {
  const first = await Promise.all(['a', 'b', 'c', 'd'].map((inputs) => send('echo', { inputs })));
  await until(() => stats()?.runningInputs === 4);
  const waiting = await send('echo', { inputs: 'never' });
  await until(() => stats()?.queuedJobs === 1);
  waiting.destroy();
  await until(() => stats()?.queuedJobs === 0);
  expect(service.runners.inputs).not.toContain('never');
  for (const socket of first) socket.destroy();
});

test('a client that leaves while the model loads is forgotten', async () => {
  service.runners.onLoad = () => {};
  const socket = await send('echo', { inputs: 'x' });
  await until(() => stats()?.queuedJobs === 1);
  socket.destroy();
  await until(() => counted('client_closed'));
  service.runners.last.ready();
  expect(service.runners.inputs).toEqual([]);
});

test('a client that leaves in the middle of its body is no request', async () => {
  const socket = await openSocket(service.url);
  const headers = {
    Authorization: `Bearer ${service.key}`,
    'Content-Type': 'application/json',
    'Content-Length': 999,
  };
  socket.write(`${head('POST /v1/inference/echo', headers)}{"inputs": "`);
  socket.destroy();
  service.runners.onBatch = (runner, items) => runner.answer(items[0]!.id, 'fine');
  expect((await service.post('/v1/inference/echo', { inputs: 'next' })).status).toBe(200);
  expect(service.runners.inputs).toEqual(['next']);
});

test('a client that leaves in the middle of a large answer harms nobody', async () => {
  service.runners.onBatch = (runner, items) => {
    for (const { id } of items) runner.answer(id, 'y'.repeat(20_000));
  };
  const socket = await send('echo', { inputs: Array(2048).fill('x') });
  await once(socket, 'data');
  socket.destroy();
  const next = await service.post('/v1/inference/echo', { inputs: ['a'] });
  expect(next.json.echoes).toEqual(['y'.repeat(20_000)]);
  expect((await service.get('/health')).status).toBe(200);
});

test('a reader of a stream that does not read holds back its rendering, not the service', async () => {
  let rendered = 0;
  const [echo, ...others] = [...service.service.catalogue.list()].map(({ task }) => task);
  const slow = await serve({
    tasks: [
      {
        ...echo!,
        stream: {
          ...echo!.stream!,
          renderDelta(delta) {
            rendered++;
            return { token: delta, finished: false };
          },
        },
      },
      ...others,
    ],
  });
  slow.runners.onLoad = (runner) => runner.ready({ kind: 'generate', slots: 4 });
  // Together more than the system and the client keep for a reader that does not read.
  const pieces = 1_500;
  slow.runners.onBatch = (runner, items) => {
    const { id, input } = items[0]!;
    if (input === 'quick') return runner.answer(id, 'done');
    for (let i = 0; i < pieces; i++) runner.say({ type: 'delta', id, delta: `${i} ${'z'.repeat(2 ** 16)}` });
    runner.answer(id, 'all');
  };
  const controller = new AbortController();
  const response = await slow.fetch('/v1/inference/echo/stream', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inputs: 'flood' }),
    signal: controller.signal,
  });
  await until(() => rendered > 0);
  const quick = await slow.post('/v1/inference/echo', { inputs: 'quick' });
  expect(quick.json.echoes).toEqual(['done']);
  expect(rendered).toBeLessThan(pieces);
  const text = await response.text();
  const numbers = [...text.matchAll(/"token":"(\d+) z/g)].map(([, n]) => Number(n));
  expect(numbers).toEqual(Array.from({ length: pieces }, (_, n) => n));
  await slow.close();
});
