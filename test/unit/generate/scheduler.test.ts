import { TestRandom } from '../../helpers/random.js';
import { type FakeText, kinds, SlotBench, saysAlone, textOf } from '../../helpers/slots.js';

const tokens = (length: number, first = 0) => Array.from({ length }, (_, i) => first + i);

describe('admission', () => {
  test('gives slots in order, and those of ended texts to the next', () => {
    const bench = new SlotBench({ slots: 2 });
    const texts = [5, 1, 9, 4].map((newTokens, i) => textOf(tokens(3, 100 * i), { newTokens }));
    bench.add(...texts);
    bench.step();
    expect(bench.scheduler.counts).toEqual({ waiting: 2, running: 2, decoding: 1 });
    bench.finish();
    expect(bench.finished).toEqual([texts[1], texts[0], texts[3], texts[2]]);
  });

  test('takes the more important first, and in order where they are equal', () => {
    const bench = new SlotBench({ slots: 1 });
    const texts = [0, 2, 1, 2, 0].map((priority, i) => textOf(tokens(3, 100 * i), { priority }));
    bench.add(...texts);
    bench.finish();
    expect(bench.finished.map((text) => texts.indexOf(text))).toEqual([1, 3, 2, 0, 4]);
  });

  test('of nothing is idle', () => {
    const bench = new SlotBench({ slots: 2 });
    expect(bench.scheduler.idle).toBe(true);
    expect(bench.step()).toEqual({ prefill: undefined, decode: [] });
  });
});

describe('reading a prompt', () => {
  test('of 4,000 tokens in parts stops none of the texts that run', () => {
    const bench = new SlotBench({ slots: 4 });
    const running = [0, 1, 2].map((i) => textOf(tokens(5, 5000 * (i + 1)), { newTokens: 1000 }));
    bench.add(...running);
    for (let i = 0; i < 3; i++) bench.step();
    bench.add(textOf(tokens(4000)));
    const parts: number[] = [];
    while (bench.scheduler.counts.decoding < 4) {
      const { prefill, decode } = bench.step(64);
      expect(decode).toEqual(running);
      parts.push(prefill!.ids.length);
    }
    expect(parts).toEqual([...Array(62).fill(64), 32]);
    expect(bench.step().decode).toHaveLength(4);
  });

  test('asks how much may be read beside so many texts', () => {
    const bench = new SlotBench({ slots: 3 });
    bench.add(textOf(tokens(3)), textOf(tokens(50, 100)));
    bench.step();
    bench.scheduler.admit();
    const asked: number[] = [];
    const plan = bench.scheduler.plan((decoding) => {
      asked.push(decoding);
      return 7;
    });
    expect([asked, plan.prefill?.ids]).toEqual([[1], tokens(7, 100)]);
  });

  test('goes on with the one that came first, or matters more', () => {
    const bench = new SlotBench({ slots: 3 });
    const texts = [0, 0, 1].map((priority, i) => textOf(tokens(10, 100 * i), { priority }));
    bench.add(texts[0]!, texts[1]!);
    const read = [bench.step(5).prefill?.text];
    bench.add(texts[2]!);
    for (let i = 0; i < 5; i++) read.push(bench.step(5).prefill?.text);
    expect(read.map((text) => texts.indexOf(text!))).toEqual([0, 2, 2, 0, 1, 1]);
  });
});

describe.each(kinds)('beginnings in slots of %s', (kind) => {
  const prompt = tokens(40);
  const reusedBy = (second: Partial<FakeText>, ids: readonly number[] = prompt): number => {
    const bench = new SlotBench({ slots: 2, kind });
    bench.add(textOf(prompt));
    bench.finish();
    const text = textOf(ids, second);
    bench.add(text);
    bench.finish();
    expect(text.ids).toEqual(saysAlone(ids, 4));
    return text.reused!;
  };

  test('are those of an earlier text, but for the last token of the prompt', () => {
    expect(reusedBy({})).toBe(39);
  });

  test('reach as far as the texts are alike', () => {
    expect(reusedBy({}, [...tokens(25), 999, ...tokens(9)])).toBe(25);
    expect(reusedBy({}, tokens(10))).toBe(9);
    expect(reusedBy({}, [7, ...tokens(20)])).toBe(0);
  });

  test('hold what was generated, which a next turn repeats; the last token was never read', () => {
    expect(reusedBy({}, [...saysAlone(prompt, 4), 5, 6, 7])).toBe(43);
  });

  test('are never those of another scope, but for what is marked as shared', () => {
    expect(reusedBy({ scope: 'ben' })).toBe(0);
    expect(reusedBy({ scope: '' })).toBe(0);
    expect(reusedBy({ scope: 'ben', sharedTokens: 12 })).toBe(12);
    expect(reusedBy({ scope: 'ben', sharedTokens: 40 })).toBe(39);
  });

  test('are still right when what they were taken from is overwritten', () => {
    const bench = new SlotBench({ slots: 3, kind });
    for (let i = 0; i < 12; i++) {
      const ids = [...tokens(20 + i), 500 + i];
      const text = textOf(ids, { newTokens: 2 + (i % 3) });
      bench.add(text);
      bench.finish(6);
      expect(text.ids).toEqual(saysAlone(ids, text.newTokens));
    }
  });
});

test('a beginning is copied from a text that still runs, where memory can be copied', () => {
  const prompt = tokens(40);
  const reused = kinds.map((kind) => {
    const bench = new SlotBench({ slots: 2, kind });
    bench.add(textOf(prompt, { newTokens: 100 }));
    bench.step();
    const second = textOf(prompt);
    bench.add(second);
    bench.step();
    return second.reused;
  });
  expect(reused).toEqual([39, 39, 0]);
});

test('a cached text that is much longer than what is taken from it is kept, if an older one can go', () => {
  const bench = new SlotBench({ slots: 3 });
  const [older, longer] = [tokens(5, 900), tokens(200)];
  for (const ids of [older, longer]) {
    bench.add(textOf(ids));
    bench.finish();
  }
  const [short, again] = [textOf([...tokens(20), 999]), textOf(longer)];
  for (const text of [short, again]) {
    bench.add(text);
    bench.finish();
  }
  expect([short.reused, again.reused]).toEqual([20, 199]);
});

describe('a text that is removed', () => {
  test.each([0, 1, 2])('frees its slot for the next step, wherever it is (%i)', (which) => {
    const bench = new SlotBench({ slots: 3 });
    const texts = [0, 1, 2, 3].map((i) => textOf(tokens(30, 100 * i), { newTokens: 9 }));
    bench.add(...texts);
    // Two are being decoded, the third is being read, the fourth waits.
    for (let i = 0; i < 5; i++) bench.step(15);
    expect(bench.scheduler.counts).toEqual({ waiting: 1, running: 3, decoding: 2 });
    bench.scheduler.remove(texts[which]!);
    expect(bench.scheduler.counts).toMatchObject({ waiting: 1, running: 2 });
    bench.step(15);
    expect(bench.scheduler.counts).toMatchObject({ waiting: 0, running: 3 });
    bench.finish(15);
    expect(bench.finished).toHaveLength(3);
    for (const text of bench.finished)
      expect(text.ids).toEqual(saysAlone(text.ids.slice(0, 30), text.newTokens));
  });

  test('is forgotten while it waits, and a second time without harm', () => {
    const bench = new SlotBench({ slots: 1 });
    const texts = [0, 1].map((i) => textOf(tokens(3, 100 * i)));
    bench.add(...texts);
    bench.step();
    bench.scheduler.remove(texts[1]!);
    bench.scheduler.remove(texts[1]!);
    bench.finish();
    expect(bench.finished).toEqual([texts[0]]);
  });
});

describe('texts of one prompt', () => {
  const prompt = tokens(60);

  test('read it once, where memory can be copied', () => {
    const bench = new SlotBench({ slots: 8 });
    const leader = textOf(prompt, { newTokens: 20 });
    const others = Array.from({ length: 4 }, () => textOf(prompt, { leader, newTokens: 20 }));
    bench.add(leader, ...others);
    let read = 0;
    while (!bench.scheduler.idle) read += bench.step(16).prefill?.ids.length ?? 0;
    expect(others.map(({ reused }) => reused)).toEqual([59, 59, 59, 59]);
    expect(read).toBe(60 + 4);
  });

  test('wait for the one that reads it, and let others pass', () => {
    const bench = new SlotBench({ slots: 3 });
    const leader = textOf(prompt);
    const follower = textOf(prompt, { leader });
    const stranger = textOf(tokens(3, 700));
    bench.add(leader, follower, stranger);
    bench.step(16);
    expect(bench.scheduler.counts).toMatchObject({ waiting: 1, running: 2 });
    bench.finish(16);
    expect(bench.finished).toHaveLength(3);
  });

  test.each(['before it was admitted', 'in the middle of the prompt'])(
    'go on alone when it is removed %s',
    (when) => {
      const bench = new SlotBench({ slots: 2 });
      const leader = textOf(prompt);
      const follower = textOf(prompt, { leader });
      bench.add(leader, follower);
      if (when !== 'before it was admitted') bench.step(16);
      bench.scheduler.remove(leader);
      bench.finish(16);
      expect(follower.ids).toEqual(saysAlone(prompt, 4));
    },
  );
});

test.each(kinds)(
  'whatever comes, goes and is preempted, every text says what it says alone (slots of %s)',
  (kind) => {
    const random = new TestRandom(kinds.indexOf(kind));
    const beginnings = random.array(4, () =>
      random.array(random.integer(5, 60), () => random.integer(0, 1000)),
    );
    for (let round = 0; round < 40; round++) {
      const bench = new SlotBench({ slots: random.integer(1, 7), kind });
      const live: FakeText[] = [];
      for (let i = 0; i < 60; i++) {
        for (let arrivals = random.integer(0, 2); arrivals > 0; arrivals--) {
          const leader = random.next() < 0.3 ? random.pick([undefined, ...live]) : undefined;
          const own = random.array(random.integer(0, 12), () => random.integer(0, 1000));
          const prompt = leader
            ? leader.ids.slice(0, leader.promptTokens)
            : [...random.pick(beginnings).slice(0, random.integer(1, 60)), ...own];
          const text = textOf(prompt, {
            ...{ leader, newTokens: random.integer(1, 15), scope: random.pick(['ann', 'ben']) },
            ...{ priority: random.integer(0, 2), sharedTokens: random.pick([0, 0, 3]) },
          });
          live.push(text);
          bench.add(text);
        }
        if (live.length > 0 && random.next() < 0.15) bench.scheduler.remove(random.pick(live));
        bench.step(random.integer(1, 20));
        expect(bench.scheduler.counts.running).toBeLessThanOrEqual(bench.memory.slots);
      }
      bench.finish(random.integer(1, 20));
      for (const text of bench.finished) {
        const prompt = text.ids.slice(0, text.promptTokens);
        expect(text.ids).toEqual(saysAlone(prompt, text.newTokens));
        expect(text.reused).toBeLessThan(text.promptTokens);
      }
    }
  },
);
