/** `Idempotency-Key`: a request that is sent again gets the answer of the first, and is charged once. */
import { addAccount, type TestAccount } from '../helpers/accounts.js';
import { type Answer, type Served, serve } from '../helpers/serve.js';
import { temporaryFolder, writeFiles } from '../helpers/temporary.js';
import { until } from '../helpers/until.js';

let served: Served;
let account: TestAccount;
let keys = 0;
const newKey = () => `key-${keys++}`;

beforeAll(async () => {
  served = await serve();
  account = await addAccount(served, 'ann', { plan: 'pro' });
});
afterAll(() => served.close());

const ask = (key: string, body: object, path = '/v1/inference/echo', client = account): Promise<Answer> =>
  client.post(path, body, { 'idempotency-key': key });
const ran = (input: string) => served.runners.inputs.filter((one) => one === input).length;
const replayed = ({ headers }: Answer) => headers.get('idempotent-replayed');
const figures = ({ headers }: Answer) =>
  ['x-request-id', 'x-gpu-seconds', 'x-compute-time-ms', 'x-cost-usd', 'server-timing', 'content-type'].map(
    (name) => headers.get(name),
  );

test('the same key and body give the same answer to the byte, one run and one usage row', async () => {
  const key = newKey();
  const before = (await account.get('/v1/usage')).json.data.length;
  const first = await ask(key, { inputs: ['once', 'more'] });
  const second = await ask(key, { inputs: ['once', 'more'] });
  expect([first.status, replayed(first)]).toEqual([200, null]);
  expect([second.status, replayed(second)]).toEqual([200, 'true']);
  expect(second.text).toBe(first.text);
  expect(figures(second)).toEqual(figures(first));
  expect(ran('once')).toBe(1);
  expect((await account.get('/v1/usage')).json.data.length - before).toBe(1);
});

test('a repeated request counts against the rate, and hears of its own', async () => {
  const key = newKey();
  const left = ({ headers }: Answer) => Number(headers.get('x-ratelimit-remaining-requests'));
  const first = await ask(key, { inputs: 'rated' });
  expect(left(await ask(key, { inputs: 'rated' }))).toBe(left(first) - 1);
});

test('another body under the same key is refused, and another route', async () => {
  const key = newKey();
  await ask(key, { inputs: 'a body' });
  const { status, json } = await ask(key, { inputs: 'another body' });
  expect([status, json.error.code]).toEqual([409, 'idempotency_mismatch']);
  expect((await ask(key, { inputs: 'a body' }, '/v1/inference/test/echo')).status).toBe(409);
  expect(ran('another body')).toBe(0);
});

test('keys of different accounts have nothing to do with each other', async () => {
  const key = newKey();
  const other = await addAccount(served, 'bob', { plan: 'pro' });
  await ask(key, { inputs: "ann's" });
  const { status, json } = await ask(key, { inputs: "bob's" }, undefined, other);
  expect([status, json.echoes]).toEqual([200, ["bob's"]]);
});

test('requests at once under one key are one run', async () => {
  const key = newKey();
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask(key, { inputs: 'together' })));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(answers.filter((answer) => replayed(answer) === 'true')).toHaveLength(7);
  expect(ran('together')).toBe(1);
});

test('a request that failed is not kept: it may be sent again, also changed', async () => {
  const key = newKey();
  expect((await ask(key, { inputs: 5 })).status).toBe(400);
  const { status, headers } = await ask(key, { inputs: 'mended' });
  expect([status, headers.get('idempotent-replayed')]).toEqual([200, null]);
});

test('when its client leaves the request is run to its end, so that its answer is there the next time', async () => {
  const key = newKey();
  const { onBatch } = served.runners;
  const answers: Array<() => void> = [];
  served.runners.onBatch = (runner, items) => void answers.push(() => onBatch(runner, items));
  const leaving = new AbortController();
  const left = account.fetch('/v1/inference/echo', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ inputs: 'abandoned' }),
    signal: leaving.signal,
  });
  await until(() => answers.length > 0);
  leaving.abort();
  await left.catch(() => {});
  const again = ask(key, { inputs: 'abandoned' });
  for (const answer of answers) answer();
  served.runners.onBatch = onBatch;
  const { status, headers } = await again;
  expect([status, headers.get('idempotent-replayed')]).toEqual([200, 'true']);
  expect(ran('abandoned')).toBe(1);
});

test('media count as part of the body', async () => {
  const key = newKey();
  const send = (bytes: readonly number[]) =>
    account.post('/v1/inference/weigh', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, ...bytes]), {
      'content-type': 'image/png',
      'idempotency-key': key,
    });
  const first = await send([1, 2]);
  expect(first.status).toBe(200);
  expect((await send([1, 2])).text).toBe(first.text);
  expect((await send([1, 3])).status).toBe(409);
});

test.each([['with a space'], ['x'.repeat(256)]])('the key %s is refused', async (key) => {
  const { status, json } = await ask(key, { inputs: 'x' });
  expect([status, json.error.code, json.error.param]).toEqual([400, 'invalid_field', 'idempotency-key']);
});

test('answers outlive a restart', async () => {
  const dataDir = writeFiles(temporaryFolder(), {
    'models/test/echo/taskwire.json': { task: 'echo' },
    'models/test/echo/onnx/model.onnx': '',
  });
  const env = { TASKWIRE_DATA_DIR: dataDir };
  const headers = { 'idempotency-key': newKey() };
  const before = await serve({ env });
  const first = await before.post('/v1/inference/echo', { inputs: 'lasting' }, headers);
  await before.close();
  const after = await serve({ env });
  const second = await after.post('/v1/inference/echo', { inputs: 'lasting' }, headers);
  expect([second.text, second.headers.get('idempotent-replayed')]).toEqual([first.text, 'true']);
  expect(after.runners.inputs).toEqual([]);
  await after.close();
});
