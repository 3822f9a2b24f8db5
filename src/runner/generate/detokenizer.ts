/** Turns a growing list of tokens into text, piece by piece: what is emitted is never taken back. */
import type { Tokenizer } from '../tokenizer.js';

/** What decoders make of bytes that are not (yet) a character. */
const incomplete = '\uFFFD';
/** Tokens before the new ones that are decoded along, because some decoders treat a first token differently. */
const contextTokens = 5;

export class Detokenizer {
  readonly #tokenizer: Tokenizer;
  readonly #tokens: string[];
  /** Tokens from here on are decoded; those before `#read` have been emitted. */
  #start: number;
  #read: number;

  /** `context`: tokens that stand before the text, so that its first piece keeps its leading space. */
  constructor(tokenizer: Tokenizer, context: readonly number[] = []) {
    this.#tokenizer = tokenizer;
    let from = Math.max(0, context.length - contextTokens);
    // Of a character in bytes all or none: decoders make nothing of a row of bytes that begins within one.
    while (from > 0 && tokenizer.isByte(context[from]!)) from--;
    this.#tokens = context.slice(from).flatMap((id) => tokenizer.visible(id));
    this.#start = 0;
    this.#read = this.#tokens.length;
  }

  /** The text that this token completes; empty while a character is in pieces. */
  push(id: number): string {
    const visible = this.#tokenizer.visible(id);
    if (visible.length === 0) return '';
    this.#tokens.push(...visible);
    const text = this.#fresh();
    if (text.endsWith(incomplete)) return '';
    this.#start = this.#read;
    this.#read = this.#tokens.length;
    return text;
  }

  /** What is left at the end, incomplete characters included. */
  flush(): string {
    const text = this.#fresh();
    this.#start = this.#read = this.#tokens.length;
    return text;
  }

  #fresh(): string {
    const known = this.#tokenizer.decodeTokens(this.#tokens.slice(this.#start, this.#read));
    return this.#tokenizer.decodeTokens(this.#tokens.slice(this.#start)).slice(known.length);
  }
}
