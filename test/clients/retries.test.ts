/** Clients that try again of themselves: when it helps, and not when it does not. */
import { InferenceClient } from '@huggingface/inference';
import OpenAI, { type APIError } from 'openai';
import { addKey } from '../helpers/accounts.js';
import { chat, failure, showPython } from '../helpers/error-clients.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { describeWithOpenAiPython } from '../helpers/needs.js';
import { type Refusing, refusals, serveRefusals } from '../helpers/refusals.js';
import { serveScripted } from '../helpers/scripted.js';
import { until } from '../helpers/until.js';

let service: Refusing;
beforeAll(async () => {
  service = await serveRefusals();
});
afterAll(() => service.close());
/** How many requests a client makes. */
const counted = async <T>(ask: () => Promise<T>): Promise<[T, number]> => {
  const before = service.answered;
  return [await ask(), service.answered - before];
};

const one = (code: string) => refusals.find((refusal) => refusal.code === code)!;
const limited = one('rate_limited');
const patient = (refusal = limited) =>
  new OpenAI({ baseURL: `${service.url}/v1`, apiKey: service.keyFor(refusal) });

test.each(['gpu_quota_exceeded', 'insufficient_credits'])('%s is not worth another try', async (code) => {
  const [, asked] = await counted(() => failure(chat(patient(one(code)), one(code))));
  expect(asked).toBe(1);
});

test('what ended two runners is refused the second time', async () => {
  const poison = one('runner_failed');
  const [error, asked] = await counted(() => failure<APIError>(chat(patient(poison), poison)));
  expect([error.status, error.code, asked]).toEqual([422, 'input_quarantined', 2]);
});

/** The key's minute has a second and a half left when the client first asks, and is over when it asks again. */
const throughTheMinute = async <T>(ask: () => Promise<T>) => {
  const labels = { model: 'test/labels', inputs: 'x' };
  const key = { authorization: `Bearer ${service.keyFor(limited)}` };
  const { headers } = await service.post('/v1/inference/text-classification', labels, key);
  service.pass(1_000 * Number(headers.get('retry-after')) - 1_500);
  const before = service.answered;
  return counted(() => {
    const answer = ask();
    void until(() => service.answered > before).then(() => service.pass(2_000));
    return answer;
  });
};

test("OpenAI's client for JavaScript waits until the minute is over", async () => {
  const [{ choices }, asked] = await throughTheMinute(() => chat(patient(), limited));
  expect([choices[0]!.message.content, asked]).toEqual(['Hi', 2]);
});

describeWithOpenAiPython("OpenAI's client for Python", () => {
  test('waits until the minute is over', async () => {
    const ask = () => showPython(service, 'patience', { cases: [limited] });
    expect(await throughTheMinute(ask)).toEqual([[['answer', 200, 'Hi', true]], 2]);
  });

  test('does not wait until the month is over', async () => {
    const ask = () => showPython(service, 'patience', { cases: [one('gpu_quota_exceeded')] });
    expect(await counted(ask)).toEqual([[['RateLimitError', 429, expect.any(String), true]], 1]);
  });
});

test("a model that loads keeps Hugging Face's client waiting without a storm, and its requests do not count", async () => {
  const [clock, holdMs] = [new FakeClock(), 900];
  const slow = await serveScripted({ clock, env: { TASKWIRE_HOLD_MS: String(holdMs) } });
  slow.answers({ labels: ['a'], scores: [1] });
  slow.runners.onLoad = () => {};
  const key = await addKey(slow, 'owner', { requests_per_minute: 100 });
  const statuses: number[] = [];
  const client = new InferenceClient(key.key, {
    endpointUrl: `${slow.url}/models/test/labels`,
    async fetch(...request) {
      const response = await fetch(...request);
      statuses.push(response.status);
      return response;
    },
  });
  const waits = () => slow.service.engine.lanes.get('test/labels@fp32')?.stats.queuedJobs === 1;
  const labels = client.textClassification({ inputs: 'x' });
  // It repeats a 503 at once: there would be hundreds of them, were not each try held until time has passed.
  for (const tried of [1, 2]) {
    await until(waits);
    await clock.advance(holdMs);
    await until(() => statuses.length === tried);
  }
  await until(waits);
  slow.runners.last.ready();
  expect(await labels).toEqual([{ label: 'a', score: 1 }]);
  expect(statuses).toEqual([503, 503, 200]);
  const { headers } = await key.post('/v1/inference/test/labels', { inputs: 'x' });
  expect(headers.get('ratelimit')).toMatch(/"key";r=98;/);
  await slow.close();
});
