/** Beginnings of prompts that the cache may share between accounts, because the operator said they are no secret. */
import type { Tokenizer } from '../tokenizer.js';

export class SharedPrefixes {
  readonly #prefixes: ReadonlyArray<readonly number[]>;

  private constructor(prefixes: ReadonlyArray<readonly number[]>) {
    this.#prefixes = prefixes;
  }

  static async encode(texts: readonly string[], tokenizer: Tokenizer): Promise<SharedPrefixes> {
    return new SharedPrefixes(await Promise.all(texts.map((text) => tokenizer.ids(text))));
  }

  /** How many of a prompt's first tokens stand in the longest shared prefix. */
  tokensOf(ids: readonly number[]): number {
    let longest = 0;
    for (const prefix of this.#prefixes) {
      let length = 0;
      while (length < prefix.length && prefix[length] === ids[length]) length++;
      longest = Math.max(longest, length);
    }
    return longest;
  }
}
