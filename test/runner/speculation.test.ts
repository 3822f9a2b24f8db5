/** Guessing ahead must not change what is said, only how many runs it takes. */
import { DecoderLoop, type DecodingJob } from '../../src/runner/generate/decoder-loop.js';
import type { KvStore } from '../../src/runner/generate/kv-store.js';
import { greedySampling } from '../../src/runner/generate/sampler.js';
import { Sequence } from '../../src/runner/generate/sequence.js';
import type { GenerationParams, Generations } from '../../tasks/text-generation/schema.js';
import { fixture } from '../helpers/fixtures.js';
import { LiveRunner } from '../helpers/live-runner.js';
import { byteLevelTokenizer } from '../helpers/tokenizers.js';

const pipelineUrl = new URL('../../tasks/text-generation/pipeline.js', import.meta.url).href;

const params: GenerationParams = {
  sampling: greedySampling,
  maxTokens: 60,
  minTokens: 60,
  ignoreEos: true,
  stop: [],
  stopTokenIds: [],
  n: 1,
  seed: 7,
  logprobs: undefined,
  stream: false,
};
const prompts = [
  'Once upon a time there was a small fox',
  'Where is the wolf. "Where is the wolf. "Where is the',
  'The fox, the fox and the fox met a bear, a bear and a bear',
];

test.each(['llama-gqa', 'llama-classic'])('%s says the same with and without guesses', async (name) => {
  const load = { folder: fixture(`models/tiny/${name}`), pipelineUrl };
  const plain = await LiveRunner.load(load);
  const guessing = await LiveRunner.load({ ...load, options: { draft_tokens: 5 } });
  try {
    for (const prompt of prompts) {
      for (const temperature of [0, 0.8]) {
        const asked = { ...params, sampling: { ...greedySampling, temperature } };
        const expected = (await plain.answer<Generations>({ prompt }, asked)).value;
        const { choices } = (await guessing.answer<Generations>({ prompt }, asked)).value;
        expect(choices).toEqual(expected.choices);
      }
    }
  } finally {
    plain.close();
    guessing.close();
  }
});

const vocabulary = 400;
/** A model that counts 10, 11, …, 14, 10, …: the next token is known from the last. */
const scoresAfter = (id: number): Float32Array => {
  const scores = new Float32Array(vocabulary);
  scores[id === 14 ? 10 : id + 1] = 10;
  return scores;
};

const countingStore = (slots = 2) => {
  const runs: string[] = [];
  const store: KvStore = {
    slots,
    capacity: 64,
    tokens: slots * 64,
    heldTokens: 0,
    bytes: 0,
    chunkTokens: 64,
    batched: true,
    swaps: false,
    copy: () => undefined,
    exchange: () => undefined,
    release: () => undefined,
    async prefill(_slot, ids) {
      runs.push('prefill');
      return { scores: scoresAfter(ids.at(-1)!), micros: ids.length };
    },
    async decode(rows) {
      runs.push('decode');
      return { scores: rows.map(({ id }) => scoresAfter(id)), micros: 1 };
    },
    async verify(_slot, ids) {
      runs.push(`verify ${ids.length - 1}`);
      return { scores: ids.map(scoresAfter), micros: 1 };
    },
  };
  return { store, runs };
};

const jobOf = (promptIds: readonly number[], maxTokens: number): DecodingJob => {
  const sequence = new Sequence({
    ...{ promptIds, maxTokens, sampling: greedySampling, minTokens: 0, stop: [], logprobs: undefined },
    ...{ tokenizer: byteLevelTokenizer(), continues: true, seed: 1n, endIds: new Set<number>() },
  });
  const { signal } = new AbortController();
  const nothing = () => undefined;
  return {
    ...{ sequence, signal, scope: '', priority: 0, sharedTokens: 0, leader: undefined },
    ...{ onAdmitted: nothing, onPiece: nothing, onBill: nothing },
  };
};

test('a text that repeats itself takes fewer runs, and ends where it should', async () => {
  const { store, runs } = countingStore();
  const job = jobOf([10, 11, 12, 13, 14, 10, 11, 12], 12);
  await new DecoderLoop(store, { draftTokens: 3 }).generate(job);
  expect(job.sequence.tokens).toEqual([13, 14, 10, 11, 12, 13, 14, 10, 11, 12, 13, 14]);
  expect(runs).toEqual(['prefill', 'verify 3', 'verify 3', 'verify 3']);
});

test('wrong guesses cost nothing but their place in the run', async () => {
  const { store, runs } = countingStore();
  const job = jobOf([10, 11, 30, 31, 10], 4);
  await new DecoderLoop(store, { draftTokens: 2 }).generate(job);
  expect(job.sequence.tokens).toEqual([11, 12, 13, 14]);
  expect(runs).toEqual(['prefill', 'verify 2', 'decode', 'decode']);
});

test('texts side by side are not guessed', async () => {
  const { store, runs } = countingStore();
  const loop = new DecoderLoop(store, { draftTokens: 3 });
  await Promise.all([
    loop.generate(jobOf([10, 11, 12, 13, 14, 10, 11], 40)),
    loop.generate(jobOf([10, 11, 12, 13, 14, 10, 11], 3)),
  ]);
  const together = runs.lastIndexOf('prefill') + 1;
  // The prompt is read within a step that had been planned for the lone text.
  expect(runs.slice(together, together + 4)).toEqual(['verify 3', 'decode', 'decode', 'verify 3']);
});

test('a text that was guessed and loses its place pays for no token twice', async () => {
  const { store, runs } = countingStore(1);
  const loop = new DecoderLoop(store, { draftTokens: 3 });
  let urgentEnds: Promise<void> | undefined;
  let [pieces, billed] = [0, 0];
  const onBill = (micros: number) => {
    billed += micros;
  };
  const onPiece = () => {
    if (++pieces === 6) urgentEnds = loop.generate({ ...jobOf([200], 1), priority: 1, onBill });
  };
  const job = { ...jobOf([10, 11, 12, 13, 14, 10, 11, 12], 12), onBill, onPiece };
  await loop.generate(job);
  await urgentEnds;
  expect(job.sequence.tokens).toEqual([13, 14, 10, 11, 12, 13, 14, 10, 11, 12, 13, 14]);
  const steps = runs.filter((run) => run !== 'prefill').length;
  expect(runs.length - steps).toBe(3);
  // Two prompts, and of the second reading the last token, which is new; each step is a microsecond.
  expect(billed).toBe(8 + 1 + 1 + steps);
});
