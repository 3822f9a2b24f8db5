/** The model's own tokenizer (`tokenizer.json`), by the official implementation: the ids Python gets, offsets included. */
import { type Encoding, Tokenizer as NativeTokenizer } from 'tokenizers';
import { show, TaskwireError } from '../errors.js';
import { beginningOf, endOf, longestFirst } from './cut-text.js';
import type { ModelFolder } from './model-folder.js';
import { Prompts } from './prompts.js';
import { isByteToken, type TokenBytesOf, tokenReader } from './token-text.js';

export interface Encoded {
  readonly ids: readonly number[];
  /** Segment of each token: 0, or 1 for the second text of a pair. */
  readonly typeIds: readonly number[];
  /** Tokens that did not fit and were cut off; of a very long text, at least so many. */
  readonly cutTokens: number;
  readonly encoding: Encoding;
}

export interface EncodeOptions {
  readonly pair?: string;
  readonly maxTokens?: number;
  readonly addSpecialTokens?: boolean;
  /** What a pair that does not fit loses a part of: its first text, or the longer one (`longest_first`). */
  readonly cut?: 'first' | 'longest';
  /** Which end of a text goes. */
  readonly cutSide?: CutSide;
}

export type CutSide = 'left' | 'right';

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
}

interface TokenizerFile {
  readonly added_tokens?: readonly AddedToken[];
  readonly decoder?: Parameters<typeof tokenReader>[0];
  readonly model?: { readonly continuing_subword_prefix?: string | null };
}

interface TokenizerConfig {
  readonly model_max_length?: number;
  readonly [name: string]: unknown;
}

/** Of a text that may be far too long, so many characters for each token that fits are looked at first. */
const charactersPerToken = 16;
/** Beyond what fits, so that the last token that fits is sure to be what it is in the whole text. */
const spareTokens = 8;

export class Tokenizer {
  readonly config: TokenizerConfig;
  /** The longest input in tokens, special tokens included. */
  readonly maxTokens: number;
  /** How its special tokens are spelled. */
  readonly specialTokens: readonly string[];
  /** Pieces that go on with a word say so themselves, as WordPiece's `##ing` does. */
  readonly marksSubwords: boolean;
  readonly prompts: Prompts;
  readonly #native: NativeTokenizer;
  readonly #decoder: ReturnType<NativeTokenizer['getDecoder']>;
  /** Tokens that stand for no text: ends, roles, padding. */
  readonly #special: Set<number>;
  readonly #read: TokenBytesOf | undefined;

  private constructor(
    model: ModelFolder,
    native: NativeTokenizer,
    config: TokenizerConfig,
    maxTokens: number,
  ) {
    this.#native = native;
    this.#decoder = native.getDecoder();
    this.config = config;
    this.maxTokens = maxTokens;
    const file = model.json<TokenizerFile>('tokenizer.json') ?? {};
    const { added_tokens: added = [], decoder } = file;
    const special = added.filter((token) => token.special);
    this.specialTokens = special.map(({ content }) => content);
    this.#special = new Set(special.map(({ id }) => id));
    this.marksSubwords = Boolean(file.model?.continuing_subword_prefix);
    this.#read = tokenReader(decoder);
    this.prompts = Prompts.of(model);
  }

  /**
   * `positions` is how many the model can tell apart; its tokenizer may set a lower limit, never a higher one
   * (`model_max_length` is 1e30 in many files: no limit).
   */
  static open(model: ModelFolder, positions?: number): Tokenizer {
    if (!model.has('tokenizer.json')) throw new Error(`${model.path} has no tokenizer.json`);
    const config = model.json<TokenizerConfig>('tokenizer_config.json') ?? {};
    const native = NativeTokenizer.fromFile(model.file('tokenizer.json'));
    // Files carry the padding and truncation of their training; here each request decides.
    native.disablePadding();
    native.disableTruncation();
    const limits = [positions, config.model_max_length].filter((limit) => limit !== undefined);
    return new Tokenizer(model, native, config, Math.min(Number.MAX_SAFE_INTEGER, ...limits));
  }

  /** Encodes a text (or a pair) with the model's special tokens, cut so that it fits `maxTokens`. */
  async encode(
    input: string,
    {
      pair,
      maxTokens = this.maxTokens,
      addSpecialTokens = true,
      cut = 'first',
      cutSide = 'right',
    }: EncodeOptions = {},
  ): Promise<Encoded> {
    const text = await this.#enough(input, maxTokens, cutSide);
    const other = pair === undefined ? null : await this.#enough(pair, maxTokens, cutSide);
    const whole = await this.#native.encode(text, other, { addSpecialTokens });
    if (whole.getLength() <= maxTokens) return encoded(whole, 0);
    const cutTokens = whole.getLength() - maxTokens;
    const bare = { addSpecialTokens: false };
    const first = await this.#native.encode(text, null, bare);
    const second = other === null ? null : await this.#native.encode(other, null, bare);
    const [one, two] = [first.getLength(), second?.getLength() ?? 0];
    // A second text that leaves no room for the first is cut as well.
    const fits =
      cut === 'first' && one > cutTokens ? [one - cutTokens, two] : longestFirst(one, two, cutTokens);
    first.truncate(fits[0]!, 0, cutSide);
    second?.truncate(fits[1]!, 0, cutSide);
    return encoded(this.#native.postProcess(first, second, addSpecialTokens), cutTokens);
  }

  /**
   * A pair in as many windows as its second text needs, the whole first one in each. None where that leaves no room for
   * the second; an overlap too large to get on with is half of the room.
   */
  async encodeWindows(
    first: string,
    second: string,
    { maxTokens, overlapTokens }: { readonly maxTokens: number; readonly overlapTokens: number },
  ): Promise<Encoded[]> {
    const bare = { addSpecialTokens: false };
    const before = await this.#native.encode(await this.#enough(first, maxTokens, 'right'), null, bare);
    const text = await this.#native.encode(second, null, bare);
    const both = before.getLength() + text.getLength();
    const room =
      maxTokens - before.getLength() - (this.#native.postProcess(before, text, true).getLength() - both);
    if (room < 1) return [];
    text.truncate(room, overlapTokens < room ? overlapTokens : Math.floor(room / 2), 'right');
    return [text, ...text.getOverflowing()].map((part) =>
      encoded(this.#native.postProcess(before, part, true), 0),
    );
  }

  /** A text in as many windows as it needs; each begins with the last `overlapTokens` of the one before it. */
  async encodeStretches(input: string, overlapTokens: number): Promise<Encoded[]> {
    const text = await this.#native.encode(input, null, { addSpecialTokens: false });
    const added = this.#native.postProcess(text, null, true).getLength() - text.getLength();
    const room = this.maxTokens - added;
    if (overlapTokens >= room) {
      throw new TaskwireError('invalid_field', {
        param: 'stride',
        got: show(overlapTokens),
        allowed: `at most ${room - 1}: a window of this model has ${room} tokens of a text`,
      });
    }
    text.truncate(room, overlapTokens, 'right');
    return [text, ...text.getOverflowing()].map((part) =>
      encoded(this.#native.postProcess(part, null, true), 0),
    );
  }

  /** Refuses what would be cut. */
  assertWhole({ ids, cutTokens }: Pick<Encoded, 'ids' | 'cutTokens'>): void {
    if (cutTokens === 0) return;
    throw new TaskwireError('context_too_long', {
      param: 'inputs',
      got: `at least ${ids.length + cutTokens} tokens`,
      allowed: `${this.maxTokens} tokens, or truncate: true`,
    });
  }

  /**
   * As much of a text as has more tokens than fit: the rest would be cut off anyway, and encoding megabytes takes seconds
   * that nothing can stop.
   */
  async #enough(text: string, maxTokens: number, cutSide: CutSide): Promise<string> {
    const enough = maxTokens + spareTokens;
    for (let length = charactersPerToken * enough; length < text.length; length *= 8) {
      const part = cutSide === 'right' ? beginningOf(text, length) : endOf(text, length);
      const encoding = await this.#native.encode(part, null, { addSpecialTokens: false });
      if (encoding.getLength() > enough) return part;
    }
    return text;
  }

  /** The text of ids; those that are in no vocabulary are passed over. */
  decode(ids: readonly number[], showSpecial: boolean): Promise<string> {
    return this.#native.decode([...ids], !showSpecial);
  }

  /** Ids without the special tokens that `encode` adds. */
  async ids(text: string): Promise<readonly number[]> {
    return (await this.#native.encode(text, null, { addSpecialTokens: false })).getIds();
  }

  /** The text of tokens, by the tokenizer's own decoder; special tokens must have been left out. */
  decodeTokens(tokens: readonly string[]): string {
    return this.#decoder ? this.#decoder.decode([...tokens]) : tokens.join(' ');
  }

  /** As transformers writes it: without the spaces before marks and contractions, where the configuration says so. */
  writeTokens(tokens: readonly string[]): string {
    const text = this.decodeTokens(tokens);
    if (this.config.clean_up_tokenization_spaces !== true) return text;
    return text
      .replaceAll(/ ([.?!,])/g, '$1')
      .replaceAll(" ' ", "'")
      .replaceAll(/ (n't|'m|'s|'ve|'re)/g, '$1');
  }

  /** The token as its decoder knows it; none for special tokens and ids beyond the vocabulary. */
  visible(id: number): readonly string[] {
    const token = this.#special.has(id) ? null : this.#native.idToToken(id);
    return token === null ? [] : [token];
  }

  /** One token by itself, special ones by name; bytes that are no character show as U+FFFD. */
  text(id: number): string {
    const token = this.#native.idToToken(id);
    if (token === null) return '';
    if (this.#special.has(id)) return token;
    // Decoders drop the space at the beginning of what they are given.
    return this.#read ? Buffer.from(this.#read(token)).toString() : this.decodeTokens([token]);
  }

  /** Whether `bytes` can be asked. */
  get hasBytes(): boolean {
    return this.#read !== undefined;
  }

  /** What the token adds to a text; `undefined` for special tokens and ids beyond the vocabulary. */
  bytes(id: number): Uint8Array | undefined {
    const [token] = this.visible(id);
    return token === undefined ? undefined : this.#read?.(token);
  }

  /** Whether it is a byte of its own, which decoders join with those beside it. */
  isByte(id: number): boolean {
    return isByteToken(this.#native.idToToken(id) ?? '');
  }

  /** Makes a special token text like any other: one that means something to whoever reads the text. */
  speak(token: string): void {
    const id = this.id(token);
    if (id !== undefined) this.#special.delete(id);
  }

  /** The token that has this part, as the tokenizer's configuration names it. */
  idFor(part: 'unk_token' | 'mask_token' | 'bos_token' | 'pad_token'): number | undefined {
    const named = this.config[part] as string | { readonly content: string } | null | undefined;
    const token = typeof named === 'object' ? named?.content : named;
    return token === undefined ? undefined : this.id(token);
  }

  /** Whether it stands for no text: an end, a role, padding. */
  isSpecial(id: number): boolean {
    return this.#special.has(id);
  }

  token(id: number): string | undefined {
    return this.#native.idToToken(id) ?? undefined;
  }

  id(token: string): number | undefined {
    return this.#native.tokenToId(token) ?? undefined;
  }
}

const encoded = (encoding: Encoding, cutTokens: number): Encoded => ({
  ids: encoding.getIds(),
  typeIds: encoding.getTypeIds(),
  cutTokens,
  encoding,
});
