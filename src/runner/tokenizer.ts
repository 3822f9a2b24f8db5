/** The model's own tokenizer (`tokenizer.json`), by the official implementation: the ids Python gets, offsets included. */
import { type Encoding, Tokenizer as NativeTokenizer } from 'tokenizers';
import type { ModelFolder } from './model-folder.js';
import { type TokenBytesOf, tokenReader } from './token-text.js';

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
}

interface AddedToken {
  readonly id: number;
  readonly special: boolean;
}

interface TokenizerFile {
  readonly added_tokens?: readonly AddedToken[];
  readonly decoder?: Parameters<typeof tokenReader>[0];
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
    const { added_tokens: added = [], decoder } = model.json<TokenizerFile>('tokenizer.json') ?? {};
    this.#special = new Set(added.filter(({ special }) => special).map(({ id }) => id));
    this.#read = tokenReader(decoder);
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

  /** Encodes a text (or a pair) with the model's special tokens, cut at its end so that it fits `maxTokens`. */
  async encode(
    input: string,
    { pair, maxTokens = this.maxTokens, addSpecialTokens = true }: EncodeOptions = {},
  ): Promise<Encoded> {
    const text = await this.#beginning(input, maxTokens);
    const whole = await this.#native.encode(text, pair ?? null, { addSpecialTokens });
    if (whole.getLength() <= maxTokens) return encoded(whole, 0);
    const cutTokens = whole.getLength() - maxTokens;
    const first = await this.#native.encode(text, null, { addSpecialTokens: false });
    const second =
      pair === undefined ? null : await this.#native.encode(pair, null, { addSpecialTokens: false });
    const fits = Math.max(0, first.getLength() - cutTokens);
    first.truncate(fits, 0, 'right');
    return encoded(this.#native.postProcess(first, second, addSpecialTokens), cutTokens);
  }

  /**
   * As much of a text as has more tokens than fit: the rest would be cut off anyway, and encoding megabytes takes seconds
   * that nothing can stop.
   */
  async #beginning(text: string, maxTokens: number): Promise<string> {
    const enough = maxTokens + spareTokens;
    for (let length = charactersPerToken * enough; length < text.length; length *= 8) {
      const beginning = cutAtSpace(text, length);
      const encoding = await this.#native.encode(beginning, null, { addSpecialTokens: false });
      if (encoding.getLength() > enough) return beginning;
    }
    return text;
  }

  /** Ids without the special tokens that `encode` adds. */
  async ids(text: string): Promise<readonly number[]> {
    return (await this.#native.encode(text, null, { addSpecialTokens: false })).getIds();
  }

  /** The text of tokens, by the tokenizer's own decoder; special tokens must have been left out. */
  decodeTokens(tokens: readonly string[]): string {
    return this.#decoder ? this.#decoder.decode([...tokens]) : tokens.join(' ');
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
    return this.#special.has(id) ? token : this.decodeTokens([token]);
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

  /** Makes a special token text like any other: one that means something to whoever reads the text. */
  speak(token: string): void {
    const id = this.id(token);
    if (id !== undefined) this.#special.delete(id);
  }

  get unknownId(): number | undefined {
    const { unk_token: unknown } = this.config as { unk_token?: string | { content: string } };
    const token = typeof unknown === 'object' ? unknown?.content : unknown;
    return token === undefined ? undefined : this.id(token);
  }

  token(id: number): string | undefined {
    return this.#native.idToToken(id) ?? undefined;
  }

  id(token: string): number | undefined {
    return this.#native.tokenToId(token) ?? undefined;
  }
}

/** The last word may be cut, so it is left out, unless there is no other. */
const cutAtSpace = (text: string, length: number): string => {
  const beginning = text.slice(0, length);
  const space = Math.max(beginning.lastIndexOf(' '), beginning.lastIndexOf('\n'));
  return (space > length / 2 ? beginning.slice(0, space) : beginning).toWellFormed();
};

const encoded = (encoding: Encoding, cutTokens: number): Encoded => ({
  ids: encoding.getIds(),
  typeIds: encoding.getTypeIds(),
  cutTokens,
  encoding,
});
