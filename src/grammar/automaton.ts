/**
 * Reads texts byte by byte along a network, in all ways at once. What it learns on the way (which situation follows which
 * on what byte) it keeps, so that a situation that comes back costs a look-up. Rules that were called from several places
 * at the same byte are followed once: an ambiguous grammar takes more steps, not exponentially more.
 */
import type { Network } from './network.js';
import { callRanks, trimmed } from './network-analysis.js';

/** Where to go on when a rule ends: in these states, each inside its own caller. */
interface Frame {
  readonly id: number;
  readonly returns: ReadonlyArray<Item>;
}

interface Item {
  readonly state: number;
  readonly frame: Frame;
}

/** All that is possible after some text. */
export interface Situation {
  readonly items: readonly Item[];
  /** Items, and places where their rules may go on: so much work is one more byte. */
  readonly size: number;
  /** The text may end here. */
  readonly mayEnd: boolean;
  /** In a JSON string, with room for `roomyCharacters` of any kind. */
  readonly isRoomy: boolean;
  /** By class of byte; `null`: not allowed, `undefined`: not known yet. */
  readonly next: Array<Situation | null | undefined>;
}

/** Few tokens have more characters. */
export const roomyCharacters = 16;

/** The most that may be possible at once; an ambiguous grammar's count grows with its text. */
const maxWays = 20_000;

/**
 * References from what was learnt to more of it: some 15 MB. Then it is forgotten, except by those who are in the middle of
 * it. Situations would be no measure: an ambiguous grammar's are a thousand times as large as others.
 */
const maxLearnt = 250_000;

export class Automaton {
  readonly #network: Network;
  /** By rule: its place among those that are called at one byte. */
  readonly #rank: readonly number[];
  /** Bytes that no arrow tells apart have the same class. */
  readonly #classes: Uint8Array;
  readonly #classCount: number;
  /** The first byte of each run of bytes that have the same class. */
  readonly firstBytes: readonly number[];
  readonly start: Situation;
  readonly #situations = new Map<string, Situation>();
  readonly #frames = new Map<string, Frame>();
  #frameIds = 0;
  #learnt = 0;
  readonly #maxLearnt: number;

  /**
   * Throws a `RangeError` whose message says why when the grammar cannot be followed. What is forgotten and learnt again is
   * another `Situation` then: who tells them apart sets a limit of his own on what he looks at, and none here.
   */
  constructor(network: Network, limit = maxLearnt) {
    this.#maxLearnt = limit;
    this.#network = trimmed(network);
    this.#rank = callRanks(this.#network);
    this.#classes = byteClasses(this.#network);
    this.#classCount = Math.max(...this.#classes) + 1;
    this.firstBytes = Array.from({ length: this.#classCount }, (_, i) => this.#classes.indexOf(i));
    const outside: Frame = { id: 0, returns: [] };
    this.start = this.#settle([{ state: this.#network.starts[this.#network.root]!, frame: outside }]);
  }

  /** What is possible after one more byte; `null`: it is not allowed. Throws a `RangeError` where that is too much. */
  step(situation: Situation, byte: number): Situation | null {
    const byteClass = this.#classes[byte]!;
    const known = situation.next[byteClass];
    if (known !== undefined) return known;
    if (this.#learnt > this.#maxLearnt) this.#forget();
    const reached: Item[] = [];
    for (const { state, frame } of situation.items)
      for (const { low, high, to } of this.#network.states[state]!.arrows)
        if (byte >= low && byte <= high) reached.push({ state: to, frame });
    const next = reached.length > 0 ? this.#settle(reached) : null;
    situation.next[byteClass] = next;
    return next;
  }

  /** Follows skips, calls and ends until only states are left that read. */
  #settle(reached: readonly Item[]): Situation {
    const { states, starts } = this.#network;
    const open = [...reached];
    const seen = new Set<number>();
    const items: Item[] = [];
    const called = new Map<number, Item[]>();
    let mayEnd = false;
    let isRoomy = false;
    for (;;) {
      for (let item = open.pop(); item; item = open.pop()) {
        const { state, frame } = item;
        const key = frame.id * states.length + state;
        if (seen.has(key)) continue;
        if (seen.size >= maxWays) throw new RangeError('too much is possible at once');
        seen.add(key);
        const { arrows, skips, calls, isEnd, room } = states[state]!;
        isRoomy ||= room >= roomyCharacters;
        if (arrows.length > 0) items.push(item);
        for (const to of skips) open.push({ state: to, frame });
        for (const { rule, to } of calls) {
          const returns = called.get(rule) ?? [];
          called.set(rule, returns);
          // A call at a rule's end comes back to where the rule would: frames do not pile up in a loop by recursion.
          if (this.#onlyEnds(to) && frame.id !== 0) returns.push(...frame.returns);
          else returns.push({ state: to, frame });
        }
        if (isEnd && frame.id === 0) mayEnd = true;
        if (isEnd) open.push(...frame.returns);
      }
      if (called.size === 0) break;
      let rule = called.keys().next().value!;
      for (const other of called.keys()) if (this.#rank[other]! < this.#rank[rule]!) rule = other;
      open.push({ state: starts[rule]!, frame: this.#frame(called.get(rule)!) });
      called.delete(rule);
    }
    return this.#situation({ items: items.sort(byStateAndFrame), mayEnd, isRoomy });
  }

  #onlyEnds(state: number): boolean {
    const { arrows, skips, calls, isEnd } = this.#network.states[state]!;
    return isEnd && arrows.length + skips.length + calls.length === 0;
  }

  #frame(returns: readonly Item[]): Frame {
    const sorted = [...returns].sort(byStateAndFrame);
    const key = keyOf(sorted);
    const known = this.#frames.get(key);
    if (known) return known;
    const frame = { id: ++this.#frameIds, returns: sorted.filter((item, i) => !isSame(item, sorted[i - 1])) };
    this.#frames.set(key, frame);
    this.#learnt += frame.returns.length;
    return frame;
  }

  #situation(found: Pick<Situation, 'items' | 'mayEnd' | 'isRoomy'>): Situation {
    // The rest follows from the items.
    const key = `${found.mayEnd} ${keyOf(found.items)}`;
    const known = this.#situations.get(key);
    if (known) return known;
    const frames = new Set(found.items.map(({ frame }) => frame));
    const size = [...frames].reduce((sum, { returns }) => sum + returns.length, found.items.length);
    const situation = { ...found, size, next: new Array<undefined>(this.#classCount).fill(undefined) };
    this.#situations.set(key, situation);
    this.#learnt += this.#classCount + found.items.length;
    return situation;
  }

  /** The ways from one situation to the next are cut too: behind the start they would hold all that was ever learnt. */
  #forget(): void {
    for (const { next } of [this.start, ...this.#situations.values()]) next.fill(undefined);
    this.#situations.clear();
    this.#frames.clear();
    this.#learnt = 0;
  }
}

const byStateAndFrame = (a: Item, b: Item): number => a.state - b.state || a.frame.id - b.frame.id;
const isSame = (a: Item, b: Item | undefined): boolean => a.state === b?.state && a.frame.id === b.frame.id;
const keyOf = (items: readonly Item[]): string =>
  items.map(({ state, frame }) => `${state}:${frame.id}`).join(' ');

const byteClasses = ({ states }: Network): Uint8Array => {
  const borders = new Uint8Array(257);
  for (const { arrows } of states)
    for (const { low, high } of arrows) {
      borders[low] = 1;
      borders[high + 1] = 1;
    }
  const classes = new Uint8Array(256);
  let current = 0;
  for (let byte = 1; byte < 256; byte++) {
    if (borders[byte]) current++;
    classes[byte] = current;
  }
  return classes;
};
