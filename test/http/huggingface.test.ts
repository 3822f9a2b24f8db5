/** Hugging Face's dialect: its addresses, what goes to the runner, and in which words the answer comes back. */
import { eventsOf } from '../helpers/openai.js';
import { png, type Scripted, serveScripted, wav, writes } from '../helpers/scripted.js';

let service: Scripted;
beforeAll(async () => {
  service = await serveScripted();
});
afterAll(() => service.close());

const ask = (model: string, body: unknown, headers: Record<string, string> = {}) =>
  service.post(`/models/test/${model}`, body, headers);

const classified = { labels: ['a', 'b'], scores: [0.75, 0.25] };
const labels = [
  { label: 'a', score: 0.75 },
  { label: 'b', score: 0.25 },
];

test.each([
  '/models/test/labels',
  '/models/test%2Flabels',
  '/models/test/labels/fp32',
  '/models/test/labels/pipeline/text-classification',
  '/pipeline/text-classification/test/labels',
  '/pipeline/sentiment-analysis',
  '/pipeline/text-classification/test/labels/fp32',
  '/hf-inference/models/test/labels',
  '/hf-inference/models/test/labels/pipeline/token-classification',
  '/v1/inference/test/labels',
])('a model is called at %s', async (path) => {
  service.answers(classified);
  const { status, json } = await service.post(path, { inputs: 'x' });
  expect([status, json]).toEqual([200, [labels]]);
});

describe('parameters reach the runner, wherever they stand', () => {
  test.each([
    [
      'apart',
      { parameters: { top_k: 3, function_to_apply: 'sigmoid', odd: 1 }, options: { use_cache: false } },
    ],
    ['beside the inputs', { top_k: 3, function_to_apply: 'sigmoid', odd: null }],
  ])('%s', async (_, more) => {
    service.answers(classified);
    expect((await ask('labels', { inputs: 'x', ...more })).status).toBe(200);
    expect(service.sent('labels').params).toMatchObject({ topK: 3, scoreFunction: 'sigmoid' });
  });

  test('of token classification, and of texts that are too long', async () => {
    service.answers({ labels: [], scores: [], entities: [] });
    const parameters = { stride: 7, ignore_labels: ['LOC'], aggregation_strategy: 'first' };
    await ask('labels', { inputs: 'x', parameters });
    expect(service.sent('labels').params).toMatchObject({
      strideTokens: 7,
      ignoredLabels: ['LOC'],
      aggregation: 'first',
    });
    service.answers({ vector: Float32Array.of(1), tokens: 1, truncated: false });
    await ask('vectors', { inputs: 'x', prompt_name: 'query', truncate: true, truncation_direction: 'Left' });
    expect(service.sent('vectors').params).toMatchObject({ promptName: 'query', cutSide: 'left' });
  });

  test('in the query of bare bytes', async () => {
    service.answers(classified);
    await service.post('/models/test/pictures?top_k=1', png, { 'content-type': 'image/png' });
    expect(service.sent('pictures').params).toEqual({ topK: 1 });
  });
});

describe('each kind of model has its shape', () => {
  const entity = { entity_group: 'PER', score: 0.5, word: 'ann', start: 0, end: 3 };
  const place = { ...entity, entity_group: 'LOC' };
  const answer = { answer: 'a', score: 0.5, start: 0, end: 1 };
  const fill = { score: 0.5, token: 3, token_str: 'a', sequence: 'a b' };
  const box = { xmin: 0.4, ymin: 1, xmax: 2.5, ymax: 3 };
  const segments = [
    { start: 0, end: 1.5, text: ' hello', words: [{ word: ' hello', start: 0, end: 1.25, probability: 1 }] },
  ];
  const speech = { text: 'hello', seconds: 2, language: 'en', segments };
  const image = png.toString('base64');
  const vector = (...numbers: number[]) => ({
    vector: Float32Array.from(numbers),
    tokens: 1,
    truncated: false,
  });
  const choice = { candidate_labels: 'a, b', multi_label: true };

  test.each<[string, string, object, unknown, unknown]>([
    ['labels of several texts', 'labels', { inputs: ['x', 'y'] }, classified, [labels, labels]],
    ['labels of our choice', 'labels', { inputs: 'x', parameters: choice }, classified, labels],
    ['entities', 'labels', { inputs: 'x' }, { labels: [], scores: [], entities: [entity] }, [entity]],
    [
      'entities of texts',
      'labels',
      { inputs: ['x'], parameters: { ignore_labels: ['ORG'], aggregation_strategy: 'simple' } },
      { labels: [], scores: [], entities: [entity, place] },
      [[entity, place]],
    ],
    [
      'tokens by themselves',
      'labels',
      { inputs: 'x', parameters: { aggregation_strategy: 'none' } },
      { labels: [], scores: [], entities: [{ ...entity, entity_group: 'B-PER', index: 1 }] },
      [{ entity: 'B-PER', index: 1, score: 0.5, word: 'ann', start: 0, end: 3 }],
    ],
    ['a vector', 'vectors', { inputs: 'x' }, vector(0.5, -1), [0.5, -1]],
    ['vectors', 'vectors', { inputs: ['x'] }, vector(0.5, -1), [[0.5, -1]]],
    ['vectors in base64', 'vectors', { inputs: ['x'], encoding_format: 'base64' }, vector(0.5), ['AAAAPw==']],
    [
      'likeness',
      'vectors',
      { inputs: { source_sentence: 'x', sentences: ['y', 'z'] } },
      (text: string) => (text === 'z' ? vector(0, 1) : vector(1, 0)),
      [1, 0],
    ],
    ['an answer', 'answers', { inputs: { question: 'x', context: 'y' } }, { answers: [answer] }, answer],
    [
      'answers',
      'answers',
      { inputs: { question: 'x', context: 'y' }, parameters: { top_k: 2 } },
      { answers: [answer] },
      [answer],
    ],
    ['what a mask hides', 'fills', { inputs: 'x' }, { masks: [[fill]], truncated: false }, [fill]],
    [
      'what two masks hide',
      'fills',
      { inputs: 'x' },
      { masks: [[fill], [fill]], truncated: false },
      [[fill], [fill]],
    ],
    ['labels of a picture', 'pictures', { inputs: image }, classified, labels],
    [
      'objects, in whole pixels',
      'objects',
      { inputs: image, parameters: { threshold: 0.5 } },
      { objects: [{ label: 'x', score: 0.5, box }], width: 4, height: 4 },
      [{ label: 'x', score: 0.5, box: { xmin: 0, ymin: 1, xmax: 3, ymax: 3 } }],
    ],
    ['speech', 'sounds', { inputs: wav.toString('base64') }, speech, { text: 'hello' }],
    [
      'speech with times',
      'sounds',
      { inputs: wav.toString('base64'), parameters: { return_timestamps: true } },
      speech,
      { text: 'hello', chunks: [{ text: ' hello', timestamp: [0, 1.5] }] },
    ],
    [
      'speech with times of words',
      'sounds',
      { inputs: wav.toString('base64'), parameters: { return_timestamps: 'word' } },
      speech,
      { text: 'hello', chunks: [{ text: ' hello', timestamp: [0, 1.25] }] },
    ],
  ])('%s', async (_, model, body, value, expected) => {
    service.answers(value);
    const { status, json } = await ask(model, body);
    expect([status, json]).toEqual([200, expected]);
  });
});

describe('text', () => {
  test('the likeliest tokens are taken, unless something asks for others', async () => {
    const temperatureOf = async (parameters: object) => {
      writes(service.runners, { pieces: [['x']] });
      await ask('writer', { inputs: 'Once', parameters });
      return (service.sent('writer').params as { sampling: { temperature: number } }).sampling.temperature;
    };
    expect(await temperatureOf({})).toBe(0);
    expect(await temperatureOf({ do_sample: true })).toBe(1);
    expect(await temperatureOf({ top_p: 0.5 })).toBe(1);
    expect(await temperatureOf({ typical_p: 0.5 })).toBe(1);
    expect(await temperatureOf({ temperature: 0.5 })).toBe(0.5);
    expect(await temperatureOf({ temperature: 0.5, do_sample: false })).toBe(0);
  });

  test('with its details', async () => {
    writes(service.runners, { pieces: [[' upon', '.']] });
    const parameters = { details: true, top_n_tokens: 1, seed: 5, stop: ['.'], return_full_text: true };
    const { json } = await ask('writer', { inputs: 'Once', parameters });
    const [upon, stop] = [
      { id: 5, text: ' upon', logprob: -0.5, special: false },
      { id: 1, text: '.', logprob: -0.5, special: false },
    ];
    const other = { id: 9, text: 'other', logprob: -0.25, special: false };
    expect(json).toEqual([
      {
        generated_text: 'Once upon.',
        details: {
          finish_reason: 'stop_sequence',
          generated_tokens: 2,
          input_length: 5,
          seed: 5,
          prefill: [],
          tokens: [upon, stop],
          top_tokens: [[other], [other]],
        },
      },
    ]);
  });

  test('the best of several, with the others in its details', async () => {
    writes(service.runners, { pieces: [['a'], ['b', 'b'], ['c']], logprobs: [-2, -0.25, -0.75] });
    const parameters = { best_of: 3, do_sample: true };
    const bare = await ask('writer', { inputs: 'x', parameters });
    expect(bare.json).toEqual([{ generated_text: 'bb' }]);
    expect(service.sent('writer').params).toMatchObject({ n: 3, logprobs: 0 });
    const { json } = await ask('writer', { inputs: 'x', parameters: { ...parameters, details: true } });
    expect(json[0].generated_text).toBe('bb');
    const { generated_tokens: tokens, best_of_sequences: others } = json[0].details;
    expect([tokens, others.map((one: { generated_text: string }) => one.generated_text)]).toEqual([
      2,
      ['c', 'a'],
    ]);
    expect(others[0]).toMatchObject({ generated_tokens: 1, tokens: [{ text: 'c', logprob: -0.75 }] });
    expect(others[0]).not.toHaveProperty('input_length');
  });

  test("with its prompt's tokens", async () => {
    const promptLogprobs = [
      { token: 'On', token_id: 2, logprob: null, top: [] },
      { token: 'ce', token_id: 3, logprob: -1.5, top: [] },
    ];
    writes(service.runners, { pieces: [['x']], prompt: { promptLogprobs } });
    const parameters = { details: true, decoder_input_details: true, truncate: 2, typical_p: 0.9 };
    const { json } = await ask('writer', { inputs: 'Once', parameters });
    expect(json[0].details.prefill).toEqual([
      { id: 2, text: 'On', logprob: null },
      { id: 3, text: 'ce', logprob: -1.5 },
    ]);
    expect(service.sent('writer').params).toMatchObject({
      promptLogprobs: 0,
      truncatePromptTokens: 2,
      sampling: { typicalP: 0.9 },
    });
  });

  test.each([
    [{ watermark: false, best_of: 1, typical_p: 1, truncate: null, decoder_input_details: false }, undefined],
    [{ watermark: true }, 'watermark'],
    [{ best_of: 2 }, 'best_of'],
    [{ best_of: 2, do_sample: true, stream: true }, 'best_of'],
    [{ best_of: 17, do_sample: true }, 'best_of'],
    [{ decoder_input_details: true, details: true, stream: true }, 'decoder_input_details'],
    [{ typical_p: 0 }, 'typical_p'],
    [{ truncate: 0 }, 'truncate'],
  ])('%j refuses by name what cannot be done', async (parameters, field) => {
    writes(service.runners, { pieces: [['x']] });
    const { status, json } = await ask('writer', { inputs: 'Once', parameters });
    expect(status).toBe(field ? 400 : 200);
    if (field) expect([json.error_type, json.error.includes(field)]).toEqual(['validation', true]);
  });

  test('held to a grammar', async () => {
    writes(service.runners, { pieces: [['7']] });
    await ask('writer', { inputs: 'x', parameters: { grammar: { type: 'regex', value: '[0-9]' } } });
    expect(service.sent('writer').params).toMatchObject({
      grammar: { grammar: { type: 'regex', regex: '[0-9]' } },
    });
    const { status, json } = await ask('writer', {
      inputs: 'x',
      parameters: { grammar: { type: 'json', value: { type: 'odd' } } },
    });
    expect([status, json.error_type]).toEqual([400, 'validation']);
  });

  test('in pieces that clients of completions read too', async () => {
    writes(service.runners, { pieces: [[' upon', ' a time']] });
    const { text, headers } = await ask('writer', { inputs: 'Once', stream: true });
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = eventsOf(text) as Record<string, never>[];
    expect(events.at(-1)).toBe('[DONE]');
    expect(events.slice(0, 2)).toMatchObject([
      {
        token: { text: ' upon', special: false },
        choices: [{ text: ' upon', finish_reason: null }],
        index: 1,
      },
      { token: { text: ' a time' }, choices: [{ text: ' a time' }], generated_text: null, index: 2 },
    ]);
    expect(events[2]).toMatchObject({
      generated_text: ' upon a time',
      details: { finish_reason: 'eos_token', generated_tokens: 2, input_length: 5 },
      choices: [{ text: '', finish_reason: 'stop' }],
      usage: { total_tokens: 7 },
    });
  });

  test('an error in it is read by the clients of both languages', async () => {
    service.runners.onBatch = (runner, [item]) => {
      runner.say({ type: 'delta', id: item!.id, delta: { choice: 0, text: 'x' } });
      runner.refuse(item!.id, 'internal', 'Something broke.');
    };
    const { text } = await ask('writer', { inputs: 'Once', stream: true });
    expect(eventsOf(text).at(-1)).toEqual({
      error: { message: 'Something broke.', type: 'generation', code: 'internal' },
      error_type: 'generation',
    });
  });
});

describe("OpenAI's routes behind an address", () => {
  const messages = [{ role: 'user', content: 'Hello' }];

  test.each([
    '/v1/inference/test/writer/v1',
    '/v1/inference/test/writer',
    '/v1/inference/text-generation/v1',
    '/models/test/writer/v1',
    '/models/test/writer/pipeline/text-generation/v1',
    '/pipeline/text-generation/test/writer/v1',
    '/hf-inference/models/test/writer/v1',
    '/v1',
  ])('%s', async (path) => {
    for (const model of ['dummy', 'tgi', `${service.url}${path}`]) {
      writes(service.runners, { pieces: [['Hi']] });
      const chat = await service.post(`${path}/chat/completions`, { model, messages });
      expect([chat.status, chat.json.choices[0].message.content]).toEqual([200, 'Hi']);
      if (path.includes('test/writer')) expect(chat.json.model).toBe('test/writer');
      const text = await service.post(`${path}/completions`, {
        model,
        prompt: 'Once',
        return_full_text: false,
      });
      expect([text.status, text.json.choices[0].text]).toEqual([200, 'Hi']);
    }
  });

  test('streamed completions have the fields of both, unless what only one has is asked for', async () => {
    const stream = async (more: object) => {
      writes(service.runners, { pieces: [[' upon']] });
      const body = { prompt: 'Once', stream: true, ...more };
      const { text } = await service.post('/models/test/writer/v1/completions', body);
      return eventsOf(text) as { token?: object; choices: { text: string; logprobs: unknown }[] }[];
    };
    const [first, last] = await stream({});
    expect(first).toMatchObject({ token: { text: ' upon' }, choices: [{ text: ' upon', logprobs: null }] });
    expect(last).toMatchObject({ generated_text: ' upon', choices: [{ finish_reason: 'stop' }] });
    const [plain] = await stream({ logprobs: 1 });
    expect(plain!.token).toBeUndefined();
    expect(plain!.choices[0]!.logprobs).toBeTruthy();
  });

  test("errors are OpenAI's, but for Hugging Face's clients", async () => {
    const post = (headers: Record<string, string>) =>
      service.post('/models/test/writer/v1/chat/completions', { messages, temperature: 9 }, headers);
    expect((await post({})).json.error).toMatchObject({
      type: 'invalid_request_error',
      param: 'temperature',
    });
    expect((await post({ 'user-agent': '@huggingface/inference/4.13.30' })).json).toEqual({
      error: expect.stringContaining('temperature'),
      error_type: 'validation',
    });
  });
});

test('a model tells what it is and how it is', async () => {
  for (const at of ['/models', '/hf-inference/models', '/v1/inference', '/pipeline/text-classification']) {
    const get = (path: string) => service.get(`${at}/${path}`, { authorization: '' });
    expect((await get('test/labels/info')).json).toEqual({
      model_id: 'test/labels',
      model_dtype: 'fp32',
      model_pipeline_tag: 'text-classification',
    });
    expect((await get('test/labels/health')).json).toEqual({ status: 'ready' });
    expect((await get('test/pairs/health')).json).toEqual({ status: 'cold' });
    expect((await get('none/health')).status).toBe(404);
    expect((await get('test/labels')).status).toBe(405);
    const posted = await service.post(`${at}/test/labels/info`, { inputs: 'x' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
  }
});
