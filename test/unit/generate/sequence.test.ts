import { greedySampling } from '../../../src/runner/generate/sampler.js';
import { Sequence, type SequenceOptions } from '../../../src/runner/generate/sequence.js';
import { byteLevelTokenizer } from '../../helpers/tokenizers.js';

const tokenizer = byteLevelTokenizer();
const vocabulary = 400;
const endId = 2;

const greedy: SequenceOptions = {
  tokenizer,
  promptIds: [],
  continues: true,
  sampling: greedySampling,
  seed: 1n,
  maxTokens: 100,
  minTokens: 0,
  stop: [],
  endIds: new Set([endId]),
  logprobs: undefined,
};

/** Logits in which the first of these is likeliest, then the second, and so on. */
const preferring = (...ids: number[]): Float32Array => {
  const logits = new Float32Array(vocabulary).fill(-10);
  for (const [rank, id] of ids.entries()) logits[id] = 10 - rank;
  return logits;
};

/** Feeds tokens until the sequence has ended; `pieces` is what a stream would have shown. */
const write = async (text: string, options: Partial<SequenceOptions> = {}, thenEnd = true) => {
  const sequence = new Sequence({ ...greedy, ...options });
  const pieces: string[] = [];
  for (const id of [...(await tokenizer.ids(text)), ...(thenEnd ? [endId] : [])]) {
    if (sequence.finished) break;
    pieces.push(sequence.accept(preferring(id)).text);
  }
  return { sequence, pieces };
};

test("the model's own end ends the text, counts as a token and shows nothing", async () => {
  const { sequence, pieces } = await write('Once 🚀');
  expect([sequence.finished, sequence.endedBy]).toEqual(['stop', 'token']);
  expect(sequence.text).toBe('Once 🚀');
  expect(pieces.join('')).toBe(sequence.text);
  expect(sequence.tokens).toHaveLength((await tokenizer.ids('Once 🚀')).length + 1);
});

test('the text ends at its most tokens, incomplete characters included', async () => {
  const ids = await tokenizer.ids('a 🚀');
  const { sequence } = await write('a 🚀', { maxTokens: ids.length - 1 });
  expect(sequence.finished).toBe('length');
  expect(sequence.text).toBe('a \ufffd');
});

test('an end that was reached with the last token is an end, not a length', async () => {
  const ids = await tokenizer.ids('abc');
  const { sequence } = await write('abc', { maxTokens: ids.length + 1 });
  expect(sequence.finished).toBe('stop');
});

test('before the least tokens the end is not taken, and the next best is', () => {
  const sequence = new Sequence({ ...greedy, minTokens: 2 });
  const second = 300;
  for (let i = 0; i < 2; i++) sequence.accept(preferring(endId, second));
  expect(sequence.tokens).toEqual([second, second]);
  expect(sequence.finished).toBeUndefined();
  sequence.accept(preferring(endId, second));
  expect(sequence.finished).toBe('stop');
});

test('where a grammar leaves nothing but the end, the least tokens do not keep it out', () => {
  const guide = {
    isComplete: false,
    accept() {},
    mask(logits: Float32Array) {
      for (let id = 0; id < logits.length; id++) if (id !== endId) logits[id] = Number.NEGATIVE_INFINITY;
      return true;
    },
  } as unknown as NonNullable<SequenceOptions['guide']>;
  const sequence = new Sequence({ ...greedy, minTokens: 2, guide });
  sequence.accept(preferring(300));
  expect([sequence.tokens, sequence.endedBy]).toEqual([[endId], 'token']);
});

test('without end ids the text goes on after the end of the model', () => {
  const sequence = new Sequence({ ...greedy, endIds: new Set(), maxTokens: 3 });
  for (let i = 0; i < 3; i++) sequence.accept(preferring(endId));
  expect([sequence.finished, sequence.tokens]).toEqual(['length', [endId, endId, endId]]);
});

test("named ids end the text after the least tokens, the model's own end with them or not", () => {
  const named = 300;
  for (const endIds of [new Set([named]), new Set([named, endId])]) {
    const sequence = new Sequence({ ...greedy, endIds, minTokens: 1 });
    for (let i = 0; i < 2; i++) sequence.accept(preferring(named, 301));
    expect([sequence.finished, sequence.tokens]).toEqual(['stop', [301, named]]);
  }
});

test('a stop string across tokens ends the text before it, and a stream shows no part of it', async () => {
  const { sequence, pieces } = await write('The river runs on', { stop: ['ver ru'] });
  expect([sequence.finished, sequence.text]).toEqual(['stop', 'The ri']);
  expect(pieces.join('')).toBe('The ri');
});

test('what looked like a stop string comes out when the text ends otherwise', async () => {
  const ended = await write('abc\n', { stop: ['\n\n'] });
  expect([ended.sequence.finished, ended.sequence.text]).toEqual(['stop', 'abc\n']);
  const ids = await tokenizer.ids('abc\n');
  const cut = await write('abc\n', { stop: ['\n\n'], maxTokens: ids.length });
  expect([cut.sequence.finished, cut.sequence.text]).toEqual(['length', 'abc\n']);
  expect(cut.pieces.join('')).toBe('abc\n');
});

test('a stop string counts only once there are the least tokens', async () => {
  const ids = await tokenizer.ids('a.b.');
  const { sequence } = await write('a.b.c', { stop: ['.'], minTokens: ids.length });
  expect(sequence.text).toBe('a.b');
});

test('a stop string that is met with the last token is a stop', async () => {
  const ids = await tokenizer.ids('abc.');
  const { sequence } = await write('abc.', { stop: ['.'], maxTokens: ids.length });
  expect([sequence.finished, sequence.text]).toEqual(['stop', 'abc']);
});

test('cancelling ends a text once, and not one that has ended', async () => {
  const { sequence } = await write('abc', {}, false);
  sequence.cancel();
  expect(sequence.finished).toBe('cancelled');
  const { sequence: ended } = await write('abc');
  ended.cancel();
  expect(ended.finished).toBe('stop');
});

test('log-probabilities are reported for every token, before penalties', () => {
  const options = { logprobs: 2, sampling: { ...greedy.sampling, logitBias: [[301, 50]] as const } };
  const sequence = new Sequence({ ...greedy, ...options });
  const piece = sequence.accept(preferring(300, 301));
  const [report] = piece.logprobs;
  expect(sequence.tokens).toEqual([301]);
  expect(report?.token_id).toBe(301);
  expect(report?.token).toBe(tokenizer.text(301));
  expect(report?.top.map(({ token_id }) => token_id)).toEqual([300, 301]);
  expect(report!.logprob).toBeCloseTo(report!.top[1]!.logprob, 6);
  expect(report!.top[0]!.logprob - report!.logprob).toBeCloseTo(1, 4);
  expect(sequence.logprobs).toEqual([report]);
});

test('without logprobs there are none', async () => {
  expect((await write('abc')).sequence.logprobs).toBeUndefined();
});

test('repetition is counted over prompt and text', () => {
  const sampling = { ...greedy.sampling, repetitionPenalty: 5 };
  const sequence = new Sequence({ ...greedy, sampling, promptIds: [300] });
  sequence.accept(preferring(300, 301));
  sequence.accept(preferring(301, 302));
  expect(sequence.tokens).toEqual([301, 302]);
});

test('presence is counted over the text alone', () => {
  const sampling = { ...greedy.sampling, presencePenalty: 2 };
  const sequence = new Sequence({ ...greedy, sampling, promptIds: [300] });
  for (let i = 0; i < 2; i++) sequence.accept(preferring(300, 301));
  expect(sequence.tokens).toEqual([300, 301]);
});

test('the same seed writes the same tokens', () => {
  const draw = (seed: bigint) => {
    const sampling = { ...greedy.sampling, temperature: 1.5 };
    const sequence = new Sequence({ ...greedy, sampling, seed, endIds: new Set() });
    for (let i = 0; i < 20; i++) sequence.accept(new Float32Array(vocabulary));
    return sequence.tokens;
  };
  expect(draw(5n)).toEqual(draw(5n));
  expect(draw(5n)).not.toEqual(draw(6n));
});
