/**
 * Regular expressions as grammars: JavaScript's syntax in Unicode mode without what looks around (look-ahead and -behind,
 * back references, word borders), which no grammar can follow.
 */
import { type CharacterSet, character, characters, everythingBut, oneOf, type Range } from './characters.js';
import { choice, nothing, type Part, repeated, sequence } from './network.js';
import { SourceReader } from './source-reader.js';

/** What a regex cannot say here, or says wrongly. */
export class RegexError extends Error {}

/** How one character of a set is written: as itself, or as JSON strings have it. */
export type WriteCharacter = (set: CharacterSet) => Part;

/** One way of the outermost choice, and whether it is bound to the text's ends. */
interface Way {
  readonly part: Part;
  readonly fromStart: boolean;
  readonly toEnd: boolean;
}

const maxRepetitions = 10_000;
const maxDepth = 100;

const digits: readonly Range[] = [[0x30, 0x39]];
const wordCharacters: readonly Range[] = [...digits, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
const spaces: readonly Range[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const anyButLineEnds = everythingBut(oneOf('\n\r\u2028\u2029'));
const anything = everythingBut([]);

const classEscapes = new Map<string, CharacterSet>([
  ['d', characters(digits)],
  ['D', everythingBut(digits)],
  ['w', characters(wordCharacters)],
  ['W', everythingBut(wordCharacters)],
  ['s', characters(spaces)],
  ['S', everythingBut(spaces)],
]);
const controlEscapes = new Map([
  ['t', '\t'],
  ['n', '\n'],
  ['r', '\r'],
  ['f', '\f'],
  ['v', '\v'],
  ['0', '\0'],
]);

/** The whole text fits the expression; `^` and `$` at its ends change nothing. */
export const fullRegex = (source: string, write: WriteCharacter = character): Part =>
  choice(...new RegexReader(source, write).ways().map(({ part }) => part));

/** Some part of the text fits the expression, as in JSON schemas. */
export const searchRegex = (source: string, write: WriteCharacter): Part => {
  const rest = repeated(write(anything), 0, Number.POSITIVE_INFINITY);
  const ways = new RegexReader(source, write).ways().map(({ part, fromStart, toEnd }) => {
    return sequence(fromStart ? nothing : rest, part, toEnd ? nothing : rest);
  });
  return choice(...ways);
};

class RegexReader extends SourceReader {
  readonly #write: WriteCharacter;
  #depth = 0;

  constructor(source: string, write: WriteCharacter) {
    super(source);
    this.#write = write;
  }

  ways(): Way[] {
    const ways = [this.#way()];
    while (this.take('|')) ways.push(this.#way());
    if (this.at < this.source.length) throw this.wrong('a closing parenthesis without an opening one');
    return ways;
  }

  #way(): Way {
    const fromStart = this.take('^');
    const terms: Part[] = [];
    while (!this.#isAtEndOfWay() && this.peek() !== '$') terms.push(this.#term());
    const toEnd = this.take('$');
    if (!this.#isAtEndOfWay()) throw this.wrong('$ before the end');
    return { part: sequence(...terms), fromStart, toEnd };
  }

  #inner(): Part {
    if (++this.#depth > maxDepth) throw this.wrong('parentheses too deep');
    const ways: Part[] = [];
    do {
      const terms: Part[] = [];
      while (!this.#isAtEndOfWay()) terms.push(this.#term());
      ways.push(sequence(...terms));
    } while (this.take('|'));
    this.#depth--;
    return choice(...ways);
  }

  #isAtEndOfWay(): boolean {
    const next = this.peek();
    return next === undefined || next === '|' || next === ')';
  }

  #term(): Part {
    const part = this.#atom();
    const [least, most] = this.#quantity();
    return least === 1 && most === 1 ? part : repeated(part, least, most);
  }

  #atom(): Part {
    const next = this.next();
    switch (next) {
      case '(':
        return this.#group();
      case '[':
        return this.#write(this.#set());
      case '.':
        return this.#write(anyButLineEnds);
      case '\\':
        return this.#write(this.#escape());
      case '^':
      case '$':
        throw this.wrong(`${next} inside the expression`);
      case '*':
      case '+':
      case '?':
      case '{':
        throw this.wrong(`${next} with nothing to repeat`);
      default:
        return this.#write(oneOf(next));
    }
  }

  #group(): Part {
    if (this.take('?') && !this.take(':')) {
      const named = this.take('<') && this.peek() !== '=' && this.peek() !== '!';
      if (!named) throw this.wrong('looking ahead or behind');
      while (this.next() !== '>');
    }
    const part = this.#inner();
    if (!this.take(')')) throw this.wrong('an opening parenthesis without a closing one');
    return part;
  }

  #quantity(): readonly [least: number, most: number] {
    const quantity = this.#count();
    if (quantity) this.take('?'); // what a lazy repetition matches is the same
    return quantity ?? [1, 1];
  }

  #count(): readonly [least: number, most: number] | undefined {
    if (this.take('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.take('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.take('?')) return [0, 1];
    if (!this.take('{')) return undefined;
    const least = this.#number();
    const most = this.take(',') ? (this.peek() === '}' ? Number.POSITIVE_INFINITY : this.#number()) : least;
    if (!this.take('}')) throw this.wrong('a repetition that is not {n}, {n,} or {n,m}');
    if (most < least) throw this.wrong('a repetition whose limits are the wrong way round');
    return [least, most];
  }

  #number(): number {
    let text = '';
    while (/\d/.test(this.peek() ?? '')) text += this.next();
    if (text === '' || Number(text) > maxRepetitions)
      throw this.wrong(`a repetition count that is not 0 to ${maxRepetitions}`);
    return Number(text);
  }

  /** Behind the opening bracket. */
  #set(): CharacterSet {
    const isNegated = this.take('^');
    const ranges: Range[] = [];
    while (!this.take(']')) {
      const first = this.#member();
      if (this.peek() !== '-' || this.source[this.at + 1] === ']') {
        ranges.push(...first);
        continue;
      }
      this.at++;
      ranges.push(this.#span(first, this.#member()));
    }
    return isNegated ? everythingBut(ranges) : characters(ranges);
  }

  #member(): CharacterSet {
    const next = this.next();
    if (next !== '\\') return oneOf(next);
    // Inside brackets \b is a backspace.
    return this.take('b') ? oneOf('\b') : this.#escape();
  }

  #span(low: CharacterSet, high: CharacterSet): Range {
    const first = low[0]?.[0];
    const last = high[0]?.[1];
    const single = [low, high].every((set) => set.length === 1 && set[0]![0] === set[0]![1]);
    if (!single || first! > last!) throw this.wrong('a range whose ends are no characters in order');
    return [first!, last!];
  }

  /** Behind the backslash. */
  #escape(): CharacterSet {
    const next = this.next();
    const known =
      classEscapes.get(next) ?? (controlEscapes.has(next) ? oneOf(controlEscapes.get(next)!) : undefined);
    if (known) return known;
    if (next === 'x') return this.#hex(2);
    if (next === 'u') {
      if (!this.take('{')) return this.#hex(4);
      const set = this.#hex(undefined);
      if (!this.take('}')) throw this.wrong('\\u{ without an end');
      return set;
    }
    if (/[a-zA-Z0-9]/.test(next)) throw this.wrong(`\\${next}`);
    return oneOf(next);
  }

  #hex(length: number | undefined): CharacterSet {
    let text = '';
    while (text.length < (length ?? 6) && /[0-9a-fA-F]/.test(this.peek() ?? '')) text += this.next();
    const code = Number.parseInt(text, 16);
    if (text.length < (length ?? 1) || !(code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff))
      throw this.wrong('an escape that names no character');
    return characters([[code, code]]);
  }

  protected fault(message: string): RegexError {
    return new RegexError(message);
  }
}
