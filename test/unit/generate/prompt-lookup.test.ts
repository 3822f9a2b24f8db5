import { lookUp } from '../../../src/runner/generate/prompt-lookup.js';

test('what followed the latest earlier place with the same last three tokens is guessed', () => {
  expect(lookUp([1, 2, 3, 7, 8, 9, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3], 2)).toEqual([4, 5]);
});

test('two tokens are enough where three are nowhere else', () => {
  expect(lookUp([5, 2, 3, 4, 9, 2, 3], 4)).toEqual([4, 9, 2, 3]);
});

test('a place may overlap the end: a text that repeats itself goes on repeating', () => {
  expect(lookUp([6, 6, 6, 6], 3)).toEqual([6]);
  expect(lookUp([1, 2, 1, 2, 1, 2], 8)).toEqual([1, 2]);
});

test('a text that says nothing twice has no guess, nor has one that is asked for none', () => {
  expect(lookUp([1, 2, 3, 4], 4)).toEqual([]);
  expect(lookUp([1], 4)).toEqual([]);
  expect(lookUp([], 4)).toEqual([]);
  expect(lookUp([1, 2, 1, 2], 0)).toEqual([]);
});
