import type { Tokenizer } from '../../../src/runner/tokenizer.js';
import { byteLevelTokenizer, spacePieceTokenizer, wordPieceTokenizer } from '../../helpers/tokenizers.js';

const kinds: readonly (readonly [string, () => Tokenizer])[] = [
  ['bytes', byteLevelTokenizer],
  ['word pieces', wordPieceTokenizer],
  ['space pieces', spacePieceTokenizer],
];

describe.each(kinds)('of a text that is far too long, with a tokenizer of %s,', (_kind, open) => {
  const tokenizer = open();
  const maxTokens = 20;

  test.each([
    ['words', (i: number) => `the cat${i % 7} sat `],
    ['one endless word', () => 'catsat'],
    ['spaces', (i: number) => (i % 50 === 0 ? 'cat' : ' '.repeat(9))],
    ['emoji', () => '🚀👩‍👩‍👧'],
  ])('the beginning is read as if the text ended there: %s', async (_name, piece) => {
    const textOf = (pieces: number) => Array.from({ length: pieces }, (_, i) => piece(i)).join('');
    const long = await tokenizer.encode(textOf(20_000), { maxTokens });
    const whole = await tokenizer.encode(textOf(2_000), { maxTokens: Number.MAX_SAFE_INTEGER });
    const cut = await tokenizer.encode(textOf(2_000), { maxTokens });
    expect(whole.ids.length).toBeGreaterThan(0);
    expect(long.ids).toEqual(cut.ids);
    expect(long.cutTokens > 0).toBe((await tokenizer.ids(textOf(20_000))).length + 2 > maxTokens);
  });
});

test('a token by itself keeps its space, so that tokens joined are the text', async () => {
  for (const open of [byteLevelTokenizer, spacePieceTokenizer]) {
    const tokenizer = open();
    const ids = await tokenizer.ids('the cat sat. the');
    expect(
      ids
        .map((id) => tokenizer.text(id))
        .join('')
        .trim(),
    ).toBe('the cat sat. the');
  }
});

test('without special tokens a text has none', async () => {
  const tokenizer = wordPieceTokenizer();
  const bare = await tokenizer.encode('the cat', { addSpecialTokens: false });
  expect(bare.ids).toEqual(await tokenizer.ids('the cat'));
  expect((await tokenizer.encode('the cat')).ids.length).toBe(bare.ids.length + 2);
});
