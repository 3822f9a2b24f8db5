/** Hugging Face's own client for Python against the service; what it does is in huggingface_client.py. */
import { runClient } from '../helpers/client-process.js';
import { root } from '../helpers/fixtures.js';
import { type LiveService, startService } from '../helpers/live-service.js';
import { describeWithHuggingFacePython, python } from '../helpers/needs.js';

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects and fails where it is not
type Json = any;

describeWithHuggingFacePython("Hugging Face's client for Python", () => {
  let service: LiveService;
  let seen: Record<string, Json>;
  beforeAll(async () => {
    service = await startService();
    const script = `${root}test/clients/huggingface_client.py`;
    const args = [script, service.url, service.key, `${root}samples`];
    const env = { ...process.env, HF_HUB_DISABLE_TELEMETRY: '1', HF_HUB_OFFLINE: '0' };
    seen = JSON.parse(await runClient(python, args, { env }));
  }, 300_000);
  afterAll(() => service?.close());

  test('text, whole and in pieces', () => {
    expect(seen.text).toBe(' upon a time');
    expect(seen.stream.join('')).toBe(seen.text);
    expect(seen.details).toMatchObject({
      generated_text: 'Once upon a time',
      details: { finish_reason: 'length', generated_tokens: 3, prefill: [] },
    });
    expect(seen.details.details.tokens.map(({ text }: Json) => text)).toEqual([' upon', ' a', ' time']);
    expect(seen.details.details.top_tokens.map((top: Json) => top.length)).toEqual([2, 2, 2]);
    expect(seen.events.at(-1)).toMatchObject({
      generated_text: seen.text,
      details: { finish_reason: 'length', generated_tokens: 3, input_length: expect.any(Number) },
    });
    expect(seen.stopped).toMatchObject({
      generated_text: ' upon a',
      details: { finish_reason: 'stop_sequence' },
    });
  });

  test('chats', () => {
    expect(seen.chat).toBe('The bear is old and likes honey.');
    expect(seen.chat_stream).toBe(seen.chat);
    expect(seen.form).toMatchObject({ old: expect.any(Boolean) });
  });

  test('labels and entities', () => {
    expect(seen.sentiment.map(({ label }: Json) => label)).toEqual(['positive', 'negative']);
    expect(seen.entities[0]).toEqual({
      entity_group: 'PER',
      score: expect.any(Number),
      word: 'ann lee',
      start: 0,
      end: 7,
    });
    expect(seen.zero_shot.map(({ label }: Json) => label).sort()).toEqual(['food', 'money']);
  });

  test('vectors and how alike sentences are', () => {
    expect(Math.hypot(...seen.vector[0])).toBeCloseTo(1);
    expect(seen.vectors).toHaveLength(2);
    expect(seen.likeness[0]).toBeGreaterThan(seen.likeness[1]);
  });

  test('answers in a text, and what a mask hides', () => {
    const { answer, start, end } = seen.answer;
    expect('The bear eats honey.'.slice(start, end)).toBe(answer);
    expect(seen.fills[0]).toEqual({
      score: expect.any(Number),
      token: expect.any(Number),
      token_str: expect.any(String),
      sequence: expect.stringMatching(/^the .* is good$/),
    });
  });

  test('labels of our own for a picture', () => {
    expect(seen.shown.map(({ label }: Json) => label).sort()).toEqual(['a rose', 'a train']);
    expect(seen.shown.every(({ score }: Json) => score > 0 && score < 1)).toBe(true);
  });

  test('pictures and speech, bare and with parameters', () => {
    expect(seen.rose[0].label).toBe('roses');
    expect(seen.rose_best).toEqual([seen.rose[0]]);
    expect(seen.fruit.map(({ label }: Json) => label)).toEqual(expect.arrayContaining(['apple', 'orange']));
    expect(seen.fruit_sure).toEqual([]);
    expect(seen.speech.text).toBe('one seven four');
  });

  test('raises what it has for errors', () => {
    expect(seen.errors).toEqual([
      ['HfHubHTTPError', 401, expect.stringContaining('API key')],
      [expect.any(String), 404, expect.stringContaining('no/model')],
      [expect.any(String), 400, expect.stringContaining('top_k')],
      ['HfHubHTTPError', 415, expect.stringContaining('wav')],
      ['ValidationError', null, expect.stringContaining('tokens')],
    ]);
  });

  test("sees the same at each model's own address, with its state", () => {
    expect(seen.same).toEqual([]);
    expect(seen.hosted).toEqual([true, expect.objectContaining({ model_id: 'taskwire/sentiment' })]);
  });
});
