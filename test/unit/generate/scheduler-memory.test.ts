/** Slots that may hold less together than each takes alone: who waits, what is forgotten, and who makes room. */
import { TestRandom } from '../../helpers/random.js';
import { type FakeText, kinds, SlotBench, saysAlone, textOf } from '../../helpers/slots.js';

const tokens = (length: number, first = 0) => Array.from({ length }, (_, i) => first + i);

const expectAsAlone = (texts: readonly FakeText[]) => {
  for (const text of texts)
    expect(text.ids).toEqual(saysAlone(text.ids.slice(0, text.promptTokens), text.newTokens));
};

test('short texts run together where not even two long ones could', () => {
  const bench = new SlotBench({ slots: 4, capacity: 1000, tokens: 1000 });
  const texts = [0, 1, 2, 3].map((i) => textOf(tokens(20, 100 * i), { newTokens: 10 }));
  bench.add(...texts);
  for (let i = 0; i < 5; i++) bench.step();
  expect(bench.scheduler.counts).toEqual({ waiting: 0, running: 4, decoding: 4 });
});

test('a text that finds no memory beside others waits, and those behind it with it', () => {
  const bench = new SlotBench({ slots: 4, capacity: 1000, tokens: 1000 });
  const [first, long, short] = [
    textOf(tokens(400), { newTokens: 30 }),
    textOf(tokens(600, 1000), { newTokens: 30 }),
    textOf(tokens(10, 3000), { newTokens: 30 }),
  ];
  bench.add(first, long, short);
  bench.step();
  expect(bench.scheduler.counts).toMatchObject({ running: 1, waiting: 2 });
  bench.finish(50);
  expect(bench.finished[0]).toBe(first);
  expectAsAlone([first, long, short]);
});

test('what ended texts left makes room, what was left longest ago first', () => {
  const bench = new SlotBench({ slots: 8, capacity: 1000, tokens: 1000 });
  const old = textOf(tokens(300, 1000));
  const recent = textOf(tokens(300, 2000));
  for (const text of [old, recent]) {
    bench.add(text);
    bench.finish(50);
  }
  const another = textOf(tokens(500, 3000));
  bench.add(another);
  bench.finish(50);
  const again = [recent, old].map(({ ids }) => textOf(ids.slice(0, 250)));
  for (const text of again) {
    bench.add(text);
    bench.finish(50);
  }
  expect(again.map(({ reused }) => reused)).toEqual([249, 0]);
});

test('of texts that grow beyond what there is, the youngest waits and says the same later', () => {
  const bench = new SlotBench({ slots: 3, capacity: 400, tokens: 500 });
  const texts = [0, 1, 2].map((i) => textOf(tokens(60, 1000 * i), { newTokens: 300 }));
  bench.add(...texts);
  bench.finish(50);
  expect(bench.finished).toEqual(texts);
  expectAsAlone(texts);
});

test('a text of higher priority takes the memory of a lower one', () => {
  const bench = new SlotBench({ slots: 4, capacity: 500, tokens: 500 });
  const low = textOf(tokens(300), { newTokens: 50 });
  bench.add(low);
  for (let i = 0; i < 10; i++) bench.step();
  const urgent = textOf(tokens(200, 1000), { priority: 1, newTokens: 5 });
  bench.add(urgent);
  bench.finish(50);
  expect(bench.finished).toEqual([urgent, low]);
  expectAsAlone([urgent, low]);
});

test('one text may fill all there is', () => {
  const bench = new SlotBench({ slots: 4, capacity: 600, tokens: 600 });
  bench.add(textOf(tokens(100, 5000)));
  bench.finish(50);
  const whole = textOf(tokens(500), { newTokens: 100 });
  bench.add(whole);
  bench.finish(50);
  expectAsAlone([whole]);
});

test.each(kinds)('whatever comes, leaves and matters, each says what it says alone (slots of %s)', (kind) => {
  const random = new TestRandom(11 + kinds.indexOf(kind));
  for (let round = 0; round < 25; round++) {
    const capacity = random.integer(150, 400);
    const bench = new SlotBench({
      slots: random.integer(1, 6),
      kind,
      capacity,
      tokens: random.integer(capacity, 2 * capacity),
    });
    const texts: FakeText[] = [];
    const dropped = new Set<FakeText>();
    for (let i = 0; i < 30; i++) {
      const length = random.integer(1, capacity - 60);
      // Many begin alike, as the turns of a chat do.
      const prompt = tokens(length, random.pick([0, 0, 0, 10_000 * i]));
      const text = textOf(prompt, {
        newTokens: random.integer(1, 60),
        priority: random.pick([0, 0, 0, 1]),
      });
      texts.push(text);
      bench.add(text);
      for (let steps = random.integer(0, 25); steps > 0; steps--) {
        bench.step(random.integer(1, 80));
      }
      const running = texts.filter((one) => !bench.finished.includes(one) && !dropped.has(one));
      if (running.length > 0 && random.integer(0, 5) === 0) {
        const one = random.pick(running);
        dropped.add(one);
        bench.scheduler.remove(one);
      }
    }
    bench.finish(50);
    const ended = texts.filter((text) => !dropped.has(text));
    expect(new Set(bench.finished)).toEqual(new Set(ended));
    expectAsAlone(ended);
  }
});
