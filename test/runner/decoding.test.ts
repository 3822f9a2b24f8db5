/**
 * Many texts at once, each as if it were alone: greedy continuations equal PyTorch's without a cache, token for token,
 * whatever runs beside them, is cancelled, comes back or loses its place. On the device that TASKWIRE_DEVICE names.
 */
import { setImmediate } from 'node:timers/promises';
import type { Dtype } from '../../src/dtype.js';
import type { Device } from '../../src/runner/devices/index.js';
import { DecoderLoop, type DecodingJob } from '../../src/runner/generate/decoder-loop.js';
import { type DecoderConfig, openKvStore } from '../../src/runner/generate/kv-store.js';
import { Sequence } from '../../src/runner/generate/sequence.js';
import { ModelFolder } from '../../src/runner/model-folder.js';
import { Tokenizer } from '../../src/runner/tokenizer.js';
import { cpuAsDevice, device, openTinySession, TinyDecoder } from '../helpers/decoder.js';
import {
  type Continuation,
  comparable,
  continuations,
  greedy,
  tie,
  tieOfHalves,
} from '../helpers/decoding.js';
import { fixture } from '../helpers/fixtures.js';
import { TestRandom } from '../helpers/random.js';

/** Software devices take their time: a hundred times as much as the CPU. */
const isSlow = device.name !== 'cpu';
const patienceMs = 300_000;
const newTokens = 48;

interface Decoder {
  readonly model: string;
  readonly on?: Device;
  readonly dtype?: Dtype;
}
const decoders: ReadonlyArray<readonly [string, Decoder]> = [
  ['caches updated in place', { model: 'llama-gqa' }],
  ['caches that grow', { model: 'llama-classic' }],
  ...(device.memory === undefined
    ? ([
        ['caches in a memory of their own', { model: 'llama-gqa', on: cpuAsDevice }],
        ['half precision', { model: 'llama-gqa', dtype: 'fp16' }],
      ] as const)
    : []),
];

const passTime = async (random: TestRandom, most: number) => {
  for (let turns = random.integer(0, most); turns > 0; turns--) await setImmediate();
};

describe.each(decoders)('with %s', (_, { model, on = device, dtype = 'fp32' }) => {
  const closest = dtype === 'fp16' ? tieOfHalves : tie;
  const recorded = continuations(model);

  /** Asks until it is left alone; what came before it was cancelled must be right as well. */
  const writeAtLast = async (decoder: TinyDecoder, one: Continuation, random: TestRandom) => {
    const scope = random.pick(['ann', 'ben']);
    for (let cancels = random.pick([0, 0, 1, 2]); ; cancels--) {
      await passTime(random, 20);
      const controller = new AbortController();
      let left = cancels > 0 ? random.integer(0, 30) : Number.POSITIVE_INFINITY;
      const onDelta = () => {
        if (left-- <= 0) controller.abort();
      };
      const cancelEarly = left === 0 && passTime(random, 5).then(() => controller.abort());
      const written = await decoder.write(one.prompt, {
        scope,
        signal: controller.signal,
        onDelta,
        logprobs: 0,
      });
      await cancelEarly;
      const [choice] = written.value.choices;
      const ids = choice!.logprobs!.map(({ token_id }) => token_id);
      const compared = comparable(ids, one, closest);
      expect(compared.ids).toEqual(compared.expected);
      expect(written.streamed).toEqual([choice!.text]);
      expect(written.value.promptTokens).toBe(one.promptIds.length);
      if (choice!.finishReason === 'length') return expect(ids).toHaveLength(newTokens);
      expect(choice!.finishReason).toBe('cancelled');
      expect(cancels).toBeGreaterThan(0);
    }
  };

  test.each(isSlow ? [3] : [16, 3, 1])(
    '20 prompts in %i slots, in any order, cancelled and asked again, go on as in PyTorch',
    async (slots) => {
      const decoder = await TinyDecoder.open(model, { slots, on, dtype });
      const random = new TestRandom(100 + slots);
      for (let round = 0; round < (isSlow ? 1 : 2); round++)
        await Promise.all(random.shuffled(recorded).map((one) => writeAtLast(decoder, one, random)));
    },
    patienceMs,
  );

  test.each([
    ['place to more important ones', { slots: 3, morePriority: 1, leastTokens: 768 }],
    // As much of it as one text takes, every now and then.
    ['memory to older ones', { slots: 8, morePriority: 0, leastTokens: 256 }],
  ])(
    'texts that lose their %s go on as if nothing had been',
    async (_loss, { slots, morePriority, leastTokens }) => {
      const folder = new ModelFolder(fixture(`models/tiny/${model}`), 'fp32', {});
      const config = folder.config<DecoderConfig>();
      const session = await openTinySession(model, on, dtype);
      const inPlace = model === 'llama-gqa';
      const size = { slots, capacity: 256, tokens: slots * 256 };
      const store = await openKvStore({ session, config, inPlace, size });
      Object.defineProperty(store, 'tokens', { get: () => (pieces % 100 < 50 ? size.tokens : leastTokens) });
      const loop = new DecoderLoop(store);
      const tokenizer = Tokenizer.open(folder);
      const sequences: Sequence[] = [];
      let pieces = 0;
      const write = async (one: Continuation, priority: number) => {
        const sequence = new Sequence({
          ...{ ...greedy, tokenizer, promptIds: one.promptIds, continues: true },
          ...{ seed: 1n, endIds: new Set<number>() },
        });
        sequences.push(sequence);
        let admissions = 0;
        const { signal } = new AbortController();
        const onPiece = () => {
          pieces++;
          startMore();
        };
        const job: DecodingJob = {
          ...{ sequence, priority, signal, scope: '', sharedTokens: 0, leader: undefined },
          ...{ onAdmitted: () => admissions++, onPiece, onBill: () => undefined },
        };
        await loop.generate(job);
        const compared = comparable(sequence.tokens, one, closest);
        expect(compared.ids).toEqual(compared.expected);
        expect([sequence.finished, admissions]).toEqual(['length', 1]);
      };
      // Each comes while others run, and matters as much as all before, or more.
      const waiting = new TestRandom(7).shuffled(recorded);
      const running: Array<Promise<void>> = [];
      const startMore = () => {
        while (waiting.length > 0 && running.length * 9 <= pieces)
          running.push(write(waiting.pop()!, morePriority * running.length));
      };
      let readAgain = 0;
      const prefill = store.prefill.bind(store);
      store.prefill = (slot, ids, past) => {
        const isWhole = ({ ids: all }: Sequence) =>
          all.length === past + ids.length && ids.every((id, i) => id === all[past + i]);
        // One token may be a step: some stores take those alike.
        if (ids.length > 1 && sequences.some((one) => one.generatedTokens > 0 && isWhole(one))) readAgain++;
        return prefill(slot, ids, past);
      };
      startMore();
      for (const each of running) await each;
      expect(running).toHaveLength(recorded.length);
      // Otherwise nobody lost a place, and nothing was shown.
      expect(readAgain).toBeGreaterThan(5);
      expect(loop.counts).toMatchObject({ waiting: 0, running: 0 });
    },
    patienceMs,
  );
});
