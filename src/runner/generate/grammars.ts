/** Holds texts to grammars: before each token, what the grammar does not allow next is taken out of the scores. */

import { TaskwireError } from '../../errors.js';
import type { Automaton, Situation } from '../../grammar/automaton.js';
import { automatonOf } from '../../grammar/grammar.js';
import type { Part } from '../../grammar/network.js';
import type { Tokenizer } from '../tokenizer.js';
import { TokenBytes } from './token-bytes.js';

/** Grammars kept for the next request that asks for the same. */
const keptGrammars = 32;
/** Masks kept for situations that come back, a bit a token: 5 MB a grammar at 152k tokens. */
const keptMasks = 256;

export interface GrammarSource {
  /** Equal for equal grammars. */
  readonly key: string;
  readonly part: Part;
  /** Where in the request it stands, for errors. */
  readonly path: string;
}

interface Compiled {
  readonly automaton: Automaton;
  readonly path: string;
  readonly masks: Map<Situation, Int32Array>;
}

export class Grammars {
  readonly #tokenizer: Tokenizer;
  readonly #vocabulary: number;
  /** Oldest first. */
  readonly #compiled = new Map<string, Compiled>();
  /** Arranged when the first grammar comes: half a second at 152k tokens. */
  #tokens: Promise<TokenBytes> | undefined;

  constructor(tokenizer: Tokenizer, vocabulary: number) {
    this.#tokenizer = tokenizer;
    this.#vocabulary = vocabulary;
  }

  /** For `count` texts that are held to the same grammar. */
  async open({ key, part, path }: GrammarSource, count: number): Promise<readonly Guide[]> {
    if (!this.#tokenizer.hasBytes) {
      const message = 'This model cannot be held to a grammar: its tokens do not read as parts of a text.';
      throw new TaskwireError('invalid_field', { param: path, message });
    }
    const compiled = this.#compiled.get(key) ?? {
      automaton: automatonOf(part, path),
      path,
      masks: new Map(),
    };
    this.#compiled.delete(key);
    this.#compiled.set(key, compiled);
    const [oldest] = this.#compiled.keys();
    if (this.#compiled.size > keptGrammars) this.#compiled.delete(oldest!);
    this.#tokens ??= TokenBytes.arrange(this.#vocabulary, (id) => this.#tokenizer.bytes(id));
    const tokens = await this.#tokens;
    return Array.from({ length: count }, () => new Guide(compiled, tokens));
  }
}

/** One text's way through its grammar. */
export class Guide {
  readonly #compiled: Compiled;
  readonly #tokens: TokenBytes;
  #situation: Situation;

  constructor(compiled: Compiled, tokens: TokenBytes) {
    this.#compiled = compiled;
    this.#tokens = tokens;
    this.#situation = compiled.automaton.start;
  }

  /** Whether the text is whole and nothing can follow. */
  get isComplete(): boolean {
    return this.#situation.mayEnd && this.#situation.items.length === 0;
  }

  /** Takes out of `logits` [vocabulary] what may not come next. Returns whether more than an end is left. */
  mask(logits: Float32Array, endIds: ReadonlySet<number>): boolean {
    const ends = this.#situation.mayEnd ? Array.from(endIds, (id) => [id, logits[id]!] as const) : [];
    const bits = this.#bounded(() => this.#bits());
    let isOpen = false;
    for (let word = 0; word < bits.length; word++) {
      const mask = bits[word]!;
      if (mask !== 0) isOpen = true;
      // Without a branch for each token: whole words are all there or all gone, mostly.
      if (mask === 0) logits.fill(Number.NEGATIVE_INFINITY, word * 32, word * 32 + 32);
      else if (mask !== -1) maskWord(logits, word * 32, mask);
    }
    for (const [id, logit] of ends) logits[id] = logit;
    if (!isOpen && ends.length === 0) throw cannotWrite(this.#compiled.path);
    return isOpen;
  }

  accept(id: number): void {
    const bytes = this.#tokens.of(id) ?? [];
    const situation = this.#bounded(() => after(this.#compiled.automaton, this.#situation, bytes));
    if (!situation) throw new Error(`token ${id} is not in the grammar: this is a bug`);
    this.#situation = situation;
  }

  #bounded<T>(look: () => T): T {
    try {
      return look();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const { path } = this.#compiled;
      const message = `The text cannot be held to ${path} any longer: ${error.message}.`;
      throw new TaskwireError('invalid_field', { param: path, message, cause: error });
    }
  }

  #bits(): Int32Array {
    const { automaton, masks } = this.#compiled;
    const known = masks.get(this.#situation);
    if (known) return known;
    const bits = this.#tokens.allowed(automaton, this.#situation);
    if (masks.size >= keptMasks) masks.clear();
    masks.set(this.#situation, bits);
    return bits;
  }
}

const after = (automaton: Automaton, from: Situation, bytes: Iterable<number>): Situation | null => {
  let situation: Situation | null = from;
  for (const byte of bytes) situation &&= automaton.step(situation, byte);
  return situation;
};

const maskWord = (logits: Float32Array, first: number, mask: number): void => {
  const end = Math.min(first + 32, logits.length);
  for (let id = first, bits = mask; id < end; id++, bits >>>= 1)
    if ((bits & 1) === 0) logits[id] = Number.NEGATIVE_INFINITY;
};

const cannotWrite = (param: string): TaskwireError =>
  new TaskwireError('invalid_field', {
    param,
    message: 'The model has no token for what has to come next.',
  });
