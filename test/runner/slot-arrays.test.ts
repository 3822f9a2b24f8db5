/** A cache in plain memory keeps every text through both its layouts, and through changes of place. */
import { SlotArrays } from '../../src/runner/generate/slot-arrays.js';
import { TestRandom } from '../helpers/random.js';

const [parts, slots, heads, width, capacity] = [4, 5, 2, 3, 90];
const shape = { type: 'float32', parts, slots, heads, capacity, width } as const;

/** The elements of one part of a slot's first tokens: [heads, tokens, width]. */
const elementsOf = (tokens: readonly number[], part: number): number[] =>
  Array.from({ length: heads }, (_, head) =>
    tokens.flatMap((token) =>
      Array.from({ length: width }, (_, i) => token * 1000 + part * 100 + head * 10 + i),
    ),
  ).flat();

class Bench {
  readonly moved: (readonly number[])[] = [];
  readonly texts: number[][] = Array.from({ length: slots }, () => []);
  readonly arrays: SlotArrays;

  constructor(denseTokens: number) {
    this.arrays = new SlotArrays(shape, { denseTokens, onMove: (slots) => this.moved.push(slots) });
  }

  /** What a run does: ids behind `past`, written to the value of one slot. */
  write(slot: number, past: number, ids: readonly number[]): void {
    this.arrays.hold(slot, past + ids.length);
    this.texts[slot] = [...this.texts[slot]!.slice(0, past), ...ids];
    for (let part = 0; part < parts; part++) {
      const { data } = this.arrays.value(part, slot, 1);
      const written = elementsOf(ids, part);
      for (let head = 0; head < heads; head++) {
        const rows = written.slice(head * ids.length * width, (head + 1) * ids.length * width);
        (data as Float32Array).set(rows, (head * this.arrays.stride + past) * width);
      }
    }
  }

  /** The first slots as one value, as a batch reads them. */
  expectAll(): void {
    for (let part = 0; part < parts; part++) this.expectPart(part);
  }

  expectPart(part: number): void {
    const { data, dims } = this.arrays.value(part, 0, slots);
    const { stride } = this.arrays;
    expect(dims).toEqual([slots, heads, stride, width]);
    const read = this.texts.map(({ length }, slot) =>
      Array.from({ length: heads }, (_, head) => {
        const start = (slot * heads + head) * stride * width;
        return [...(data as Float32Array).subarray(start, start + length * width)];
      }).flat(),
    );
    expect(read.join()).toBe(this.texts.map((text) => elementsOf(text, part)).join());
  }
}

test('short texts lie side by side until one is long, and again when none is', () => {
  const bench = new Bench(100);
  expect(bench.arrays.stride).toBe(20);
  for (let slot = 0; slot < slots; slot++) bench.write(slot, 0, [slot, 7, 8]);
  expect(bench.moved).toEqual([]);
  bench.write(
    2,
    3,
    Array.from({ length: 30 }, (_, i) => i),
  );
  expect(bench.arrays.stride).toBe(capacity);
  expect(bench.moved).toEqual([[0, 1, 2, 3, 4]]);
  bench.expectAll();
  // Still too long to go back: the next text could be as long.
  bench.write(
    2,
    0,
    Array.from({ length: 12 }, (_, i) => i),
  );
  expect(bench.arrays.stride).toBe(capacity);
  bench.write(2, 2, [50, 51]);
  expect(bench.arrays.stride).toBe(20);
  expect(bench.moved).toHaveLength(2);
  expect(bench.arrays.heldTokens).toBe(4 * 3 + 4);
  bench.expectAll();
});

test('where there is room for whole windows, nothing ever moves', () => {
  const bench = new Bench(slots * capacity);
  bench.write(
    3,
    0,
    Array.from({ length: capacity }, (_, i) => i),
  );
  expect(bench.arrays.stride).toBe(capacity);
  expect(bench.moved).toEqual([]);
});

test.each([0, 40, 100, 300, 1000])(
  'texts stay whole whatever happens to them (%i tokens dense)',
  (denseTokens) => {
    const random = new TestRandom(denseTokens + 1);
    const bench = new Bench(denseTokens);
    const { arrays, texts } = bench;
    for (let i = 0; i < 400; i++) {
      const [a, b] = [random.integer(0, slots - 1), random.integer(0, slots - 1)];
      const [lengthA, lengthB] = [texts[a]!.length, texts[b]!.length];
      const act = random.pick(['write', 'write', 'write', 'release', 'exchange', 'copy']);
      if (act === 'write') {
        const past = random.integer(0, lengthA);
        const longest = random.pick([2, 6, capacity]);
        const length = random.integer(1, Math.min(longest, capacity - past));
        if (past < capacity)
          bench.write(
            a,
            past,
            Array.from({ length }, (_, j) => i + j),
          );
      } else if (act === 'release') {
        const tokens = random.integer(0, lengthA);
        arrays.release(a, tokens);
        texts[a]!.splice(tokens);
      } else if (a !== b && act === 'exchange') {
        arrays.exchange(a, b, lengthA, lengthB);
        [texts[a], texts[b]] = [texts[b]!, texts[a]!];
      } else if (a !== b && lengthA > 0) {
        const tokens = random.integer(1, lengthA);
        arrays.copy(a, b, tokens);
        texts[b] = texts[a]!.slice(0, tokens);
      }
      bench.expectAll();
      expect(arrays.heldTokens).toBeGreaterThanOrEqual(texts.reduce((sum, { length }) => sum + length, 0));
    }
    if (denseTokens === 100 || denseTokens === 300) expect(bench.moved.length).toBeGreaterThan(5);
  },
);
