/** Tokens as bytes in one tree: those that begin alike are looked at together, and where that is not allowed, none is. */
import type { Automaton, Situation } from '../../grammar/automaton.js';

export class TokenTrie {
  /** By node, in depth-first order: its byte, how deep it is, where its subtree ends, its token or -1. */
  readonly #byte: Uint8Array;
  readonly #depth: Uint16Array;
  readonly #end: Int32Array;
  readonly #token: Int32Array;
  /** By token: another one with the same bytes, or -1. */
  readonly #twin: Int32Array;
  #nodes = 0;
  /** The nodes on the way to the last token that was added. */
  #path: number[] = [];
  #last: Uint8Array = new Uint8Array(0);
  #deepest = 0;

  /** Room for so many bytes in all. */
  constructor(vocabulary: number, bytes: number) {
    this.#byte = new Uint8Array(bytes);
    this.#depth = new Uint16Array(bytes);
    this.#end = new Int32Array(bytes);
    this.#token = new Int32Array(bytes).fill(-1);
    this.#twin = new Int32Array(vocabulary).fill(-1);
  }

  /** Tokens come in the order of their bytes. */
  add(id: number, bytes: Uint8Array): void {
    const known = commonBytes(bytes, this.#last);
    this.#leave(known);
    for (let depth = known; depth < bytes.length; depth++) {
      this.#byte[this.#nodes] = bytes[depth]!;
      this.#depth[this.#nodes] = depth;
      this.#path.push(this.#nodes++);
    }
    const own = this.#path.at(-1)!;
    this.#twin[id] = this.#token[own]!;
    this.#token[own] = id;
    this.#deepest = Math.max(this.#deepest, bytes.length);
    this.#last = bytes;
  }

  /** Once all tokens are there. */
  close(): void {
    this.#leave(0);
  }

  #leave(depth: number): void {
    for (const node of this.#path.splice(depth)) this.#end[node] = this.#nodes;
  }

  /** Sets the bit of every token that may come next. */
  mark(automaton: Automaton, situation: Situation, bits: Int32Array): void {
    const path: Situation[] = new Array(this.#deepest + 1);
    path[0] = situation;
    for (let node = 0; node < this.#nodes; ) {
      const depth = this.#depth[node]!;
      const next = automaton.step(path[depth]!, this.#byte[node]!);
      if (!next) {
        node = this.#end[node]!;
        continue;
      }
      path[depth + 1] = next;
      for (let id = this.#token[node]!; id >= 0; id = this.#twin[id]!) bits[id >> 5]! |= 1 << (id & 31);
      node++;
    }
  }
}

const commonBytes = (a: Uint8Array, b: Uint8Array): number => {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
};
