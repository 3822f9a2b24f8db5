/** Answers that come later: queued at once, sent to an address under the rules for addresses, signed, tried again. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Scripted, serveScripted } from '../helpers/scripted.js';
import { until } from '../helpers/until.js';

interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** As private as 127.0.0.1, and on the service's list of exceptions. */
const host = '127.0.0.2';
let service: Scripted;
let receiver: Server;
let webhook: string;
let deliveries: Delivery[];
/** What the receiver answers, one after the other; 200 when there are none left. */
let statuses: number[];
beforeAll(async () => {
  receiver = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    deliveries.push({ headers: req.headers, text: Buffer.concat(chunks).toString() });
    const status = statuses.shift() ?? 200;
    res.writeHead(status, status === 302 ? { location: `${webhook}/elsewhere` } : {}).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, host, resolve));
  webhook = `http://${host}:${(receiver.address() as AddressInfo).port}/done`;
  service = await serveScripted({ env: { TASKWIRE_FETCH_ALLOW: host }, webhookPausesMs: [1, 1, 1] });
});
afterAll(async () => {
  await service.close();
  receiver.closeAllConnections();
  receiver.close();
});
beforeEach(() => {
  deliveries = [];
  statuses = [];
  service.answers({ labels: ['a'], scores: [1] });
});

const ask = (more: object = {}) =>
  service.post('/v1/inference/test/labels', { input: 'x', webhook, ...more });
const delivered = async (count = 1) => {
  await until(() => deliveries.length === count);
  return JSON.parse(deliveries.at(-1)!.text);
};

test('the answer says queued, the result comes with the same id', async () => {
  const { status, json } = await ask();
  const none = { runtime_ms: 0, cost: 0, tokens_input: 0, tokens_generated: 0 };
  expect([status, json]).toEqual([
    200,
    { request_id: expect.stringMatching(/^req_/), inference_status: { status: 'queued', ...none } },
  ]);
  expect(await delivered()).toEqual({
    results: [{ label: 'a', score: 1 }],
    request_id: json.request_id,
    inference_status: {
      status: 'succeeded',
      runtime_ms: expect.any(Number),
      cost: expect.any(Number),
      tokens_input: 3,
      tokens_generated: 0,
    },
  });
  expect(deliveries[0]!.headers).toMatchObject({
    'content-type': 'application/json',
    'x-request-id': json.request_id,
  });
});

test('it is signed with the key of the request', async () => {
  await ask();
  await delivered();
  const { headers, text } = deliveries[0]!;
  const [, time, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-taskwire-signature']))!;
  expect(signature).toBe(createHmac('sha256', service.key).update(`${time}.${text}`).digest('hex'));
});

test('vectors are sent as numbers', async () => {
  service.answers({ vector: Float32Array.of(0.5, -1), tokens: 3, truncated: false });
  await service.post('/v1/inference/test/vectors', { inputs: ['x'], webhook });
  expect(await delivered()).toMatchObject({ embeddings: [[0.5, -1]] });
});

test('a result that is not taken is sent again, a few times', async () => {
  statuses = [500, 404, 302];
  await ask();
  await delivered(4);
  expect(new Set(deliveries.map(({ text }) => text)).size).toBe(1);
  // The fifth is the first of the next result: the four before it were given up.
  statuses = [500, 500, 500, 500, 500];
  await ask();
  await delivered(8);
  await ask();
  await delivered(10);
  expect(new Set(deliveries.slice(4).map(({ text }) => text)).size).toBe(2);
});

test('what fails later is sent as failed', async () => {
  service.runners.onBatch = (runner, [item]) => runner.refuse(item!.id, 'context_too_long', 'Too long.');
  const { json } = await ask();
  expect(await delivered()).toEqual({
    error: { code: 'context_too_long', message: 'Too long.', request_id: json.request_id },
    request_id: json.request_id,
    inference_status: expect.objectContaining({ status: 'failed' }),
  });
});

test.each([
  ['a wrong field', { input: 5 }, 'invalid_field'],
  ['an address on this machine', { webhook: 'http://127.0.0.1:9/' }, 'url_not_allowed'],
  ['an address inside', { webhook: 'http://169.254.169.254/' }, 'url_not_allowed'],
  ['no address', { webhook: 'done' }, 'url_not_allowed'],
  ['another protocol', { webhook: 'ftp://example.com/' }, 'url_not_allowed'],
])('what is refused is refused at once: %s', async (_, more, code) => {
  const { status, json } = await ask(more);
  expect([status, json.error.code]).toEqual([400, code]);
  expect(deliveries).toEqual([]);
});

test('a browser without a key has none to sign with', async () => {
  const login = await service.post('/v1/auth/key', {});
  const cookie = login.headers.get('set-cookie')!.split(';')[0]!;
  const headers = { authorization: '', cookie, origin: new URL(service.url).origin };
  const post = (body: object) => service.post('/v1/inference/test/labels', body, headers);
  expect((await post({ input: 'x' })).status).toBe(200);
  const { status, json } = await post({ input: 'x', webhook });
  expect([status, json.error.param]).toEqual([400, 'webhook']);
});

test('a request that is sent again with its key is queued once', async () => {
  const again = () =>
    service.post('/v1/inference/test/labels', { input: 'x', webhook }, { 'idempotency-key': 'once' });
  const [first, second] = [await again(), await again()];
  expect(second.json).toEqual(first.json);
  expect((await delivered()).request_id).toBe(first.json.request_id);
  await ask();
  await delivered(2);
});

test('a client that leaves gets its result all the same', async () => {
  const gone = new AbortController();
  const headers = { authorization: `Bearer ${service.key}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ input: 'x', webhook });
  await fetch(`${service.url}/v1/inference/test/labels`, {
    method: 'POST',
    headers,
    body,
    signal: gone.signal,
  });
  gone.abort();
  expect(await delivered()).toMatchObject({ inference_status: { status: 'succeeded' } });
});

test('a stream is not asked for where nobody reads it', async () => {
  const { headers } = await ask({ stream: true });
  expect(headers.get('content-type')).toContain('application/json');
  await delivered();
});
