/** DeepInfra's dialect: what goes to the runner, and in which words the answer comes back. */
import { eventsOf } from '../helpers/openai.js';
import { png, type Scripted, serveScripted, wav, writes } from '../helpers/scripted.js';

let service: Scripted;
beforeAll(async () => {
  service = await serveScripted();
});
afterAll(() => service.close());

const ask = (model: string, body: unknown, headers: Record<string, string> = {}) =>
  service.post(`/v1/inference/test/${model}`, body, headers);

const figuresOf = (generated = 0, input = 3) => ({
  request_id: expect.stringMatching(/^req_/),
  inference_status: {
    status: 'succeeded',
    runtime_ms: expect.any(Number),
    cost: expect.any(Number),
    tokens_input: input,
    tokens_generated: generated,
  },
});

describe('text', () => {
  test('reaches the runner under the names of the task', async () => {
    writes(service.runners, { pieces: [[' a'], [' b', ' c']] });
    const { status, json } = await ask('writer', {
      input: 'Once',
      max_new_tokens: 7,
      temperature: 0.5,
      top_p: 0.25,
      top_k: 4,
      repetition_penalty: 1.5,
      presence_penalty: 1,
      frequency_penalty: -1,
      stop: ['.', ''],
      num_responses: 2,
      seed: 5,
      webhook: null,
    });
    expect([status, json]).toEqual([
      200,
      {
        results: [{ generated_text: ' a' }, { generated_text: ' b c' }],
        num_tokens: 3,
        num_input_tokens: 5,
        ...figuresOf(3, 5),
      },
    ]);
    const { inputs, params } = service.sent('writer');
    expect(inputs).toEqual([{ prompt: 'Once' }]);
    expect(params).toMatchObject({
      maxTokens: 7,
      stop: ['.'],
      n: 2,
      seed: 5,
      stream: false,
      sampling: {
        temperature: 0.5,
        topP: 0.25,
        topK: 4,
        repetitionPenalty: 1.5,
        presencePenalty: 1,
        frequencyPenalty: -1,
      },
    });
  });

  test.each([
    ['stream: true', 'writer', { stream: true }],
    ['the stream route', 'writer/stream', {}],
  ])('streams by %s', async (_, path, more) => {
    writes(service.runners, { pieces: [[' upon', '', ' a time']] });
    const { headers, text } = await ask(path, { input: 'Once', ...more });
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const head = {
      id: expect.any(String),
      object: 'text_completion',
      created: expect.any(Number),
      model: 'test/writer',
    };
    const event = (index: number, piece: string, id: number) => ({
      ...head,
      choices: [{ index: 0, text: piece, logprobs: null, finish_reason: null }],
      index,
      token: { id, text: piece, logprob: -0.5, special: false },
      generated_text: null,
      details: null,
    });
    expect(eventsOf(text)).toEqual([
      event(1, ' upon', 5),
      event(2, ' a time', 7),
      {
        ...event(3, '', 7),
        choices: [{ index: 0, text: '', logprobs: null, finish_reason: 'stop' }],
        token: { id: 7, text: '', logprob: -0.5, special: true },
        generated_text: ' upon a time',
        details: { finish_reason: 'eos_token', generated_tokens: 3, input_length: 5, seed: null },
        usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 },
        ...figuresOf(3, 5),
      },
    ]);
  });

  test('an error after the first piece is an event', async () => {
    service.runners.onBatch = (runner, [item]) => {
      runner.say({ type: 'delta', id: item!.id, delta: { choice: 0, text: 'x' } });
      runner.refuse(item!.id, 'context_too_long', 'Too long.');
    };
    const { text } = await ask('writer', { input: 'Once', stream: true });
    expect(eventsOf(text).at(-1)).toEqual({
      error: { code: 'context_too_long', message: 'Too long.', request_id: expect.any(String) },
    });
  });
});

describe('each kind of model has its shape', () => {
  const entity = { entity_group: 'PER', score: 0.5, word: 'ann', start: 0, end: 3 };
  const answer = { answer: 'a', score: 0.5, start: 0, end: 1 };
  const fill = { score: 0.5, token: 3, token_str: 'a', sequence: 'a b' };
  const object = { label: 'x', score: 0.5, box: { xmin: 0.5, ymin: 1, xmax: 2, ymax: 3 } };
  const segment = {
    start: 0,
    end: 1.23456,
    text: ' hello',
    tokens: [5],
    seek: 0,
    temperature: 0,
    avgLogprob: -0.5,
    compressionRatio: 1,
    noSpeechProb: undefined,
    words: [{ word: ' hello', start: 0, end: 1, probability: 0.25 }],
  };

  test.each<[string, string, object, unknown, object]>([
    [
      'labels',
      'labels',
      { input: 'x' },
      { labels: ['a'], scores: [1] },
      { results: [{ label: 'a', score: 1 }] },
    ],
    [
      'labels of several texts',
      'labels',
      { input: ['x', 'y'] },
      { labels: ['a'], scores: [1] },
      { results: [[{ label: 'a', score: 1 }], [{ label: 'a', score: 1 }]] },
    ],
    [
      'entities',
      'labels',
      { input: 'x' },
      { labels: [], scores: [], entities: [entity] },
      { results: [entity] },
    ],
    [
      'pairs',
      'pairs',
      { queries: ['x'], documents: ['y', 'z'] },
      ([, document]: string[]) => ({ labels: ['a'], scores: [document === 'y' ? 0.25 : 0.5] }),
      { scores: [0.25, 0.5], input_tokens: 6 },
    ],
    ['an answer', 'answers', { question: 'x', context: 'y' }, { answers: [answer] }, answer],
    [
      'what a mask hides',
      'fills',
      { input: 'x' },
      { masks: [[fill]], truncated: false },
      { results: [fill] },
    ],
    [
      'labels of a picture',
      'pictures',
      { image: png.toString('base64') },
      { labels: ['a'], scores: [1] },
      { results: [{ label: 'a', score: 1 }] },
    ],
    [
      'objects',
      'objects',
      { image: png.toString('base64') },
      { objects: [object], width: 4, height: 4 },
      { results: [object] },
    ],
    [
      'speech',
      'sounds',
      { audio: wav.toString('base64'), chunk_level: 'word' },
      { text: 'hello', seconds: 1.5, language: undefined, segments: [segment] },
      {
        text: 'hello',
        language: null,
        input_length_ms: 1500,
        segments: [
          {
            id: 0,
            seek: 0,
            start: 0,
            end: 1.235,
            text: ' hello',
            tokens: [5],
            temperature: 0,
            avg_logprob: -0.5,
            compression_ratio: 1,
            words: [{ text: 'hello', start: 0, end: 1, confidence: 0.25 }],
          },
        ],
      },
    ],
  ])('%s', async (_, model, body, value, expected) => {
    service.answers(value);
    const { status, json } = await ask(model, body);
    const figures = figuresOf(0, expect.any(Number) as never);
    expect([status, json]).toEqual([200, { ...expected, ...figures }]);
  });

  test('2,048 vectors of four numbers, in order', async () => {
    service.answers((text: string) => ({
      vector: Float32Array.of(Number(text), 0, 0, 0),
      tokens: 1,
      truncated: text === '7',
    }));
    const inputs = Array.from({ length: 2048 }, (_, i) => String(i));
    const { json } = await ask('vectors', { inputs });
    expect(json.embeddings.map(([first]: number[]) => first)).toEqual(inputs.map(Number));
    expect(json.truncated).toEqual([7]);
  });
});

test.each<[string, string, unknown, Record<string, string>, number, string, string | undefined]>([
  ['no key', 'labels', { input: 'x' }, { authorization: '' }, 401, 'invalid_key', undefined],
  ['an unknown model', 'none', { input: 'x' }, {}, 404, 'model_not_found', 'model'],
  ['a wrong field', 'labels', { input: 5 }, {}, 400, 'invalid_field', 'input'],
  [
    'a field of the task by its name here',
    'writer',
    { input: 'x', max_new_tokens: 0 },
    {},
    400,
    'invalid_field',
    'max_new_tokens',
  ],
  [
    'pairs that are none',
    'pairs',
    { queries: ['x', 'y'], documents: ['z'] },
    {},
    400,
    'invalid_field',
    'queries',
  ],
  [
    'pairs for a model of labels',
    'labels',
    { queries: ['x'], documents: ['y'] },
    {},
    400,
    'task_mismatch',
    'model',
  ],
  ['too many texts', 'vectors', { inputs: Array(2049).fill('x') }, {}, 400, 'too_many_inputs', 'inputs'],
  [
    'sound for a picture',
    'pictures',
    { image: wav.toString('base64') },
    {},
    415,
    'unsupported_media',
    'image',
  ],
  ['what is no base64', 'pictures', { image: '?' }, {}, 400, 'invalid_field', 'image'],
  ['a body too large', 'labels', { input: 'x'.repeat(11 * 2 ** 20) }, {}, 413, 'body_too_large', undefined],
  ['no URL for a webhook', 'labels', { input: 'x', webhook: 5 }, {}, 400, 'invalid_field', 'webhook'],
])('%s is refused', async (_, model, body, headers, status, code, param) => {
  const answer = await ask(model, body, headers);
  expect([answer.status, answer.json.error.code, answer.json.error.param]).toEqual([status, code, param]);
  expect(answer.json.error.request_id).toBe(answer.headers.get('x-request-id'));
});

test("what the runner refuses is told with the dialect's name of the field", async () => {
  service.runners.onBatch = (runner, [item]) =>
    runner.outcome({
      id: item!.id,
      ok: false,
      error: { code: 'context_too_long', message: 'Too long. Field: prompt.', param: 'prompt' },
      usage: {},
    });
  const { json } = await ask('writer', { input: 'x' });
  expect(json.error).toMatchObject({ param: 'input', message: 'Too long. Field: input.' });
});
