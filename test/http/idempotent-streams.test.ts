/** `Idempotency-Key` on streams: generated once, told again to whoever sends the request again, charged once. */
import { addAccount, type TestAccount } from '../helpers/accounts.js';
import { eventsOf, type ServedOpenAi, serveOpenAi } from '../helpers/openai.js';
import { until } from '../helpers/until.js';

const model = 'test/writer';
/** Of the prompt's five tokens and the answer's two. */
const costMicroUsd = 7_000;
const prices = { usd_per_million_input_tokens: 1_000, usd_per_million_output_tokens: 1_000 };
const choices = [{ text: 'Once more', tokens: 2, finishReason: 'stop' }];

/** Enough to hold what the longest text would cost. */
const usd = 10_000;

let service: ServedOpenAi;
let account: TestAccount;
let keys = 0;
const newKey = () => `key-${keys++}`;
/** What comes behind the first piece of each text, once a test lets it come; `undefined`: at once. */
let held: Array<() => void> | undefined;

beforeAll(async () => {
  service = await serveOpenAi({ models: { [model]: { task: 'text-generation', default: true, prices } } });
  const { runners } = service;
  runners.onLoad = (runner) => runner.ready({ kind: 'generate', slots: 16 });
  runners.onBatch = (runner, items) => {
    for (const { id } of items) {
      const say = (text: string) => runner.say({ type: 'delta', id, delta: { choice: 0, text } });
      const finish = () => {
        say(' more');
        const usage = { outputTokens: 2, deviceMicros: 250 };
        runner.answer(id, { promptTokens: 5, cachedTokens: 0, choices }, usage);
      };
      runner.say({ type: 'measured', id, usage: { inputTokens: 5 } });
      say('Once');
      if (held) held.push(finish);
      else finish();
    }
  };
  account = await addAccount(service, 'ann', { plan: 'enterprise', billing: 'credit' });
  await service.post(`/v1/admin/accounts/${account.id}/credits`, { amount: usd });
});
afterEach(() => {
  held = undefined;
});
afterAll(() => service.close());

const prompt = { model, prompt: 'Say it.', max_tokens: 9 };
const chat = { model, messages: [{ role: 'user', content: 'Say it.' }], stream: true };
const native = '/v1/inference/text-generation/stream';

const send = (key: string, path: string = native, body: object = prompt, init: RequestInit = {}) =>
  account.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
    ...init,
  });
const ask = async (...asked: Parameters<typeof send>) => {
  const response = await send(...asked);
  const { status, headers } = response;
  const [type, id, replayed] = ['content-type', 'x-request-id', 'idempotent-replayed'].map((name) =>
    headers.get(name),
  );
  return { status, type, id, replayed, text: await response.text() };
};
/** What the account has been charged, and how many times something was run. */
const books = async () => {
  const { json } = await account.get('/v1/credits');
  return { spent: usd * 1e6 - json.balance_micro_usd, runs: service.runners.inputs.length };
};

test.each([
  ['a task route', native, prompt],
  ['a task route that the body makes one', '/v1/inference/text-generation', { ...prompt, stream: true }],
  ["DeepInfra's", `/v1/inference/${model}`, { input: 'Say it.', stream: true }],
  ["OpenAI's chats", '/v1/chat/completions', chat],
  ["OpenAI's completions", '/v1/completions', { ...prompt, stream: true }],
  ["Hugging Face's", `/models/${model}`, { inputs: 'Say it.', stream: true }],
])('a stream of %s is told again to the byte, with one run and one charge', async (_name, path, body) => {
  const key = newKey();
  const before = await books();
  const first = await ask(key, path, body);
  const second = await ask(key, path, body);
  expect(first).toMatchObject({ status: 200, replayed: null });
  expect(first.type).toMatch('text/event-stream');
  expect(eventsOf(first.text).length).toBeGreaterThan(2);
  expect(first.text).toMatch(/Once.* more/s);
  expect(second).toEqual({ ...first, replayed: 'true' });
  const after = await books();
  expect([after.spent - before.spent, after.runs - before.runs]).toEqual([costMicroUsd, 1]);
});

test('streams at once under one key are one run: who comes later waits for its end', async () => {
  held = [];
  const key = newKey();
  const before = await books();
  const all = Array.from({ length: 4 }, () => ask(key));
  await until(() => held!.length === 1);
  held[0]!();
  const answers = await Promise.all(all);
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(answers.filter(({ replayed }) => replayed === 'true')).toHaveLength(3);
  const after = await books();
  expect([after.spent - before.spent, after.runs - before.runs]).toEqual([costMicroUsd, 1]);
});

test('a stream whose client leaves is generated to its end, for the next time', async () => {
  held = [];
  const key = newKey();
  const before = await books();
  const leaving = new AbortController();
  const { body } = await send(key, native, prompt, { signal: leaving.signal });
  await body!.getReader().read();
  leaving.abort();
  const again = ask(key);
  held[0]!();
  const { replayed, text } = await again;
  expect(replayed).toBe('true');
  expect(eventsOf(text).at(-1)).toMatchObject({ finished: true, finish_reason: 'stop' });
  const after = await books();
  expect([after.spent - before.spent, after.runs - before.runs]).toEqual([costMicroUsd, 1]);
});

test('a stream that failed is not kept: it costs nothing and is run anew', async () => {
  held = [];
  const key = newKey();
  const before = await books();
  const first = ask(key);
  await until(() => held!.length === 1);
  held = undefined;
  service.runners.last.exit();
  expect(eventsOf((await first).text).at(-1)).toMatchObject({ error: { code: 'runner_failed' } });
  const second = await ask(key);
  expect([second.replayed, eventsOf(second.text).at(-1)]).toEqual([
    null,
    expect.objectContaining({ finish_reason: 'stop' }),
  ]);
  const after = await books();
  expect([after.spent - before.spent, after.runs - before.runs]).toEqual([costMicroUsd, 2]);
});

test('another body under its key is refused, and the same one without a stream', async () => {
  const key = newKey();
  await ask(key, '/v1/chat/completions', chat);
  for (const other of [
    { ...chat, seed: 1 },
    { ...chat, stream: false },
  ])
    expect((await ask(key, '/v1/chat/completions', other)).status).toBe(409);
});
