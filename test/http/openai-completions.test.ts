/** Completions in OpenAI's form. */
import { eventsOf, type ServedOpenAi, serveOpenAi, usage } from '../helpers/openai.js';
import { writes } from '../helpers/writer.js';

let service: ServedOpenAi;
beforeAll(async () => {
  service = await serveOpenAi();
});
afterAll(() => service.close());

interface Choice {
  readonly index: number;
  readonly text: string;
}

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  service.ask(path, { model: 'test/writer', ...body }, headers);

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

  test('answer the best of those that were drawn, and say no more of them than was asked', async () => {
    writes(service.runners, { pieces: [['a'], ['b', 'b'], ['c']], logprobs: [-2, -0.25, -0.75] });
    const { json } = await post('/v1/completions', { prompt: 'x', n: 2, best_of: 3, service_tier: 'flex' });
    const told = json.choices.map(({ index, text, logprobs }: Choice & { logprobs: unknown }) => [
      index,
      text,
      logprobs,
    ]);
    expect(told).toEqual([
      [0, 'bb', null],
      [1, 'c', null],
    ]);
    // All are paid for.
    expect(json.usage).toEqual(usage(5, 4));
    expect(service.sent().params).toMatchObject({ n: 3, logprobs: 0 });
  });

  test.each([
    ['a text', 'Once', [{ prompt: 'Once' }]],
    ['texts', ['Once', 'Then'], [{ prompt: 'Once' }, { prompt: 'Then' }]],
    ['nothing', null, [{ prompt: '' }]],
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

  test('tell the usage once, behind all choices, when asked to', async () => {
    writes(service.runners, { pieces: [['x']] });
    const body = { prompt: ['a', 'b'], stream: true, stream_options: { include_usage: true } };
    const events = eventsOf((await post('/v1/completions', body)).text).slice(0, -1);
    const told = events.filter((event) => (event as { usage: object | null }).usage !== null);
    expect(told).toEqual([expect.objectContaining({ choices: [], usage: usage(10, 2) })]);
    expect(events.at(-1)).toBe(told[0]);
  });

  test('echo what the model thinks of the prompt, before what it thinks of the text', async () => {
    const prompt = [
      { token: 'One', token_id: 5, logprob: null, top: [] },
      { token: ' ce', token_id: 6, logprob: -2, top: [{ token: 'other', token_id: 9, logprob: -0.25 }] },
    ];
    writes(service.runners, {
      pieces: [[' upon']],
      prompt: { promptText: 'One ce', promptLogprobs: prompt },
    });
    const body = { prompt: [5, 6], echo: true, logprobs: 1, max_tokens: 1 };
    const { json } = await post('/v1/completions', body);
    expect(service.sent().params).toMatchObject({ promptLogprobs: 1, promptText: true });
    expect(json.choices[0]).toMatchObject({
      text: 'One ce upon',
      logprobs: {
        tokens: ['One', ' ce', ' upon'],
        token_logprobs: [null, -2, -0.5],
        top_logprobs: [null, { other: -0.25, ' ce': -2 }, { other: -0.25, ' upon': -0.5 }],
        text_offset: [0, 3, 6],
      },
    });
  });

  test('generate nothing where only the prompt is looked at', async () => {
    writes(service.runners, { pieces: [[]], finishReason: 'length' });
    const { status, json } = await post('/v1/completions', { prompt: 'Once', echo: true, max_tokens: 0 });
    expect([status, json.choices[0]]).toEqual([
      200,
      { index: 0, text: 'Once', logprobs: null, finish_reason: 'length' },
    ]);
    expect(service.sent().params).toMatchObject({ maxTokens: 0, promptLogprobs: 0 });
    const refused = await post('/v1/completions', { prompt: 'Once', max_tokens: 0 });
    expect([refused.status, refused.json.error.param]).toEqual([400, 'max_tokens']);
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
