/** What a text of higher priority may take from others, and how often. */
import { SlotBench, saysAlone, textOf } from '../../helpers/slots.js';

const tokens = (length: number, first = 0) => Array.from({ length }, (_, i) => first + i);

test('admission gives every eighth free slot to who waited longest, so that nothing waits for ever', () => {
  const bench = new SlotBench({ slots: 1 });
  const low = textOf(tokens(3));
  const high = Array.from({ length: 20 }, (_, i) => textOf(tokens(3, 100 * i + 100), { priority: 1 }));
  bench.add(low, ...high);
  bench.finish();
  expect(bench.finished.indexOf(low)).toBe(7);
});

describe('preemption', () => {
  test('takes the place of the least important, youngest text, which says the same later', () => {
    const bench = new SlotBench({ slots: 2 });
    const texts = [1, 0].map((priority, i) => textOf(tokens(6, 100 * i), { priority, newTokens: 9 }));
    bench.add(...texts);
    for (let i = 0; i < 4; i++) bench.step();
    const urgent = textOf(tokens(30, 700), { priority: 2, newTokens: 3 });
    const later = textOf(tokens(6, 500));
    bench.add(urgent, later);
    expect(bench.step().decode).toEqual([texts[0]]);
    bench.finish();
    expect(bench.finished).toEqual([urgent, texts[0], texts[1], later]);
    for (const text of [...texts, urgent])
      expect(text.ids).toEqual(saysAlone(text.ids.slice(0, text.promptTokens), text.newTokens));
  });

  test('is not for equals', () => {
    const bench = new SlotBench({ slots: 1 });
    const texts = [1, 1, 0].map((priority, i) => textOf(tokens(6, 100 * i), { priority }));
    bench.add(texts[0]!);
    bench.step();
    bench.add(texts[1]!, texts[2]!);
    bench.finish();
    expect(bench.finished).toEqual(texts);
  });

  test('takes a text its place once, and not again', () => {
    const bench = new SlotBench({ slots: 1 });
    const low = textOf(tokens(6), { newTokens: 9 });
    const urgent = [1, 2, 3].map((i) => textOf(tokens(4, 100 * i), { priority: 1, newTokens: 3 }));
    bench.add(low);
    bench.step();
    bench.add(urgent[0]!);
    bench.step();
    while (!bench.finished.includes(urgent[0]!)) bench.step();
    bench.step();
    bench.add(urgent[1]!, urgent[2]!);
    bench.finish();
    expect(bench.finished).toEqual([urgent[0], low, urgent[1], urgent[2]]);
  });

  test('comes in the middle of a prompt too', () => {
    const bench = new SlotBench({ slots: 1 });
    const slow = textOf(tokens(50));
    bench.add(slow);
    bench.step(20);
    const urgent = textOf(tokens(4, 700), { priority: 1 });
    bench.add(urgent);
    bench.finish(20);
    expect(bench.finished).toEqual([urgent, slow]);
    expect(slow.ids).toEqual(saysAlone(tokens(50), 4));
  });
});
