/** Chats in OpenAI's form: what goes to the runner, and in which words its answer comes back. */
import { eventsOf, hello, type ServedOpenAi, serveOpenAi, usage } from '../helpers/openai.js';
import { writes } from '../helpers/writer.js';

let service: ServedOpenAi;
beforeAll(async () => {
  service = await serveOpenAi();
});
afterAll(() => service.close());

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  service.ask(path, { model: 'test/writer', ...body }, headers);

describe('a chat', () => {
  test.each(['/v1', '/v1/openai', '/inference/v1', '/api/v1/inference'])(
    'is answered under %s',
    async (mount) => {
      writes(service.runners, { pieces: [['Hi', ' there']], cachedTokens: 2 });
      const { status, json, headers } = await post(`${mount}/chat/completions`, { messages: hello });
      expect(status).toBe(200);
      expect(json).toEqual({
        id: `chatcmpl-${headers.get('x-request-id')!.slice(4)}`,
        object: 'chat.completion',
        created: expect.any(Number),
        model: 'test/writer',
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: 'Hi there', refusal: null },
            logprobs: null,
            finish_reason: 'stop',
          },
        ],
        usage: usage(5, 2, 2),
      });
      expect(headers.get('x-compute-time-ms')).toMatch(/^\d+\.\d$/);
    },
  );

  test('reaches the runner under the names of the task', async () => {
    writes(service.runners, { pieces: [['x'], ['y']] });
    const { status, json } = await post('/v1/chat/completions', {
      model: 'test/writer/fp32',
      messages: [
        { role: 'developer', content: 'Be brief.', name: null },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'One.' },
            { type: 'text', text: 'Two.' },
          ],
          name: 'Ann',
        },
        { role: 'assistant', content: 'Yes?', refusal: null, annotations: [] },
      ],
      max_tokens: 7,
      max_completion_tokens: 9,
      temperature: 0.5,
      top_p: 0,
      top_k: -1,
      n: 2,
      stop: 'END',
      seed: -3,
      frequency_penalty: 0.25,
      presence_penalty: -0.5,
      logit_bias: { 17: -100 },
      logprobs: true,
      top_logprobs: 3,
      user: 'someone',
      stream_options: null,
      metadata: { unknown: 'to us' },
    });
    expect([status, json.model]).toEqual([200, 'test/writer/fp32']);
    expect(service.sent()).toMatchObject({
      input: {
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'One.\nTwo.', name: 'Ann' },
          { role: 'assistant', content: 'Yes?' },
        ],
      },
      params: {
        maxTokens: 9,
        sampling: {
          temperature: 0.5,
          topK: 0,
          frequencyPenalty: 0.25,
          presencePenalty: -0.5,
          logitBias: [[17, -100]],
        },
        stop: ['END'],
        seed: 3,
        n: 2,
        logprobs: 3,
        stream: false,
      },
    });
    // Nothing but the likeliest token has so little of the probability.
    expect((service.sent().params as { sampling: { topP: number } }).sampling.topP).toBeLessThan(1e-6);
  });

  test('without a limit may use the whole window', async () => {
    writes(service.runners, { pieces: [['x']] });
    await post('/v1/chat/completions', { messages: hello });
    expect(service.sent().params).toMatchObject({ maxTokens: 1_000_000 });
  });

  test('has log-probabilities per token, with bytes', async () => {
    writes(service.runners, { pieces: [['é', '\ufffd']], finishReason: 'length' });
    const body = { messages: hello, logprobs: true, top_logprobs: 1 };
    const { json } = await post('/v1/chat/completions', body);
    const other = { token: 'other', logprob: -0.25, bytes: [111, 116, 104, 101, 114] };
    expect(json.choices[0]).toMatchObject({
      finish_reason: 'length',
      logprobs: {
        content: [
          { token: 'é', logprob: -0.5, bytes: [195, 169], top_logprobs: [other] },
          { token: '\ufffd', logprob: -0.5, bytes: null, top_logprobs: [other] },
        ],
        refusal: null,
      },
    });
  });
});

describe('a streamed chat', () => {
  const chunk = (choice: object, usageNow?: object | null) => ({
    id: expect.stringMatching(/^chatcmpl-/),
    object: 'chat.completion.chunk',
    created: expect.any(Number),
    model: 'test/writer',
    choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: null, ...choice }],
    ...(usageNow === undefined ? {} : { usage: usageNow }),
  });

  test('begins with the role, ends with the reason and its usage, and is marked done', async () => {
    writes(service.runners, { pieces: [['Hi', ' there']] });
    const { text, headers } = await post('/v1/chat/completions', { messages: hello, stream: true });
    expect(headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(eventsOf(text)).toEqual([
      chunk({ delta: { role: 'assistant', content: '' } }),
      chunk({ delta: { content: 'Hi' } }),
      chunk({ delta: { content: ' there' } }),
      chunk({ finish_reason: 'stop' }, usage(5, 2)),
      '[DONE]',
    ]);
  });

  test('takes null for what is left open in its options', async () => {
    writes(service.runners, { pieces: [['Hi']] });
    const body = { messages: hello, stream: true, stream_options: { include_usage: null } };
    const { status, text } = await post('/v1/chat/completions', body);
    expect([status, eventsOf(text).at(-2)]).toEqual([200, chunk({ finish_reason: 'stop' }, usage(5, 1))]);
  });

  test('has a last chunk with the usage alone when asked to, and tells it nowhere else', async () => {
    writes(service.runners, { pieces: [['Hi']] });
    const body = { messages: hello, stream: true, stream_options: { include_usage: true } };
    const events = eventsOf((await post('/v1/chat/completions', body)).text);
    expect(events.slice(0, 3)).toEqual([
      chunk({ delta: { role: 'assistant', content: '' } }, null),
      chunk({ delta: { content: 'Hi' } }, null),
      chunk({ finish_reason: 'stop' }, null),
    ]);
    expect(events.at(-2)).toEqual({ ...chunk({}), choices: [], usage: usage(5, 1) });
  });

  test('says who is the assistant for every choice, also for one that says nothing', async () => {
    writes(service.runners, { pieces: [['a'], []] });
    const body = { messages: hello, stream: true, n: 2 };
    const events = eventsOf((await post('/v1/chat/completions', body)).text).slice(0, -1);
    const choices = events.flatMap((event) => (event as { choices: Array<{ index: number }> }).choices);
    for (const index of [0, 1]) {
      const own = choices.filter((choice) => choice.index === index);
      expect(own[0]).toMatchObject({ delta: { role: 'assistant' } });
      expect(own.at(-1)).toMatchObject({ delta: {}, finish_reason: 'stop' });
    }
    expect(events.filter((event) => (event as { usage?: object }).usage)).toHaveLength(1);
  });

  test('that fails after it began ends with an error event in the envelope of the dialect', async () => {
    service.runners.onBatch = (runner, items) => {
      runner.say({ type: 'delta', id: items[0]!.id, delta: { choice: 0, text: 'Hi' } });
      runner.refuse(items[0]!.id, 'internal', 'Oh.');
    };
    const { text } = await post('/v1/chat/completions', { messages: hello, stream: true });
    expect(eventsOf(text).at(-1)).toEqual({
      error: { message: 'Oh.', type: 'server_error', param: null, code: 'internal' },
    });
  });
});
