import { Detokenizer } from '../../../src/runner/generate/detokenizer.js';
import type { Tokenizer } from '../../../src/runner/tokenizer.js';
import { TestRandom } from '../../helpers/random.js';
import { byteLevelTokenizer, spacePieceTokenizer } from '../../helpers/tokenizers.js';

const byteLevel = byteLevelTokenizer();
const spacePiece = spacePieceTokenizer();

const piecesOf = (
  tokenizer: Tokenizer,
  ids: readonly number[],
  context: readonly number[] = [],
): string[] => {
  const detokenizer = new Detokenizer(tokenizer, context);
  return [...ids.map((id) => detokenizer.push(id)), detokenizer.flush()];
};

const texts = [
  'Once upon a time',
  'Zürich, naïve, Ærø',
  '東京へ行く',
  'thumbs 👍🏽 and 👩‍🚀 too',
  'flags 🇩🇪🇯🇵 end',
  '\n\n  two  spaces\t',
  'क्षत्रिय',
];

test.each(texts)('%j comes out as it went in, and never in halves', async (text) => {
  const pieces = piecesOf(byteLevel, await byteLevel.ids(text));
  expect(pieces.join('')).toBe(text);
  expect(pieces.some((piece) => piece.includes('\ufffd'))).toBe(false);
  expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
});

test('a character over several tokens comes with the last of them', async () => {
  const ids = await byteLevel.ids('🚀');
  expect(ids.length).toBeGreaterThan(1);
  expect(piecesOf(byteLevel, ids)).toEqual([...Array(ids.length - 1).fill(''), '🚀', '']);
});

test('whatever the tokens, pieces joined are the text of all tokens', () => {
  const random = new TestRandom(17);
  for (let round = 0; round < 500; round++) {
    const ids = random.array(random.integer(1, 25), () => random.integer(3, 399));
    const whole = byteLevel.decodeTokens(ids.flatMap((id) => byteLevel.visible(id)));
    expect(piecesOf(byteLevel, ids).join('')).toBe(whole);
  }
});

test('a prompt that ends in bytes is followed by whole characters', async () => {
  const [prompt, more] = [await spacePiece.ids('cat😀😀'), await spacePiece.ids('😁')];
  const ids = more.filter((id) => spacePiece.isByte(id));
  expect(ids).toHaveLength(4);
  expect(piecesOf(spacePiece, ids, prompt).join('')).toBe('😁');
});

test('bytes that never become a character come out at the end', async () => {
  const [first] = await byteLevel.ids('🚀');
  expect(piecesOf(byteLevel, [first!])).toEqual(['', '\ufffd']);
});

test('special tokens have no text', () => {
  expect(piecesOf(byteLevel, [0, 1, 2])).toEqual(['', '', '', '']);
});

test('a text that continues another keeps the space before its first word', async () => {
  const context = await spacePiece.ids('the cat');
  const [sat] = await spacePiece.ids('sat');
  expect(piecesOf(spacePiece, [sat!], context).join('')).toBe(' sat');
  expect(piecesOf(spacePiece, [sat!]).join('')).toBe('sat');
});

test('spaces between words survive a decoder that drops the first space of what it is given', async () => {
  const text = 'the cats sat the cat sat.';
  expect(piecesOf(spacePiece, await spacePiece.ids(text)).join('')).toBe(text);
});

test('characters written byte by byte come out whole', async () => {
  for (const text of ['the 🚀 sat', 'caté', 'the 東京 cat']) {
    const pieces = piecesOf(spacePiece, await spacePiece.ids(text));
    expect(pieces.join('')).toBe(text);
    expect(pieces.some((piece) => piece.includes('\ufffd'))).toBe(false);
  }
});
