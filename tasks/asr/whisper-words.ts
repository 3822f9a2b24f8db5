/** When each word was said, from what the decoder's heads looked at; only for exports that tell it. */
import type { Tensor } from '../../src/runner/session.js';
import { type Matrix, rowStarts, sharpened } from './dtw.js';
import type { Hearing } from './recognizer.js';
import type { Word } from './schema.js';
import type { Attentions, WhisperConfig, WhisperDecoder } from './whisper-decoder.js';
import { probabilityOf } from './whisper-rules.js';
import { type Stretch, secondsPerStep } from './whisper-stretches.js';
import type { WhisperTokens } from './whisper-tokens.js';

type Head = readonly [layer: number, head: number];

/** Written without spaces between words: each character is timed by itself. */
const unspaced = new Set(['zh', 'ja', 'th', 'lo', 'my', 'yue']);
/** Stay with the word behind them, and with the word before them. */
const opening = new Set('"\'“¿([{-');
const closing = new Set('"\'.。,，!！?？:：”)]}、');

interface ToAlign {
  readonly states: Tensor;
  readonly stretches: readonly Stretch[];
  /** Sound in the window. */
  readonly seconds: number;
  /** What the decoder read before it wrote, without times. */
  readonly prompt: readonly number[];
  readonly language: string | undefined;
}

interface Piece {
  text: string;
  readonly ids: number[];
}

export class WordAligner {
  readonly #decoder: WhisperDecoder;
  readonly #tokens: WhisperTokens;
  readonly #heads: readonly Head[];
  readonly #medianWidth: number;

  private constructor(decoder: WhisperDecoder, tokens: WhisperTokens, config: WhisperConfig) {
    this.#decoder = decoder;
    this.#tokens = tokens;
    this.#heads = tokens.alignmentHeads ?? upperHeads(config);
    this.#medianWidth = config.median_filter_width ?? 7;
  }

  static open(
    decoder: WhisperDecoder,
    tokens: WhisperTokens,
    config: WhisperConfig,
  ): WordAligner | undefined {
    return decoder.attentionOutputs.length > 0 ? new WordAligner(decoder, tokens, config) : undefined;
  }

  /** The words of each stretch, times in seconds from the window's beginning. One run reads the whole text again. */
  async align(
    { states, stretches, seconds, prompt, language }: ToAlign,
    hearing: Hearing,
  ): Promise<Word[][]> {
    const text = stretches.flatMap(({ ids }) => ids);
    if (text.length === 0) return [];
    const ids = [...prompt, ...text, this.#tokens.end];
    const attentions = await this.#decoder.attentions(states, ids, hearing);
    // The token before a word is the one that looks for it: rows from the prompt's last token to the text's last.
    const first = prompt.length - 1;
    const columns = Math.max(1, Math.ceil(seconds / secondsPerStep));
    const starts = rowStarts(this.#looks(attentions.layers, { ids, first, rows: text.length + 1, columns }));
    let row = 0;
    return stretches.map(({ ids, start, end }) => {
      // A word lies within its stretch: the times that the model wrote are surer than where it looked.
      const within = (column: number) => Math.min(end, Math.max(start, column * secondsPerStep));
      return this.#pieces(ids, language).map((piece) => {
        const from = row;
        row += piece.ids.length;
        return {
          word: piece.text,
          start: within(starts[from]!),
          end: within(starts[row]!),
          probability: this.#probability(attentions, first + from, piece.ids),
        };
      });
    });
  }

  /** Mean over the heads of where they looked, [rows, columns]. */
  #looks(
    layers: Attentions['layers'],
    { ids, first, rows, columns }: { ids: readonly number[]; first: number; rows: number; columns: number },
  ): Matrix {
    const mean = new Float32Array(rows * columns);
    for (const [layer, head] of this.#heads) {
      const { data, dims } = layers[layer]!;
      const positions = dims[3]!;
      const all = new Float32Array(ids.length * columns);
      for (let row = 0; row < ids.length; row++) {
        const from = (head * ids.length + row) * positions;
        all.set(data.subarray(from, from + columns), row * columns);
      }
      const looks = sharpened({ rows: ids.length, columns, data: all }, this.#medianWidth).data;
      for (let i = 0; i < mean.length; i++) mean[i]! += looks[first * columns + i]! / this.#heads.length;
    }
    return { rows, columns, data: mean };
  }

  #probability({ logits }: Attentions, row: number, ids: readonly number[]): number {
    const { vocabulary } = this.#decoder;
    const sum = ids.reduce((total, id, i) => {
      const from = (row + i) * vocabulary;
      return total + probabilityOf(logits.subarray(from, from + vocabulary), id);
    }, 0);
    return sum / ids.length;
  }

  /** Tokens to words: whole characters first, then up to the next space, then punctuation to its word. */
  #pieces(ids: readonly number[], language: string | undefined): Piece[] {
    const words: Piece[] = [];
    let open: number[] = [];
    for (const id of ids) {
      open.push(id);
      const text = this.#tokens.text(open);
      if (text.includes('\ufffd')) continue;
      const begins = /^\s/.test(text) || unspaced.has(language ?? '');
      if (words.length === 0 || begins) words.push({ text, ids: open });
      else append(words.at(-1)!, { text, ids: open });
      open = [];
    }
    if (open.length > 0) words.push({ text: this.#tokens.text(open), ids: open });
    return joinMarks(words);
  }
}

const isOnly = (text: string, marks: ReadonlySet<string>): boolean => {
  const chars = [...text.trim()];
  return chars.length > 0 && chars.every((char) => marks.has(char));
};

const append = (piece: Piece, { text, ids }: Piece): void => {
  piece.text += text;
  piece.ids.push(...ids);
};

/** Marks that close go to the word before them, those that open to the one behind. */
const joinMarks = (words: readonly Piece[]): Piece[] => {
  const joined: Piece[] = [];
  let opened = false;
  for (const word of words) {
    const closes = isOnly(word.text, closing) && !/^\s/.test(word.text);
    if (joined.length > 0 && (opened || closes)) append(joined.at(-1)!, word);
    else joined.push(word);
    opened = isOnly(word.text, opening) && !closes;
  }
  return joined;
};

/** Where nobody has said which heads follow the sound: all of the upper half of the layers. */
const upperHeads = ({ decoder_layers: layers, decoder_attention_heads: heads }: WhisperConfig): Head[] => {
  const all = Array.from({ length: layers * heads }, (_, i): Head => [Math.floor(i / heads), i % heads]);
  return all.filter(([layer]) => layer >= Math.floor(layers / 2));
};
