/** How many texts of which length a budget of memory pays for. */
import { sizeCache, sizeFixedCache } from '../../../src/runner/generate/kv-store.js';

const wish = (affordable: number, windowTokens: number, mostSlots?: number) => ({
  ...{ affordable, windowTokens, mostSlots },
});

describe('where memory is taken as it is written', () => {
  test.each([
    ['32 whole windows, and no more', wish(100_000, 2048), { slots: 32, capacity: 2048, tokens: 65_536 }],
    [
      'few whole windows, but many short texts',
      wish(10_000, 8192),
      { slots: 32, capacity: 8192, tokens: 10_000 },
    ],
    ['not one whole window', wish(3000, 8192), { slots: 11, capacity: 3000, tokens: 3000 }],
    ['four windows that are short', wish(300, 64), { slots: 4, capacity: 64, tokens: 256 }],
    ['hardly anything', wish(10, 8192), { slots: 1, capacity: 10, tokens: 10 }],
    ['nothing', wish(0, 8192), { slots: 1, capacity: 1, tokens: 1 }],
    [
      'more texts, if they are asked for',
      wish(100_000, 8192, 64),
      { slots: 64, capacity: 8192, tokens: 100_000 },
    ],
    ['one text, if that is asked for', wish(100_000, 8192, 1), { slots: 1, capacity: 8192, tokens: 8192 }],
  ])('it pays for %s', (_, asked, size) => {
    expect(sizeCache(asked)).toEqual(size);
  });
});

describe('where it is taken at once', () => {
  test.each([
    [
      'sixteen whole windows, and no more',
      wish(100_000, 2048),
      { slots: 16, capacity: 2048, tokens: 32_768 },
    ],
    ['as many whole windows as fit', wish(50_000, 8192), { slots: 6, capacity: 8192, tokens: 49_152 }],
    ['four shorter ones', wish(10_000, 8192), { slots: 4, capacity: 2500, tokens: 10_000 }],
    [
      'fewer, rather than shorter than is useful',
      wish(5000, 8192),
      { slots: 2, capacity: 2048, tokens: 4096 },
    ],
    ['one, where there is hardly anything', wish(10, 8192), { slots: 1, capacity: 2048, tokens: 2048 }],
  ])('it pays for %s', (_, asked, size) => {
    expect(sizeFixedCache(asked)).toEqual(size);
  });
});
