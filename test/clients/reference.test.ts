/** Other services' documented calls: only the address, the key, the model and the media are ours. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI, { toFile } from 'openai';
import { runClient } from '../helpers/client-process.js';
import { root } from '../helpers/fixtures.js';
import { type LiveService, startService } from '../helpers/live-service.js';
import { describeWithCurl, describeWithOpenAiPython, python } from '../helpers/needs.js';

const examples = `${root}test/clients/examples/`;

let service: LiveService;
let pictures: Server;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  const image = `${root}samples/rose.jpg`;
  pictures = createServer((_, res) => res.end(readFileSync(image)));
  await new Promise<void>((resolve) => pictures.listen(0, '127.0.0.1', resolve));
  service = await startService({ TASKWIRE_FETCH_ALLOW: '127.0.0.1' });
  env = {
    ...process.env,
    URL: service.url,
    KEY: service.key,
    MODEL: 'taskwire/storyteller',
    EMBEDDINGS_MODEL: 'taskwire/sentences',
    AUDIO_MODEL: 'taskwire/digits',
    AUDIO: `${root}samples/digits.wav`,
    LABELS_MODEL: 'taskwire/sentiment',
    PICTURES_MODEL: 'taskwire/flowers',
    IMAGE: image,
    IMAGE_URL: `http://127.0.0.1:${(pictures.address() as AddressInfo).port}/image.jpg`,
  };
});
afterAll(async () => {
  pictures.close();
  await service.close();
});

const run = (command: string, example: string) => runClient(command, [`${examples}${example}`], { env });
const json = async (example: string) => JSON.parse(await run('bash', example));
const lines = async (example: string) =>
  (await run('bash', example))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const words = /[a-z]/i;

describeWithCurl('inferbase, by curl', () => {
  test('a chat', async () => {
    expect(await json('inferbase/chat.sh')).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion',
      model: env.MODEL,
      choices: [{ index: 0, message: { role: 'assistant', content: expect.stringMatching(words) } }],
      usage: { total_tokens: expect.any(Number) },
    });
  });

  test('a streamed chat', async () => {
    const events = (await run('bash', 'inferbase/stream.sh')).trim().split('\n\n');
    expect(events.length).toBeGreaterThan(2);
    expect(events.at(-1)).toBe('data: [DONE]');
  });

  test('keys, credit and usage', async () => {
    const [made, keys, revoked, credits, transactions, usage] = await lines('inferbase/account.sh');
    expect(made).toMatchObject({ key: expect.stringMatching(/^inf_/), name: 'made by curl' });
    expect(keys.data.map(({ id }: { id: string }) => id)).toContain(made.id);
    expect(keys.data.some((key: object) => 'key' in key)).toBe(false);
    expect(revoked).toBe(204);
    expect(credits).toMatchObject({ balance: expect.any(Number), currency: 'USD' });
    expect(transactions.data).toEqual(expect.any(Array));
    expect(usage.data[0]).toMatchObject({ model: expect.any(String), cost: expect.any(Number) });
  });

  test('the models and the health of one', async () => {
    const { object, data } = await json('inferbase/models.sh');
    expect([object, data.map(({ id }: { id: string }) => id)]).toEqual([
      'list',
      expect.arrayContaining([env.MODEL]),
    ]);
    expect(await json('inferbase/health.sh')).toMatchObject({
      model: env.MODEL,
      status: expect.stringMatching(/^(ready|loading|unavailable)$/),
    });
  });
});

test("inferbase, by OpenAI's client for JavaScript", async () => {
  expect(await run(process.execPath, 'inferbase/quickstart.mjs')).toMatch(words);
});

describeWithOpenAiPython("by OpenAI's client for Python", () => {
  test('inferbase', async () => {
    expect(await run(python, 'inferbase/quickstart.py')).toMatch(words);
  });

  test('podstack: a chat, a vector, a transcription', async () => {
    const lines = (await run(python, 'podstack/calls.py')).trim().split('\n');
    const { json } = await service.post('/v1/inference/embeddings', {
      model: env.EMBEDDINGS_MODEL,
      inputs: 'The quick brown fox jumps over the lazy dog.',
    });
    const numbers = JSON.parse(lines.at(-2)!) as number[];
    expect(numbers).toEqual(json.embeddings[0].slice(0, 5).map((one: number) => expect.closeTo(one, 6)));
    expect([lines.at(-1), lines[0]]).toEqual(['one seven four', expect.stringMatching(words)]);
  });
});

describeWithCurl('podstack, by curl', () => {
  test('the models, all and one', async () => {
    const printed = await run('bash', 'podstack/models.sh');
    expect(printed).toContain('"object":"list"');
    expect(printed).toMatch(/\{"id":"taskwire\/storyteller","object":"model","created":\d+[^{]*\}$/);
  });
});

describeWithCurl('the platform, by curl', () => {
  test('a text, and a streamed one', async () => {
    const { generated_text, tokens_used } = await json('platform/generate.sh');
    expect([generated_text.startsWith('Once upon a time'), tokens_used > 0]).toEqual([true, true]);
    const events = (await run('bash', 'platform/stream.sh')).trim().split('\n\n');
    const told = events
      .filter((event) => event.startsWith('data: '))
      .map((event) => JSON.parse(event.slice(6)));
    expect(told.map(({ finished }) => finished)).toEqual([...Array(told.length - 1).fill(false), true]);
    expect(told.map(({ token }) => token).join('')).toMatch(words);
  });

  test('the tasks', async () => {
    const [labels, fetched, sent, vectors, tuned] = await lines('platform/tasks.sh');
    expect(labels.labels[0]).toBe('positive');
    expect([fetched.labels[0], sent.labels[0]]).toEqual(['roses', 'roses']);
    expect(vectors.embeddings.map((vector: number[]) => vector.length)).toEqual([208, 208]);
    expect(tuned.generated_text).toMatch(/^Your input text/);
  });
});

describeWithCurl('DeepInfra, by curl', () => {
  test('both endpoints, with JSON and with forms', async () => {
    const [chat, text, json, form, speech] = await lines('deepinfra/calls.sh');
    expect(chat.choices[0].message.content).toMatch(words);
    expect(text.results[0].generated_text).toMatch(words);
    for (const { results } of [json, form]) expect(results[0].label).toBe('roses');
    expect(speech).toMatchObject({
      request_id: expect.any(String),
      inference_status: { status: 'succeeded', cost: expect.any(Number), runtime_ms: expect.any(Number) },
      text: 'one seven four',
    });
  });
});

test.each(['/v1', '/v1/openai', '/inference/v1', '/api/v1/inference'])(
  "OpenAI's client finds all its routes below %s",
  async (prefix) => {
    const client = new OpenAI({ baseURL: `${service.url}${prefix}`, apiKey: service.key, maxRetries: 0 });
    const model = env.MODEL!;
    const ids = (await client.models.list()).data.map(({ id }) => id);
    expect(ids).toContain(model);
    // The client encodes the slash; plain it is the same.
    expect((await client.models.retrieve(model)).id).toBe(model);
    expect((await service.get(`${prefix}/models/${model}`)).json.id).toBe(model);
    const greedy = { model, max_tokens: 8, temperature: 0 };
    const chat = await client.chat.completions.create({
      ...greedy,
      messages: [{ role: 'user', content: 'Hello!' }],
    });
    expect(chat.choices[0]!.message.content).toMatch(words);
    const { choices } = await client.completions.create({ ...greedy, prompt: 'Once upon a time' });
    expect(choices[0]!.text).toMatch(words);
    const { data } = await client.embeddings.create({ model: env.EMBEDDINGS_MODEL!, input: 'a dog' });
    expect(data[0]!.embedding).toHaveLength(208);
    const file = await toFile(readFileSync(env.AUDIO!), 'a.wav');
    expect((await client.audio.transcriptions.create({ model: env.AUDIO_MODEL!, file })).text).toBe(
      'one seven four',
    );
  },
);
