import { StopStrings } from '../../../src/runner/generate/stop-strings.js';
import { TestRandom } from '../../helpers/random.js';

/** What a reader sees of `text` when it comes in these chunks. */
const read = (stops: readonly string[], chunks: readonly string[]) => {
  const strings = new StopStrings(stops);
  const shown: string[] = [];
  for (const chunk of chunks) {
    const { text, stopped } = strings.push(chunk);
    shown.push(text);
    if (stopped) return { shown, stopped };
  }
  shown.push(strings.flush());
  return { shown, stopped: false };
};

const chunked = (text: string, random: TestRandom): string[] => {
  const chunks: string[] = [];
  for (let at = 0; at < text.length; ) {
    const length = random.integer(1, 4);
    chunks.push(text.slice(at, at + length));
    at += length;
  }
  return chunks;
};

test('text without a stop string comes out whole', () => {
  expect(read(['xyz'], ['abc', 'x', 'y', 'def']).shown.join('')).toBe('abcxydef');
});

test('a stop string over three chunks ends the text before it', () => {
  expect(read(['END'], ['abcE', 'N', 'Dxyz'])).toEqual({ shown: ['abc', '', ''], stopped: true });
});

test('what could begin a stop string is held back and comes out at the end', () => {
  expect(read(['END'], ['abE', 'N'])).toEqual({ shown: ['ab', '', 'EN'], stopped: false });
});

test('the earliest of several stop strings counts', () => {
  expect(read(['bc', 'ab'], ['xabcx']).shown).toEqual(['x']);
  expect(read(['o', 'long stop'], ['a long stop']).shown).toEqual(['a ']);
});

test('a beginning that fails may hide the true beginning', () => {
  expect(read(['aab'], ['a', 'a', 'a', 'b']).shown.join('')).toBe('a');
});

test('without stop strings nothing is held back', () => {
  expect(read([], ['a', 'b']).shown).toEqual(['a', 'b', '']);
});

test('whatever the chunks, the text ends before the first stop string and no part of one was shown too early', () => {
  const random = new TestRandom(11);
  for (let round = 0; round < 3000; round++) {
    const letters = (length: number) => random.array(length, () => random.pick(['a', 'b', '\n'])).join('');
    const stops = random.array(random.integer(1, 4), () => letters(random.integer(1, 5)));
    const text = letters(random.integer(0, 30));
    const ends = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
    const { shown, stopped } = read(stops, chunked(text, random));
    const seen = shown.join('');
    // A longer stop string that begins earlier may still be incomplete when a shorter one inside it is met.
    const starts = ends.length > 0 ? Math.min(...ends) : text.length;
    expect(stopped).toBe(ends.length > 0);
    expect(text.startsWith(seen)).toBe(true);
    expect(seen.length).toBeGreaterThanOrEqual(starts);
    expect(stops.some((stop) => seen.includes(stop))).toBe(false);
  }
});
