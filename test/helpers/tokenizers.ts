/** Small real tokenizers of the kinds that decoders come with. */
import { ModelFolder } from '../../src/runner/model-folder.js';
import { Tokenizer } from '../../src/runner/tokenizer.js';
import { fixture } from './fixtures.js';
import { temporaryFolder, writeFiles } from './temporary.js';

const open = (folder: string) => Tokenizer.open(new ModelFolder(folder, 'fp32', {}));

/** GPT's kind: tokens are pieces of bytes, so a character may be spread over several. */
export const byteLevelTokenizer = (): Tokenizer => open(fixture('models/tiny/llama-gqa'));

export const wordPieceTokenizer = (): Tokenizer => open(fixture('models/tiny/bert-ner'));

const pieces = ['<unk>', '<s>', '</s>', '▁', '▁the', '▁cat', 's', '▁sat', '.', 'é'];
const bytes = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
);

/**
 * Llama 2's kind: `▁` stands for a space, the first of a text is dropped by the decoder, and characters that are not
 * in the vocabulary are written byte by byte.
 */
export const spacePieceTokenizer = (): Tokenizer => {
  const vocabulary = [...pieces, ...bytes];
  const special = (id: number) => ({
    id,
    content: vocabulary[id],
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [0, 1, 2].map(special),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      type: 'Unigram',
      unk_id: 0,
      byte_fallback: true,
      vocab: vocabulary.map((piece) => [piece, piece.length > 1 && !piece.startsWith('<') ? -1 : -5]),
    },
  };
  return open(writeFiles(temporaryFolder(), { 'tokenizer.json': tokenizer }));
};
