/** DeepInfra's own client for Node against the service and the shipped models; only its addresses and key are ours. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AutomaticSpeechRecognition,
  Embeddings,
  FillMask,
  ImageClassification,
  ObjectDetection,
  QuestionAnswering,
  TextClassification,
  TextGeneration,
  TokenClassification,
} from 'deepinfra';
import { root } from '../helpers/fixtures.js';
import { type LiveService, startService } from '../helpers/live-service.js';

let service: LiveService;
beforeAll(async () => {
  service = await startService({ TASKWIRE_FETCH_ALLOW: '127.0.0.1' });
});
afterAll(() => service?.close());

const at = (model: string) => `${service.url}/v1/inference/${model}`;
const config = { maxRetries: 0, initialBackoff: 1, subsequentBackoff: 1 };
const sample = (name: string) => `${root}samples/${name}`;

const succeeded = {
  request_id: expect.stringMatching(/^req_/),
  inference_status: {
    status: 'succeeded',
    runtime_ms: expect.any(Number),
    cost: expect.any(Number),
    tokens_input: expect.any(Number),
    tokens_generated: expect.any(Number),
  },
};

const greedy = { input: 'Once', max_new_tokens: 3, temperature: 0 };

test('text', async () => {
  const answer = await new TextGeneration(at('tiny/llama-gqa'), service.key, config).generate(greedy);
  expect(answer).toEqual({
    results: [{ generated_text: ' upon a time' }],
    num_tokens: 3,
    num_input_tokens: expect.any(Number),
    ...succeeded,
  });
  expect(answer).toMatchObject({ inference_status: { tokens_generated: 3 } });
});

test('several texts, and one that ends before a word', async () => {
  const client = new TextGeneration(at('tiny/llama-gqa'), service.key, config);
  const two = await client.generate({ input: 'Once', max_new_tokens: 5, num_responses: 2 });
  expect((two as { results: object[] }).results).toHaveLength(2);
  const stopped = await client.generate({ ...greedy, max_new_tokens: 20, stop: [' time'] });
  expect(stopped).toMatchObject({ results: [{ generated_text: ' upon a' }] });
});

test('a stream, which the client hands over as the text that came', async () => {
  const client = new TextGeneration(at('tiny/llama-gqa'), service.key, config);
  const text = (await client.generate({ ...greedy, stream: true })) as unknown as string;
  const events = text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)));
  expect(events.map(({ token }) => token.text).join('')).toBe(' upon a time');
  expect(events.slice(0, -1).every(({ generated_text }) => generated_text === null)).toBe(true);
  expect(events.at(-1)).toMatchObject({
    generated_text: ' upon a time',
    details: { finish_reason: 'length', generated_tokens: 3 },
    ...succeeded,
  });
});

test('embeddings', async () => {
  const client = new Embeddings(at('taskwire/sentences'), service.key, config);
  const answer = await client.generate({ inputs: ['a dog', 'a puppy'] } as never);
  expect(answer).toEqual({
    embeddings: [expect.any(Array), expect.any(Array)],
    input_tokens: expect.any(Number),
    ...succeeded,
  });
  expect(answer.embeddings.map((vector) => Math.hypot(...vector))).toEqual([
    expect.closeTo(1),
    expect.closeTo(1),
  ]);
});

test('labels of a text, and entities in one', async () => {
  const sentiment = new TextClassification(at('taskwire/sentiment'), service.key, config);
  const answer = await sentiment.generate({ input: 'I love it' });
  expect(answer).toMatchObject({ results: [{ label: 'positive' }, { label: 'negative' }], ...succeeded });
  const names = new TokenClassification(at('tiny/bert-ner'), service.key, config);
  const { results } = await names.generate({ input: 'Ann Lee met John in New York' });
  for (const entity of results) {
    expect(entity).toEqual({
      entity_group: expect.any(String),
      score: expect.any(Number),
      word: expect.any(String),
      start: expect.any(Number),
      end: expect.any(Number),
    });
  }
  expect(results.length).toBeGreaterThan(0);
});

test('an answer in a text, and what a mask hides', async () => {
  const asked = { question: 'Who eats honey?', context: 'The bear eats honey.' };
  const found = await new QuestionAnswering(at('tiny/bert-qa'), service.key, config).generate(asked);
  expect(found).toEqual({
    answer: asked.context.slice(found.start, found.end),
    score: expect.any(Number),
    start: expect.any(Number),
    end: expect.any(Number),
    ...succeeded,
  });
  const mask = new FillMask(at('tiny/bert-mask'), service.key, config);
  const filled = await mask.generate({ input: 'the [MASK] is good' });
  expect(filled).toMatchObject(succeeded);
  expect(filled.results[0]).toEqual({
    sequence: expect.stringMatching(/^the .* is good$/),
    score: expect.any(Number),
    token: expect.any(Number),
    token_str: expect.any(String),
  });
});

/** The ways in which the client takes a file; only the first tells a name and a length. */
const ways = [
  ['a path', (name: string) => sample(name)],
  ['bytes', (name: string) => readFileSync(sample(name))],
  ['a data URL', (name: string) => `data:image/jpeg;base64,${readFileSync(sample(name)).toString('base64')}`],
] as const;

describe.each(ways)('a file given as %s', (_, given) => {
  test('pictures', async () => {
    const flowers = new ImageClassification(at('taskwire/flowers'), service.key, config);
    const labels = await flowers.generate({ image: given('rose.jpg') as never });
    expect(labels).toMatchObject(succeeded);
    expect((labels.results as unknown as { label: string }[])[0]!.label).toBe('roses');
    const fruit = new ObjectDetection(at('taskwire/fruit'), service.key, config);
    const { results } = await fruit.generate({ image: given('fruit.jpg') as never });
    expect(results[0]).toEqual({
      label: expect.any(String),
      score: expect.any(Number),
      box: Object.fromEntries(['xmin', 'ymin', 'xmax', 'ymax'].map((edge) => [edge, expect.any(Number)])),
    });
    expect(results.map(({ label }) => label)).toEqual(expect.arrayContaining(['apple', 'orange']));
  });

  test('speech', async () => {
    const digits = new AutomaticSpeechRecognition(at('taskwire/digits'), service.key, config);
    const answer = await digits.generate({
      audio: given('digits.wav') as never,
      task: 'transcribe',
      language: 'en',
      temperature: 0,
    });
    expect(answer).toMatchObject({ text: 'one seven four', language: 'en', ...succeeded });
    expect(answer).toMatchObject({ input_length_ms: expect.any(Number) });
    expect(answer.segments[0]).toMatchObject({ id: 0, text: expect.any(String), tokens: expect.any(Array) });
  });
});

test('a webhook: queued at once, the result sent there', async () => {
  const received: Array<{ headers: IncomingMessage['headers']; body: unknown }> = [];
  const receiver = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    received.push({ headers: req.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
    res.end();
    receiver.emit('received');
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const webhook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/done`;
  const posted = once(receiver, 'received');
  const queued = await new ImageClassification(at('taskwire/flowers'), service.key, config).generate({
    image: sample('rose.jpg') as never,
    webhook,
  });
  expect(queued).toMatchObject({ inference_status: { status: 'queued' } });
  await posted;
  expect(received[0]!.body).toMatchObject({
    ...succeeded,
    request_id: queued.request_id,
    results: expect.arrayContaining([{ label: 'roses', score: expect.any(Number) }]),
  });
  expect(received[0]!.headers['x-taskwire-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
  receiver.close();
});

test.each([
  ['a wrong key', 'taskwire/sentiment', 'inf_wrong', { input: 'x' }, 401, 'invalid_key'],
  ['an unknown model', 'no/model', undefined, { input: 'x' }, 404, 'model_not_found'],
  ['a wrong field', 'taskwire/sentiment', undefined, { input: 'x', top_k: 0 }, 400, 'invalid_field'],
])('%s is an error with a status and a code', async (_, model, key, body, status, code) => {
  const failed = await new TextClassification(at(model), key ?? service.key, config)
    .generate(body as never)
    .then(
      () => undefined,
      (error) => error.response,
    );
  expect(failed).toMatchObject({ status, data: { error: { code, request_id: expect.any(String) } } });
});
