/** OpenAI's own client for Python against the service and a real model; what it does is in openai_client.py. */
import { runClient } from '../helpers/client-process.js';
import { root } from '../helpers/fixtures.js';
import { type LiveService, startService } from '../helpers/live-service.js';
import { describeWithOpenAiPython, python } from '../helpers/needs.js';

const model = 'tiny/llama-gqa';
const answer = 'The bear is old and likes honey.';

describeWithOpenAiPython("OpenAI's client for Python", () => {
  let service: LiveService;
  let seen: Record<string, unknown>;
  beforeAll(async () => {
    service = await startService();
    const script = `${root}test/clients/openai_client.py`;
    seen = JSON.parse(
      await runClient(python, [script, service.url, service.key, model, `${root}samples/digits.wav`]),
    );
  }, 300_000);
  afterAll(() => service?.close());

  test('chats', () => {
    expect(seen.chat).toEqual([answer, 'stop', expect.any(Number)]);
    const [, , total] = seen.chat as [string, string, number];
    expect(seen.stream).toEqual([answer, 'assistant', 'stop', total]);
    expect(seen.collected).toBe(answer);
    expect(new Set(seen.several as string[]).size).toBe(2);
  });

  test('reads log-probabilities', () => {
    expect(seen.logprobs).toEqual(['The', ' bear', ' is'].map((token) => [token, token, 2]));
  });

  test('gets calls and forms', () => {
    expect(seen.call).toEqual(['function', 'now', {}]);
    expect(seen.form).toEqual({ old: expect.any(Boolean) });
  });

  test('completes texts and lists models', () => {
    expect(seen.completion).toEqual([' upon a time', [' upon', ' a', ' time']]);
    expect(seen.models).toContain(model);
    expect(seen.model).toBe(model);
  });

  test('embeds texts, packed and plain', () => {
    expect(seen.vectors).toEqual([208, expect.closeTo(0, 6)]);
  });

  test('hears', () => {
    const heard = 'one seven four';
    const [ids] = (seen.heard as [string, string, string, string[], number[]]).slice(4);
    expect(seen.heard).toEqual([heard, `${heard}\n`, heard, heard.split(' '), ids]);
    expect(seen.subtitles).toEqual(['1\n00:00:00', 'WEBVTT']);
    expect(seen.streamed).toEqual([
      ['transcript.text.delta', heard],
      ['transcript.text.done', heard],
    ]);
  });

  test('raises the classes that it has for errors', () => {
    expect(seen.errors).toEqual([
      ['NotFoundError', 404, 'model_not_found', 'model', true],
      ['BadRequestError', 400, 'invalid_field', 'temperature', true],
      ['BadRequestError', 400, 'invalid_field', 'messages', true],
    ]);
  });
});
