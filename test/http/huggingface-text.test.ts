/** Hugging Face's dialect of generated text: text-generation-inference's parameters, details and streams. */
import { eventsOf } from '../helpers/openai.js';
import { type Scripted, serveScripted, writes } from '../helpers/scripted.js';

let service: Scripted;
beforeAll(async () => {
  service = await serveScripted();
});
afterAll(() => service.close());

const ask = (model: string, body: unknown) => service.post(`/models/test/${model}`, body);

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
  writes(service.runners, { pieces: [[' upon', '.']], endedBy: 'string' });
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
