import { seededRandom } from '../../../src/runner/generate/random.js';
import { rowStarts, sharpened } from '../../../tasks/asr/dtw.js';
import { compressionRatio } from '../../../tasks/asr/recognizer.js';
import { applyRules, choose, probabilityOf } from '../../../tasks/asr/whisper-rules.js';
import { stretchesOf } from '../../../tasks/asr/whisper-stretches.js';
import type { WhisperTokens } from '../../../tasks/asr/whisper-tokens.js';

/** Text 0 to 9, end 10, no timestamps 11, times from 12 (0.00 s) to 31 (0.38 s). */
const tokens = {
  end: 10,
  noTimestamps: 11,
  time: 12,
  maxFirstTime: 5,
  suppressed: [3],
  suppressedFirst: [4, 10],
  isTime: (id: number) => id >= 12,
  text: (ids: readonly number[]) => ids.filter((id) => id < 10).join(''),
} as unknown as WhisperTokens;
const vocabulary = 32;

/** Ids that the rules leave, all logits being equal but those given. */
const allowed = (
  written: readonly number[],
  withTimes: boolean,
  logits: Readonly<Record<number, number>> = {},
) => {
  const all = new Float32Array(vocabulary);
  for (const [id, logit] of Object.entries(logits)) all[Number(id)] = logit;
  applyRules(all, written, tokens, withTimes);
  return [...all.keys()].filter((id) => all[id] !== Number.NEGATIVE_INFINITY);
};
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
/** Makes text likelier than all times together. */
const text = { 0: 20 };

describe('what may be written next', () => {
  test('never what the model suppresses, at first not what it suppresses there', () => {
    expect(allowed([], false)).not.toEqual(expect.arrayContaining([3]));
    expect(allowed([], false)).not.toContain(4);
    expect(allowed([1], false)).toContain(4);
    expect(allowed([1], false)).not.toContain(3);
  });

  test('with times, a time comes first and is not late', () => {
    expect(allowed([], true)).toEqual(range(12, 18));
  });

  test('after a first time, text', () => {
    expect(allowed([12], true)).toEqual(range(0, 11).filter((id) => id !== 3));
  });

  test('after text, text or a later time', () => {
    expect(allowed([12, 1], true, text)).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9, 10, ...range(13, vocabulary)]);
  });

  test('after a time behind text, its pair, a later time or the end', () => {
    expect(allowed([12, 1, 15], true, { 10: 20 })).toEqual([10, ...range(15, vocabulary)]);
  });

  test('after a pair of times, text', () => {
    expect(allowed([12, 1, 15, 15], true)).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('a time as soon as all times together are likelier than any text', () => {
    expect(allowed([12, 1], true)).toEqual(range(13, vocabulary));
    expect(allowed([12, 1], true, { 5: 2 })).toEqual(range(13, vocabulary)); // log(19) > 2
    expect(allowed([12, 1], true, { 5: 3 })).toContain(5);
  });
});

describe('choosing', () => {
  test('takes the likeliest and tells its probability', () => {
    const logits = Float32Array.of(1, 3, 2, Number.NEGATIVE_INFINITY);
    const { id, logprob } = choose(logits, 0, seededRandom(1n));
    expect(id).toBe(1);
    expect(Math.exp(logprob)).toBeCloseTo(Math.exp(3) / (Math.exp(1) + Math.exp(2) + Math.exp(3)), 6);
    expect(probabilityOf(logits, 1)).toBeCloseTo(Math.exp(logprob), 6);
  });

  test('draws by probability above temperature 0, never what is forbidden, the same for the same seed', () => {
    const logits = Float32Array.of(0, Math.log(3), Number.NEGATIVE_INFINITY);
    const drawn = (seed: bigint) => {
      const random = seededRandom(seed);
      return Array.from({ length: 4_000 }, () => choose(logits, 1, random).id);
    };
    const ids = drawn(7n);
    expect(ids).toEqual(drawn(7n));
    expect(ids).not.toContain(2);
    expect(ids.filter((id) => id === 1).length / ids.length).toBeCloseTo(0.75, 1);
  });
});

describe('stretches', () => {
  const seconds = 0.36;
  const found = (ids: readonly number[]) => {
    const { stretches, done } = stretchesOf(ids, tokens, seconds);
    return { stretches: stretches.map(({ start, end, ids }) => [start, end, ids]), done };
  };

  test('lie between times; after a pair the rest is heard again', () => {
    expect(found([12, 1, 15, 15, 2, 20, 20, 5])).toEqual({
      stretches: [
        [0, 0.06, [1]],
        [0.06, 0.16, [2]],
      ],
      done: 0.16,
    });
  });

  test('after a single last time nothing more is said', () => {
    expect(found([12, 1, 15, 16, 2, 20])).toEqual({
      stretches: [
        [0, 0.06, [1]],
        [0.08, 0.16, [2]],
      ],
      done: seconds,
    });
  });

  test('without a pair the window is one', () => {
    expect(found([13, 1, 2, 20])).toEqual({ stretches: [[0, 0.16, [1, 2]]], done: seconds });
    expect(found([1, 2])).toEqual({ stretches: [[0, seconds, [1, 2]]], done: seconds });
  });

  test('end with the sound, and are none without text', () => {
    expect(found([12, 1, 31])).toEqual({ stretches: [[0, seconds, [1]]], done: seconds });
    expect(found([])).toEqual({ stretches: [], done: seconds });
  });
});

describe('alignment', () => {
  test('finds where each row begins along the best path', () => {
    const looks = ['1100000', '0011100', '0000010', '0000001'];
    const data = Float32Array.from(looks.join(''), (look) => (look === '1' ? 1 : -0.5));
    expect(rowStarts({ rows: 4, columns: 7, data })).toEqual([0, 2, 5, 6]);
  });

  test('scales each column over its rows and takes single outliers out', () => {
    const flat = sharpened({ rows: 2, columns: 5, data: Float32Array.of(1, 1, 9, 1, 1, 3, 3, 3, 3, 3) }, 3);
    expect([...flat.data]).toEqual([-1, -1, -1, -1, -1, 1, 1, 1, 1, 1]);
  });
});

test('a text that goes round in circles compresses well', () => {
  expect(compressionRatio('all work and no play makes a dull text')).toBeLessThan(1.5);
  expect(compressionRatio('again and again '.repeat(12))).toBeGreaterThan(2.4);
  expect(compressionRatio('')).toBe(0);
});
