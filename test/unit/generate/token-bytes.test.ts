import { type Grammar, grammarPart } from '../../../src/grammar/grammar.js';
import { Grammars } from '../../../src/runner/generate/grammars.js';
import { TokenBytes } from '../../../src/runner/generate/token-bytes.js';
import type { Tokenizer } from '../../../src/runner/tokenizer.js';
import { after, automaton } from '../../helpers/grammar.js';
import { byteLevelTokenizer, spacePieceTokenizer, wordPieceTokenizer } from '../../helpers/tokenizers.js';

const tokenizers: Array<[string, Tokenizer, number]> = [
  ['tokens of bytes', byteLevelTokenizer(), 400],
  ['tokens with a mark for spaces', spacePieceTokenizer(), 266],
];
const grammars: Array<[Grammar, string[]]> = [
  [{ type: 'json' }, ['', '{', '{"', '{"the bear', '{"a":', '{"a":1', '{"a":[true', '{"é":"\\']],
  [
    { type: 'schema', schema: { type: 'string', minLength: 2, maxLength: 20 }, strict: false },
    ['"', '"a', '"Once upon', '"Once upon a time', '"Once upon a time the'],
  ],
  [{ type: 'regex', regex: '( the)+ ?\\w{1,3}é?' }, ['', ' the', ' the ', ' the c']],
];

describe.each(tokenizers)('%s', (_, tokenizer, vocabulary) => {
  test.each(grammars)('are allowed where all their bytes are, in %j', async (grammar, texts) => {
    const reader = automaton(grammar);
    const tokens = await TokenBytes.arrange(vocabulary, (id) => tokenizer.bytes(id));
    for (const text of texts) {
      const situation = after(reader, text)!;
      const bits = tokens.allowed(reader, situation);
      const follows = (id: number) => {
        const bytes = tokenizer.bytes(id);
        if (!bytes || bytes.length === 0) return false;
        return (
          bytes.reduce<typeof situation | null>((at, byte) => at && reader.step(at, byte), situation) !== null
        );
      };
      const ids = Array.from({ length: vocabulary }, (_, id) => id);
      expect([text, ids.filter((id) => (bits[id >> 5]! >>> (id & 31)) & 1)]).toEqual([
        text,
        ids.filter(follows),
      ]);
    }
  });

  test('joined are the text that the tokenizer reads from them', async () => {
    const ids = await tokenizer.ids('the cat sat é 🚀.');
    const bytes = Buffer.concat(ids.map((id) => tokenizer.bytes(id)!));
    expect(bytes.toString().trim()).toBe('the cat sat é 🚀.');
  });
});

const key = 'choice';
const path = 'response_format.choices';
const part = grammarPart({ type: 'choice', choices: ['Once', 'On', '?'] }, path);
const endId = 2;

test('scores of what may not follow are gone, those of ends too while the text is not whole', async () => {
  const tokenizer = byteLevelTokenizer();
  const [guide] = await new Grammars(tokenizer, 400).open({ key, part, path }, 1);
  const left = () => {
    const logits = new Float32Array(400).fill(1);
    const isOpen = guide!.mask(logits, new Set([endId]));
    return { isOpen, ids: [...logits.keys()].filter((id) => logits[id] === 1) };
  };
  const idOf = (token: string) => tokenizer.id(token)!;
  expect(left()).toEqual({
    isOpen: true,
    ids: [idOf('?'), idOf('O'), idOf('On'), idOf('Once')].sort((a, b) => a - b),
  });
  guide!.accept(idOf('On'));
  expect(guide!.isComplete).toBe(false);
  expect(left()).toEqual({ isOpen: true, ids: [endId, idOf('c'), idOf('ce')] });
  guide!.accept(idOf('c'));
  expect(left()).toEqual({ isOpen: true, ids: [idOf('e')] });
  guide!.accept(idOf('e'));
  expect(guide!.isComplete).toBe(true);
  expect(left()).toEqual({ isOpen: false, ids: [endId] });
});

test('texts of one request go their own ways', async () => {
  const tokenizer = byteLevelTokenizer();
  const [one, other] = await new Grammars(tokenizer, 400).open({ key, part, path }, 2);
  one!.accept(tokenizer.id('?')!);
  expect([one!.isComplete, other!.isComplete]).toEqual([true, false]);
});

test('a model whose tokens are no parts of a text cannot be held to a grammar', async () => {
  const grammarsOfWords = new Grammars(wordPieceTokenizer(), 100);
  await expect(grammarsOfWords.open({ key, part, path }, 1)).rejects.toMatchObject({
    code: 'invalid_field',
    param: path,
  });
});
