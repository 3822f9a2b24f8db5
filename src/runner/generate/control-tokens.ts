/**
 * A conversation's texts are text: where one spells a control token (`<|end|>`), it must not become that token, or whoever
 * writes one turn writes others' too.
 */
import { randomInt } from 'node:crypto';

/** Four characters that stand for nothing, others in each process, so that no text has them. */
const mark = String.fromCharCode(...Array.from({ length: 4 }, () => randomInt(0xe000, 0xf8ff)));

export class ControlTokens {
  /** Matches the first character of each, also of one that begins inside another. */
  readonly #first: RegExp | undefined;

  constructor(tokens: readonly string[]) {
    const rests = new Map<string, string[]>();
    for (const [first = '', ...rest] of tokens) {
      // A token of one character has no inside.
      if (rest.length > 0) rests.set(first, [...(rests.get(first) ?? []), escaped(rest.join(''))]);
    }
    const sources = [...rests].map(([first, own]) => `${escaped(first)}(?=${own.join('|')})`);
    this.#first = sources.length === 0 ? undefined : new RegExp(sources.join('|'), 'g');
  }

  /** The same value with a mark inside every control token that its texts and names spell. */
  marked<T>(value: T): T {
    const first = this.#first;
    return first ? (deep(value, (text) => text.replace(first, `$&${mark}`)) as T) : value;
  }

  /** The pieces of a text between the marks: to be tokenized one by one. */
  pieces(text: string): readonly string[] {
    return text.split(mark);
  }
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

const deep = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => deep(one, change));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [change(key), deep(one, change)]));
};
