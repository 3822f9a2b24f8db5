import { findEntities } from '../../../tasks/text-classification/entities.js';
import { wordPieceTokenizer } from '../../helpers/tokenizers.js';

const tokenizer = wordPieceTokenizer();
const labels = ['O', 'B-PER', 'I-PER', 'B-LOC', 'I-LOC', 'MISC'];

/** The labels of a word's tokens; the first piece of a word that begins an entity begins it. */
type Tag = readonly [word: string, label: string];

/** What is found when the words of `tags` carry these labels and all else is `O`. */
const find = async (text: string, tags: readonly Tag[]) => {
  const encoded = await tokenizer.encode(text);
  const logits = new Float32Array(encoded.ids.length * labels.length);
  for (const [i, [start = 0, end = 0]] of encoded.encoding.getOffsets().entries()) {
    const label = labelAt(text, tags, start, end);
    logits[i * labels.length + labels.indexOf(label)] = 5;
  }
  return findEntities(logits, encoded, text, { labels, tokenizer, strategy: 'simple', ignoredLabels: ['O'] });
};

/** Offsets count code points. */
const labelAt = (text: string, tags: readonly Tag[], start: number, end: number): string => {
  for (const [word, label] of tags) {
    const from = Array.from(text.slice(0, text.indexOf(word))).length;
    if (end > start && start === from) return label;
    if (start > from && end <= from + Array.from(word).length) return label.replace('B-', 'I-');
  }
  return 'O';
};

test('pieces of a word and words of a name are one entity, with its place in the text', async () => {
  const text = 'we met anna karenina in rome';
  const found = await find(text, [
    ['anna', 'B-PER'],
    ['karenina', 'I-PER'],
    ['rome', 'B-LOC'],
  ]);
  const shown = found.map(({ entity_group, start, end }) => [entity_group, text.slice(start, end)]);
  expect(shown).toEqual([
    ['PER', 'anna karenina'],
    ['LOC', 'rome'],
  ]);
});

test('a label that begins anew ends the entity before it', async () => {
  const found = await find('anna rome', [
    ['anna', 'B-LOC'],
    ['rome', 'B-LOC'],
  ]);
  expect(found.map(({ start, end }) => [start, end])).toEqual([
    [0, 4],
    [5, 9],
  ]);
});

test('places are counted in characters, also behind emoji', async () => {
  const text = '👍🏽 👩‍🚀 rome';
  const [entity] = await find(text, [['rome', 'I-LOC']]);
  expect(Array.from(text).slice(entity!.start, entity!.end).join('')).toBe('rome');
});

test('labels without a prefix continue each other', async () => {
  const found = await find('rome anna', [
    ['rome', 'MISC'],
    ['anna', 'MISC'],
  ]);
  expect(found.map(({ entity_group, start, end }) => [entity_group, start, end])).toEqual([['MISC', 0, 9]]);
});

test('a score is the mean over the tokens and a probability', async () => {
  const [entity] = await find('rome', [['rome', 'I-LOC']]);
  const probability = Math.exp(5) / (Math.exp(5) + labels.length - 1);
  expect(entity?.score).toBeCloseTo(probability, 6);
});

test('a text without entities, an empty one too, has none', async () => {
  expect(await find('nothing here', [])).toEqual([]);
  expect(await find('', [])).toEqual([]);
});
