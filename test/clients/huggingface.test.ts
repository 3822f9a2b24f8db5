/** Hugging Face's own client for JavaScript against the service and the shipped models; only the address and the key are ours. */
import { readFileSync } from 'node:fs';
import { InferenceClient } from '@huggingface/inference';
import { expectClose } from '../helpers/expect-close.js';
import { root } from '../helpers/fixtures.js';
import { type LiveService, startService } from '../helpers/live-service.js';

let service: LiveService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service?.close());

const client = (path: string, key = service.key) =>
  new InferenceClient(key, { endpointUrl: `${service.url}${path}` });
const sample = (name: string) => readFileSync(`${root}samples/${name}`);
const typed = (name: string, type: string) => new Blob([new Uint8Array(sample(name))], { type });
const untyped = (name: string) => {
  const bytes = sample(name);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
};

/** Where a model can be called. */
const addresses = [
  ['the shared path', (id: string) => `/v1/inference/${id}`],
  ['its own path', (id: string) => `/models/${id}`],
  ["the provider's path", (id: string) => `/hf-inference/models/${id}`],
] as const;

describe.each(addresses)('at %s', (_, at) => {
  test('labels of a text', async () => {
    const labels = await client(at('taskwire/sentiment')).textClassification({
      inputs: 'I love it',
      parameters: { top_k: 1 },
    });
    expect(labels).toEqual([{ label: 'positive', score: expect.any(Number) }]);
  });

  test('entities in a text', async () => {
    const entities = await client(at('tiny/bert-ner')).tokenClassification({
      inputs: 'Ann Lee met John in New York',
      parameters: { aggregation_strategy: 'simple' },
    });
    expect(entities[0]).toEqual({
      entity_group: 'PER',
      score: expect.any(Number),
      word: 'ann lee',
      start: 0,
      end: 7,
    });
  });

  test('answers in a text, and what a mask hides', async () => {
    const asked = { question: 'Who eats honey?', context: 'The bear eats honey.' };
    const found = await client(at('tiny/bert-qa')).questionAnswering({ inputs: asked });
    const { answer, start, end } = [found].flat()[0]!;
    expect(asked.context.slice(start, end)).toBe(answer);
    const fills = await client(at('tiny/bert-mask')).fillMask({ inputs: 'the [MASK] is good' });
    expect(fills).toHaveLength(5);
    expect(fills[0]).toEqual({
      score: expect.any(Number),
      token: expect.any(Number),
      token_str: expect.any(String),
      sequence: expect.stringMatching(/^the .* is good$/),
    });
  });

  test('labels of our own choice, as many as we give', async () => {
    const candidate_labels = 'one two three four five six seven eight nine ten eleven'.split(' ');
    const nli = client(at('tiny/bert-nli'));
    const many = await nli.zeroShotClassification({ inputs: 'x', parameters: { candidate_labels } });
    expect(many.map(({ label }) => label).sort()).toEqual(candidate_labels.toSorted());
    const labels = await client(at('tiny/bert-nli')).zeroShotClassification({
      inputs: 'The bear eats honey.',
      parameters: { candidate_labels: ['food', 'money'], multi_label: false },
    });
    const scores = labels.map(({ score }) => score);
    expect(labels.map(({ label }) => label).sort()).toEqual(['food', 'money']);
    expect(scores[0]! + scores[1]!).toBeCloseTo(1);
  });

  test('a vector of fewer numbers, of a text that is cut', async () => {
    const vector = await client(at('tiny/bert-embed')).featureExtraction({
      inputs: 'word '.repeat(200),
      normalize: true,
      truncate: true,
      truncation_direction: 'right',
      dimensions: 8,
    });
    expect(vector).toHaveLength(8);
    expect(Math.hypot(...(vector as number[]))).toBeCloseTo(1);
  });

  test('vectors, and how alike sentences are', async () => {
    const sentences = client(at('taskwire/sentences'));
    const one = (await sentences.featureExtraction({ inputs: 'a dog', normalize: true })) as number[];
    expect(Math.hypot(...one)).toBeCloseTo(1);
    const [dog, puppy] = (await sentences.featureExtraction({ inputs: ['a dog', 'a puppy'] })) as number[][];
    expectClose(dog, one, { tolerance: 1e-5 });
    const likeness = await sentences.sentenceSimilarity({
      inputs: { source_sentence: 'a dog', sentences: ['a puppy', 'a tax form'] },
    });
    expect(likeness[0]).toBeGreaterThan(likeness[1]!);
    expect(likeness[0]).toBeCloseTo(one.reduce((sum, value, i) => sum + value * puppy![i]!, 0));
  });

  test.each([
    ['with a type', typed],
    ['without one', untyped],
  ])('pictures and speech as bare bytes %s', async (_, read) => {
    const rose = await client(at('taskwire/flowers')).imageClassification({
      data: read('rose.jpg', 'image/jpeg') as Blob,
    });
    expect(rose[0]).toEqual({ label: 'roses', score: expect.any(Number) });
    const fruit = await client(at('taskwire/fruit')).objectDetection({
      data: read('fruit.jpg', 'image/jpeg') as Blob,
    });
    expect(fruit.map(({ label }) => label)).toEqual(expect.arrayContaining(['apple', 'orange']));
    for (const { box } of fruit) expect(Object.values(box).every(Number.isInteger)).toBe(true);
    const digits = await client(at('taskwire/digits')).automaticSpeechRecognition({
      data: read('digits.wav', 'audio/wav') as Blob,
    });
    expect(digits.text).toBe('one seven four');
  });

  const greedy = { inputs: 'Once', parameters: { max_new_tokens: 3, temperature: 0 } };

  test('text', async () => {
    expect(await client(at('tiny/llama-gqa')).textGeneration(greedy)).toEqual({
      generated_text: ' upon a time',
    });
  });

  test('streamed text', async () => {
    const events = [];
    for await (const event of client(at('tiny/llama-gqa')).textGenerationStream(greedy)) events.push(event);
    expect(events.map(({ token }) => token.text).join('')).toBe(' upon a time');
    expect(events.at(-1)).toMatchObject({
      generated_text: ' upon a time',
      details: { finish_reason: 'length', generated_tokens: 3 },
    });
    expect(events.slice(0, -1).map(({ token }) => [Number.isInteger(token.id), token.logprob <= 0])).toEqual([
      [true, true],
      [true, true],
      [true, true],
    ]);
  });

  const chat = { messages: [{ role: 'user' as const, content: 'Tell me about the bear.' }], temperature: 0 };
  const answer = 'The bear is old and likes honey.';

  test('a chat, and a streamed one', async () => {
    const bear = client(at('tiny/llama-gqa'));
    const { choices, usage, model } = await bear.chatCompletion(chat);
    expect([choices[0]!.message.content, model]).toEqual([answer, 'tiny/llama-gqa']);
    expect(usage.total_tokens).toBeGreaterThan(0);
    let streamed = '';
    for await (const { choices } of bear.chatCompletionStream(chat))
      streamed += choices[0]?.delta.content ?? '';
    expect(streamed).toBe(answer);
  });

  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error) => ({ message: error.message, ...error.httpResponse }),
    );

  test('errors, which the client tells in words', async () => {
    const key = await failure(client(at('taskwire/sentiment'), 'inf_x').textClassification({ inputs: 'x' }));
    expect(key).toMatchObject({ status: 401, requestId: expect.stringMatching(/^req_/) });
    expect(key.message).toContain('The API key is missing or not valid');
    const model = await failure(client(at('no/model')).textClassification({ inputs: 'x' }));
    expect(model).toMatchObject({ status: 404, message: expect.stringContaining('no/model') });
    const field = await failure(
      client(at('taskwire/sentiment')).textClassification({ inputs: 'x', parameters: { top_k: 0 } }),
    );
    expect(field).toMatchObject({ status: 400, message: expect.stringContaining('top_k') });
    expect(field.body).toEqual({ error: expect.any(String), error_type: 'validation' });
    const media = await failure(
      client(at('taskwire/flowers')).imageClassification({ data: typed('digits.wav', 'audio/wav') }),
    );
    expect(media).toMatchObject({ status: 415 });
    const prompt = await failure(
      client(at('tiny/llama-gqa')).textGeneration({ inputs: 'bear '.repeat(900) }),
    );
    expect(prompt).toMatchObject({ status: 400, message: expect.stringContaining('tokens') });
  });
});

test('a base address alone, as for the whole service', async () => {
  const { choices } = await client('').chatCompletion({
    messages: [{ role: 'user', content: 'What is the capital of France?' }],
    temperature: 0,
  });
  expect(choices[0]!.message.content).toContain('Paris');
});
