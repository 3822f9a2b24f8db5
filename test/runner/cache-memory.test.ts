/** What a decoder's cache takes of the machine's memory, and of its addresses. On the CPU. */
import { cpu } from '../../src/runner/devices/cpu.js';
import { bytesPerToken, type DecoderConfig, openKvStore } from '../../src/runner/generate/kv-store.js';
import { ModelFolder } from '../../src/runner/model-folder.js';
import { advised } from '../helpers/advised.js';
import { openTinySession, TinyDecoder } from '../helpers/decoder.js';
import { comparable, continuations } from '../helpers/decoding.js';
import { fixture } from '../helpers/fixtures.js';
import { describeWithHugePages } from '../helpers/needs.js';

const model = 'llama-gqa';

const openStore = async (slots: number, capacity: number, tokens = slots * capacity) => {
  const config = new ModelFolder(fixture(`models/tiny/${model}`), 'fp32', {}).config<DecoderConfig>();
  const session = await openTinySession(model, cpu);
  const size = { slots, capacity, tokens };
  const store = await openKvStore({ session, config, inPlace: true, size });
  return { store, tokenBytes: bytesPerToken(config, 4) };
};

test('slots hold what was written, whatever way it came, and until it is released', async () => {
  const { store } = await openStore(4, 200);
  const heldBy = async (act: () => unknown) => {
    await act();
    return store.heldTokens;
  };
  expect(store.heldTokens).toBe(0);
  expect(await heldBy(() => store.prefill(0, [1, 2, 3, 4, 5], 0))).toBe(5);
  expect(await heldBy(() => store.prefill(0, [6, 7], 5))).toBe(7);
  expect(await heldBy(() => store.prefill(0, [8], 3))).toBe(7);
  expect(await heldBy(() => store.prefill(1, [1, 2], 0))).toBe(9);
  expect(
    await heldBy(() =>
      store.decode([
        { id: 9, past: 7 },
        { id: 9, past: 2 },
      ]),
    ),
  ).toBe(11);
  expect(await heldBy(() => store.copy!(0, 2, 6))).toBe(17);
  expect(await heldBy(() => store.exchange(1, 3, 3, 0))).toBe(20);
  expect(await heldBy(() => store.release(2, 9))).toBe(20);
  expect(await heldBy(() => store.release(2, 4))).toBe(18);
  for (const slot of [0, 1, 2, 3]) store.release(slot, 0);
  expect(store.heldTokens).toBe(0);
});

describeWithHugePages('released memory', () => {
  test('goes back to the system, and the rest of the slot says what it said', async () => {
    const { store, tokenBytes } = await openStore(8, 100_000);
    const prompt = [5, 9, 12, 40, 41, 7];
    const expected = (await store.prefill(0, [3], 0).then(() => store.prefill(0, prompt, 0))).scores.slice();
    const taken = () => advised(['nh', 'hg']).residentBytes;
    const before = taken();
    for (let slot = 1; slot < 8; slot++) store.copy!(0, slot, 100_000);
    store.copy!(1, 0, 100_000);
    const full = taken();
    expect(full - before).toBeGreaterThan(7 * 100_000 * tokenBytes);
    for (let slot = 0; slot < 8; slot++) store.release(slot, prompt.length - 1);
    expect(full - taken()).toBeGreaterThan(7 * 100_000 * tokenBytes);
    for (let slot = 0; slot < 8; slot++) {
      const { scores } = await store.prefill(slot, prompt.slice(-1), prompt.length - 1);
      expect(scores.every((score, i) => Math.abs(score - expected[i]!) < 1e-4)).toBe(true);
    }
  });
});

test('texts go on as they were when a long one comes, and when it has gone', async () => {
  const short = [5, 9, 12, 40, 41, 7];
  const long = Array.from({ length: 60 }, (_, i) => (i * 7) % 50);
  const scoresOf = async (tokens: number) => {
    const { store } = await openStore(4, 100, tokens);
    const all: number[] = [];
    const keep = ({ scores }: { readonly scores: Float32Array }) => all.push(...scores);
    const step = async (...pasts: number[]) => {
      const { scores } = await store.decode(pasts.map((past) => ({ id: past % 50, past })));
      for (const one of scores) keep({ scores: one });
    };
    for (const slot of [0, 1]) keep(await store.prefill(slot, short, 0));
    await step(6, 6);
    keep(await store.prefill(1, long, 3));
    await step(7, 63);
    store.exchange(0, 1, 8, 64);
    await step(64, 8);
    keep(await store.prefill(0, [1, 2], 4));
    await step(6, 9);
    store.copy!(1, 2, 10);
    await step(7, 10, 10);
    return all;
  };
  const [still, moving] = [await scoresOf(6400), await scoresOf(1600)];
  expect(still.length).toBeGreaterThan(0);
  expect(moving.every((score, i) => Math.abs(score - still[i]!) < 1e-5)).toBe(true);
});

test('a decoder whose slots have more addresses than there are takes fewer slots', async () => {
  const decoder = await TinyDecoder.open(model, {
    slots: 16,
    on: cpu,
    cacheBytes: 2 ** 60,
    options: { max_sequences: 2 ** 24 },
  });
  const [one] = continuations(model);
  const { value } = await decoder.write(one!.prompt, { logprobs: 0 });
  const ids = value.choices[0]!.logprobs!.map(({ token_id }) => token_id);
  const compared = comparable(ids, one!);
  expect(compared.ids).toEqual(compared.expected);
});
