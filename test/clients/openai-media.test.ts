/** OpenAI's own client for JavaScript: vectors and speech, of the shipped models and tiny ones. */
import { createReadStream } from 'node:fs';
import OpenAI, { APIError, toFile } from 'openai';
import { fixture, root } from '../helpers/fixtures.js';
import { type LiveService, startService } from '../helpers/live-service.js';

let service: LiveService;
let client: OpenAI;
beforeAll(async () => {
  service = await startService();
  client = new OpenAI({ baseURL: `${service.url}/v1`, apiKey: service.key, maxRetries: 0 });
});
afterAll(() => service?.close());

const sentences = 'taskwire/sentences';
const digits = 'taskwire/digits';
const heard = 'one seven four';
/** A stream, as people upload: its length is not known beforehand. */
const sound = () => createReadStream(`${root}samples/digits.wav`);

const close = (vector: readonly number[]) => vector.map((value) => expect.closeTo(value, 6));

test('vectors are those of the task route, however they travel', async () => {
  const input = ['a dog', 'a puppy', 'the stock market'];
  const { json } = await service.post('/v1/inference/embeddings', { model: sentences, inputs: input });
  const packed = await client.embeddings.create({ model: sentences, input });
  const plain = await client.embeddings.create({ model: sentences, input, encoding_format: 'float' });
  for (const { data, model, usage } of [packed, plain]) {
    expect(data.map(({ index, embedding }) => [index, embedding])).toEqual(
      json.embeddings.map((vector: number[], index: number) => [index, close(vector)]),
    );
    expect([model, usage.prompt_tokens]).toEqual([sentences, json.usage.prompt_tokens]);
  }
});

test('vectors of a text, of fewer numbers, and of token ids', async () => {
  const whole = await client.embeddings.create({ model: sentences, input: 'a dog' });
  const short = await client.embeddings.create({ model: sentences, input: 'a dog', dimensions: 16 });
  const first = whole.data[0]!.embedding.slice(0, 16);
  const length = Math.hypot(...first);
  expect(short.data[0]!.embedding).toEqual(close(first.map((value) => value / length)));
  const ids = await client.embeddings.create({
    model: 'tiny/bert-embed',
    input: [
      [2, 7, 3],
      [2, 3],
    ],
  });
  expect([ids.data.length, ids.usage.prompt_tokens]).toEqual([2, 5]);
});

test('a transcription in each form, wherever the file stands', async () => {
  const brief = await client.audio.transcriptions.create({ file: sound(), model: digits });
  expect(brief.text).toBe(heard);
  const words = await client.audio.transcriptions.create({
    model: digits,
    file: sound(),
    response_format: 'verbose_json',
    timestamp_granularities: ['word', 'segment'],
    language: 'en',
    temperature: 0,
    prompt: 'Digits.',
  });
  expect(words).toMatchObject({ text: heard, language: 'english', duration: expect.closeTo(3.615, 3) });
  expect(words.words!.map(({ word }) => word)).toEqual(heard.split(' '));
  expect(words.segments!.map(({ text }) => text.trim()).join(' ')).toBe(heard);
  const form = (response_format: 'text' | 'srt' | 'vtt') =>
    client.audio.transcriptions.create({ file: sound(), model: digits, response_format });
  expect(await form('text')).toBe(`${heard}\n`);
  expect(await form('srt')).toMatch(/^1\n00:00:00,\d{3} --> 00:00:0\d,\d{3}\none/);
  expect(await form('vtt')).toMatch(/^WEBVTT\n\n00:00:00\.\d{3} --> 00:00:0\d\.\d{3}\none/);
});

test('a streamed transcription grows to the whole text, window by window', async () => {
  const file = createReadStream(fixture('media/long-8k.wav'));
  const events = [];
  for await (const event of await client.audio.transcriptions.create({
    file,
    model: 'tiny/whisper',
    stream: true,
  }))
    events.push(event);
  const deltas = events.flatMap((event) => (event.type === 'transcript.text.delta' ? [event.delta] : []));
  expect(deltas.length).toBeGreaterThan(1);
  expect(events.at(-1)).toMatchObject({ type: 'transcript.text.done', text: deltas.join('') });
});

test('a translation, where the model can', async () => {
  const file = createReadStream(fixture('media/german-44k-stereo.wav'));
  const { text } = await client.audio.translations.create({ file, model: 'tiny/whisper' });
  // As the golden case has it.
  expect(text).toBe('five one two three');
  const refused = client.audio.translations.create({ file: sound(), model: digits });
  await expect(refused).rejects.toMatchObject({ status: 400, code: 'invalid_field', param: 'model' });
});

test('a model whose name has a slash', async () => {
  expect(await client.models.retrieve(sentences)).toMatchObject({ id: sentences, object: 'model' });
  await expect(client.models.retrieve('no/model')).rejects.toMatchObject({
    status: 404,
    code: 'model_not_found',
    param: 'model',
    type: 'invalid_request_error',
  });
});

test.each<[string, () => Promise<unknown>, object]>([
  [
    'too long a text',
    () => client.embeddings.create({ model: 'tiny/bert-embed', input: 'word '.repeat(600) }),
    { status: 400, code: 'context_too_long', param: 'input' },
  ],
  [
    'more numbers than there are',
    () => client.embeddings.create({ model: sentences, input: 'a', dimensions: 1000 }),
    { status: 400, code: 'invalid_field', param: 'dimensions' },
  ],
  [
    'an id beyond the vocabulary',
    () => client.embeddings.create({ model: 'tiny/bert-embed', input: [512] }),
    { status: 400, code: 'invalid_field', param: 'input' },
  ],
  [
    'a file that is no sound',
    async () =>
      client.audio.transcriptions.create({ model: digits, file: await toFile(Buffer.from('text'), 'a.mp3') }),
    { status: 415, code: 'unsupported_media', param: 'file' },
  ],
  [
    'too large a file',
    async () =>
      client.audio.transcriptions.create({
        model: digits,
        file: await toFile(Buffer.alloc(26 * 2 ** 20), 'a.wav'),
      }),
    { status: 413, code: 'body_too_large' },
  ],
])('%s is an error of the client', async (_, call, error) => {
  const caught = await call().catch((reason: unknown) => reason);
  expect(caught).toBeInstanceOf(APIError);
  expect(caught).toMatchObject(error);
});
