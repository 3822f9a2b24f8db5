/** A vocabulary as bytes, arranged so that a grammar's next tokens are found quickly. */
import { setImmediate } from 'node:timers/promises';
import { type Automaton, roomyCharacters, type Situation } from '../../grammar/automaton.js';
import { TokenTrie } from './token-trie.js';

/** Between two looks at the event loop. */
const sliceMs = 5;

export class TokenBytes {
  readonly #bytes: ReadonlyArray<Uint8Array | undefined>;
  readonly #all: TokenTrie;
  /**
   * Inside a string nearly every token is allowed, and for most that is plain to see: a few whole characters, none of
   * them special in a string. Only the others are followed there, a tenth of all.
   */
  readonly #odd: TokenTrie;
  readonly #plain: Int32Array;

  private constructor(bytes: ReadonlyArray<Uint8Array | undefined>) {
    const total = bytes.reduce((sum, one) => sum + (one?.length ?? 0), 0);
    this.#bytes = bytes;
    this.#all = new TokenTrie(bytes.length, total);
    this.#odd = new TokenTrie(bytes.length, total);
    this.#plain = new Int32Array((bytes.length + 31) >> 5);
  }

  /** `bytesOf`: `undefined` for tokens that stand for no text. Lets the event loop turn in between. */
  static async arrange(
    vocabulary: number,
    bytesOf: (id: number) => Uint8Array | undefined,
  ): Promise<TokenBytes> {
    let turnedAt = performance.now();
    const pause = async () => {
      if (performance.now() - turnedAt < sliceMs) return;
      await setImmediate();
      turnedAt = performance.now();
    };
    const bytes: Array<Uint8Array | undefined> = [];
    /** Ids by their first two bytes: few enough to be sorted in one go. */
    const buckets = new Map<number, number[]>();
    for (let id = 0; id < vocabulary; id++) {
      const own = bytesOf(id);
      bytes.push(own);
      if (own && own.length > 0) {
        const key = own[0]! * 257 + (own.length > 1 ? own[1]! + 1 : 0);
        const bucket = buckets.get(key);
        if (bucket) bucket.push(id);
        else buckets.set(key, [id]);
      }
      await pause();
    }
    const arranged = new TokenBytes(bytes);
    for (const key of [...buckets.keys()].sort((a, b) => a - b)) {
      const ids = buckets.get(key)!.sort((a, b) => Buffer.compare(bytes[a]!, bytes[b]!));
      for (const id of ids) arranged.#add(id, bytes[id]!);
      await pause();
    }
    arranged.#all.close();
    arranged.#odd.close();
    return arranged;
  }

  of(id: number): Uint8Array | undefined {
    return this.#bytes[id];
  }

  /** One bit a token: whether it may come next. */
  allowed(automaton: Automaton, situation: Situation): Int32Array {
    const bits = situation.isRoomy ? this.#plain.slice() : new Int32Array(this.#plain.length);
    (situation.isRoomy ? this.#odd : this.#all).mark(automaton, situation, bits);
    return bits;
  }

  #add(id: number, bytes: Uint8Array): void {
    this.#all.add(id, bytes);
    if (isPlain(bytes)) this.#plain[id >> 5]! |= 1 << (id & 31);
    else this.#odd.add(id, bytes);
  }
}

/** Whole characters, no more than there is room for, none of them special in a JSON string. */
const isPlain = (bytes: Uint8Array): boolean => {
  if (bytes.some((byte) => byte < 0x20 || byte === 0x22 || byte === 0x5c)) return false;
  const text = Buffer.from(bytes).toString();
  return !text.includes('\ufffd') && Array.from(text).length <= roomyCharacters;
};
