/** OpenAI's dialect: what goes to the runner, and in which words its answer comes back. */
import { tasks } from '../../tasks/index.js';
import { type Served, serve } from '../helpers/serve.js';
import { writes } from '../helpers/writer.js';

let service: Served;
beforeAll(async () => {
  service = await serve({ tasks, models: { 'test/writer': { task: 'text-generation', default: true } } });
});
afterAll(() => service.close());

interface Choice {
  readonly index: number;
  readonly text: string;
}

const hello = [{ role: 'user', content: 'Hello' }];
const usage = (prompt: number, completion: number, cached = 0) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  prompt_tokens_details: { cached_tokens: cached },
});

const eventsOf = (text: string): unknown[] =>
  text
    .split('\n\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => line.slice(6))
    .map((data) => (data === '[DONE]' ? data : JSON.parse(data)));

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  service.post(path, body instanceof FormData ? body : { model: 'test/writer', ...body }, headers);

/** What the runner got last. */
const sent = () => {
  const item = service.runners.last.batches.at(-1)![0]!;
  return { input: item.input, params: item.params };
};

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
    expect(sent()).toMatchObject({
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
    expect((sent().params as { sampling: { topP: number } }).sampling.topP).toBeLessThan(1e-6);
  });

  test('without a limit may use the whole window', async () => {
    writes(service.runners, { pieces: [['x']] });
    await post('/v1/chat/completions', { messages: hello });
    expect(sent().params).toMatchObject({ maxTokens: 1_000_000 });
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

  test('has a last chunk with the usage alone when asked to', async () => {
    writes(service.runners, { pieces: [['Hi']] });
    const body = { messages: hello, stream: true, stream_options: { include_usage: true } };
    const events = eventsOf((await post('/v1/chat/completions', body)).text);
    expect(events.slice(0, 2)).toEqual([
      chunk({ delta: { role: 'assistant', content: '' } }, null),
      chunk({ delta: { content: 'Hi' } }, null),
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

describe('completions', () => {
  test('continue each prompt, choice by choice', async () => {
    writes(service.runners, { pieces: [['x', 'y'], ['z']] });
    const { json } = await post('/v1/completions', { prompt: ['a', 'b'], n: 2, logprobs: 1 });
    expect(json).toMatchObject({ id: expect.stringMatching(/^cmpl-/), object: 'text_completion' });
    expect(json.choices.map(({ index, text }: { index: number; text: string }) => [index, text])).toEqual([
      [0, 'xy'],
      [1, 'z'],
      [2, 'xy'],
      [3, 'z'],
    ]);
    expect(json.choices[0].logprobs).toEqual({
      tokens: ['x', 'y'],
      token_logprobs: [-0.5, -0.5],
      top_logprobs: [
        { other: -0.25, x: -0.5 },
        { other: -0.25, y: -0.5 },
      ],
      text_offset: [0, 1],
    });
    expect(json.usage).toEqual(usage(10, 6));
  });

  test.each([
    ['a text', 'Once', [{ prompt: 'Once' }]],
    ['texts', ['Once', 'Then'], [{ prompt: 'Once' }, { prompt: 'Then' }]],
    ['token ids', [5, 6], [{ promptIds: [5, 6] }]],
    ['lists of token ids', [[5, 6], [7]], [{ promptIds: [5, 6] }, { promptIds: [7] }]],
  ])('take %s', async (_, prompt, inputs) => {
    writes(service.runners, { pieces: [['x']] });
    const before = service.runners.inputs.length;
    expect((await post('/v1/completions', { prompt })).status).toBe(200);
    expect(service.runners.inputs.slice(before)).toEqual(inputs);
  });

  test('stream with an index for every prompt and choice, and one usage at the end', async () => {
    writes(service.runners, { pieces: [['x'], ['yy', 'z']] });
    const body = { prompt: ['a', 'b'], n: 2, stream: true, logprobs: 0 };
    const events = eventsOf((await post('/v1/completions', body)).text);
    expect(events.at(-1)).toBe('[DONE]');
    const chunks = events.slice(0, -1) as Array<{ choices: Array<Record<string, unknown>>; usage?: object }>;
    const textOf = (index: number) =>
      chunks
        .flatMap(({ choices }) => choices.filter((one) => one.index === index).map(({ text }) => text))
        .join('');
    expect([0, 1, 2, 3].map(textOf)).toEqual(['x', 'yyz', 'x', 'yyz']);
    const offsets = chunks.flatMap(({ choices }) =>
      choices.filter(({ index, logprobs }) => index === 3 && logprobs).map(({ logprobs }) => logprobs),
    );
    expect(offsets).toMatchObject([{ text_offset: [0] }, { text_offset: [2] }]);
    expect(chunks.filter((one) => one.usage)).toEqual([chunks.at(-1)]);
    expect(chunks.at(-1)!.usage).toEqual(usage(10, 6));
  });

  test.each([false, true])('echo the prompt before the text (stream: %s)', async (stream) => {
    writes(service.runners, { pieces: [[' upon'], [' more']] });
    const { text } = await post('/v1/completions', { prompt: 'Once', echo: true, n: 2, stream });
    const answers = (stream ? eventsOf(text).slice(0, -1) : [JSON.parse(text)]) as Array<{
      choices: Choice[];
    }>;
    const choices = answers.flatMap((answer) => answer.choices);
    const of = (index: number) => choices.filter((one) => one.index === index).map((one) => one.text);
    expect([of(0).join(''), of(1).join('')]).toEqual(['Once upon', 'Once more']);
  });
});

describe('a refusal has exactly the four fields of the dialect', () => {
  const chat = '/v1/chat/completions';
  const text = '/v1/completions';
  test.each([
    ['no key', chat, { messages: hello }, 401, 'authentication_error', null, 'invalid_key'],
    ['no messages', chat, {}, 400, 'invalid_request_error', 'messages', 'missing_field'],
    [
      'an unknown model',
      chat,
      { model: 'no', messages: hello },
      404,
      'invalid_request_error',
      'model',
      'model_not_found',
    ],
    [
      'a picture',
      chat,
      { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] },
      400,
      'invalid_request_error',
      'messages[0].content[0].type',
      'invalid_field',
    ],
    [
      'too many choices',
      chat,
      { messages: hello, n: 17 },
      400,
      'invalid_request_error',
      'n',
      'invalid_field',
    ],
    [
      'a stop that is none',
      chat,
      { messages: hello, stop: [5] },
      400,
      'invalid_request_error',
      'stop[0]',
      'invalid_field',
    ],
    ['no prompt', text, {}, 400, 'invalid_request_error', 'prompt', 'missing_field'],
    ['a suffix', text, { prompt: 'a', suffix: 'z' }, 400, 'invalid_request_error', 'suffix', 'invalid_field'],
    ['echo of ids', text, { prompt: [1], echo: true }, 400, 'invalid_request_error', 'echo', 'invalid_field'],
    [
      'the best of more',
      text,
      { prompt: 'a', best_of: 3 },
      400,
      'invalid_request_error',
      'best_of',
      'invalid_field',
    ],
  ])('%s', async (what, path, body, status, type, param, code) => {
    const answer = await post(path, body, what === 'no key' ? { authorization: '' } : {});
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual({ error: { message: expect.any(String), type, param, code } });
  });

  test('a form is no JSON', async () => {
    const { status, json } = await post(chat, new FormData());
    expect([status, json.error.code]).toEqual([415, 'unsupported_media']);
  });

  test('a wrong method says which is right', async () => {
    const { status, json, headers } = await service.get(chat);
    expect([status, json.error.code, headers.get('allow')]).toEqual([405, 'method_not_allowed', 'POST']);
  });
});
