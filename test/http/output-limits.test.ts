/** How much is generated where a request does not say it: what the window leaves, and what the plan allows. */
import { addAccount } from '../helpers/accounts.js';
import { hello, type ServedOpenAi, serveOpenAi } from '../helpers/openai.js';
import { writes } from '../helpers/writer.js';

let service: ServedOpenAi;
beforeAll(async () => {
  const prices = { usd_per_million_output_tokens: 1_000 };
  service = await serveOpenAi({
    models: {
      'test/writer': { task: 'text-generation', default: true },
      'test/brief': { task: 'text-generation', context_window: 64, prices },
    },
  });
});
afterAll(() => service.close());

/** The status, and the most tokens that the runner was asked for. */
const asking = async (client: Pick<ServedOpenAi, 'post'>, path: string, body: object) => {
  writes(service.runners, { pieces: [['x']] });
  const { status, json } = await client.post(path, body);
  if (status !== 200) return [status, json.error.param ?? json.error.code];
  return [status, (service.sent().params as { maxTokens: number }).maxTokens];
};

/** Its files do not say how long its window is. */
const writer = { model: 'test/writer' };

test('a chat of the smallest plan needs no max_tokens: it gets what the plan allows', async () => {
  const free = await addAccount(service, 'free', { plan: 'free' });
  const chat = (more: object = {}) =>
    asking(free, '/v1/chat/completions', { ...writer, messages: hello, ...more });
  expect(await chat()).toEqual([200, 4096]);
  expect(await chat({ n: 3 })).toEqual([200, 1365]);
  expect(await chat({ max_tokens: 4097 })).toEqual([400, 'max_tokens']);
  expect(await asking(free, '/v1/completions', { ...writer, prompt: ['a', 'b'] })).toEqual([200, 2048]);
  expect(await asking(service, '/v1/chat/completions', { ...writer, messages: hello })).toEqual([
    200, 1_000_000,
  ]);
});

test('no more credit is claimed than a window of tokens costs', async () => {
  const payer = await addAccount(service, 'payer', { plan: 'pro', billing: 'credit' });
  await service.post('/v1/admin/accounts/payer/credits', { amount: 0.1 });
  const chat = (more: object) =>
    asking(payer, '/v1/chat/completions', { model: 'test/brief', messages: hello, ...more });
  expect(await chat({})).toEqual([200, 64]);
  expect(await chat({ max_tokens: 5_000 })).toEqual([200, 64]);
  expect((await chat({ n: 2 }))[0]).toBe(402);
});
