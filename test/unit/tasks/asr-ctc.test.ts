import type { ModelFolder } from '../../../src/runner/model-folder.js';
import { CtcDecoder, readVocabulary, segmentsOf } from '../../../tasks/asr/ctc-decode.js';

const texts = [undefined, undefined, ' ', 'A', 'B'];
const vocabulary = { texts, blank: 0 };

/** Logits of frames whose best label is known. */
const frames = (labels: readonly number[]): Float32Array =>
  Float32Array.from(labels.flatMap((label) => texts.map((_, id) => (id === label ? 10 : 0))));

const decoded = (...windows: readonly (readonly number[])[]) => {
  const decoder = new CtcDecoder(0);
  for (const labels of windows) decoder.push(frames(labels), texts.length);
  return decoder.heard;
};

const words = (labels: readonly number[]) =>
  segmentsOf(decoded(labels), vocabulary, 0.02, true).flatMap((segment) =>
    segment.words!.map(({ word, start, end }) => [word, Math.round(start * 50), Math.round(end * 50)]),
  );

test('repeated labels are one, and a blank between them makes them two', () => {
  expect(decoded([3, 3, 0, 3, 4, 4]).map(({ id, from, to }) => [id, from, to])).toEqual([
    [3, 0, 2],
    [3, 3, 4],
    [4, 4, 6],
  ]);
});

test('a label that goes on over the edge of a window is one', () => {
  expect(decoded([0, 3], [3, 3, 0]).map(({ from, to }) => [from, to])).toEqual([[1, 4]]);
});

test('words end at the delimiter and carry the frames of their letters', () => {
  expect(words([0, 3, 3, 0, 4, 2, 2, 0, 4, 4, 0])).toEqual([
    ['AB', 1, 5],
    ['B', 8, 10],
  ]);
});

test('tokens that begin with a space are words by themselves', () => {
  const digits = { texts: [undefined, ' one', ' two'], blank: 0 };
  const decoder = new CtcDecoder(0);
  decoder.push(Float32Array.of(0, 9, 0, 9, 0, 0, 0, 0, 9), 3);
  const [segment] = segmentsOf(decoder.heard, digits, 0.02, true);
  expect(segment?.text).toBe(' one two');
  expect(segment?.words?.map(({ word }) => word)).toEqual(['one', 'two']);
});

test('a second of silence ends a segment, inside a word too', () => {
  const pause = Array.from({ length: 50 }, () => 0);
  const segments = segmentsOf(decoded([3, ...pause, 4, 2, 3]), vocabulary, 0.02, false);
  expect(segments.map(({ text, start }) => [text, start])).toEqual([
    ['A', 0],
    ['B A', 51 * 0.02],
  ]);
  expect(segments[0]).toMatchObject({ words: undefined, temperature: 0, noSpeechProb: undefined });
  expect(segments[0]!.avgLogprob).toBeCloseTo(0, 3);
});

test('blanks alone make no segment', () => {
  expect(segmentsOf(decoded([0, 0, 2, 0]), vocabulary, 0.02, true)).toEqual([]);
});

describe('the vocabulary', () => {
  const read = (files: Readonly<Record<string, unknown>>) =>
    readVocabulary({
      path: 'model',
      json: (name: string) => files[name],
      config: () => files['config.json'] ?? {},
    } as unknown as ModelFolder);

  test('comes from tokenizer.json, special tokens left out', () => {
    const tokenizer = {
      model: { vocab: { '<pad>': 0, '<s>': 1, '|': 2, A: 3 } },
      added_tokens: [{ id: 0, content: '<pad>', special: true }],
    };
    expect(read({ 'tokenizer.json': tokenizer })).toEqual({
      blank: 0,
      texts: [undefined, undefined, ' ', 'A'],
    });
  });

  test('or from vocab.json, with the delimiter, the blank and the case that tokenizer_config.json names', () => {
    const config = { pad_token: { content: '_' }, word_delimiter_token: '/', do_lower_case: true };
    const read2 = read({ 'vocab.json': { A: 0, '/': 1, _: 2 }, 'tokenizer_config.json': config });
    expect(read2).toEqual({ blank: 2, texts: ['a', ' '] });
  });

  test('of pieces has spaces where these have their mark', () => {
    const tokenizer = {
      model: { vocab: [['▁the', -1] as const, ['re', -2] as const, ['<pad>', 0] as const] },
    };
    expect(read({ 'tokenizer.json': tokenizer }).texts.slice(0, 2)).toEqual([' the', 're']);
  });

  test('without a blank is no CTC vocabulary', () => {
    expect(() => read({ 'vocab.json': { A: 0 } })).toThrow('blank');
  });
});
