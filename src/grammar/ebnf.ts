/**
 * Grammars written by hand, in the notation that other engines take too: `root ::= "yes" | [0-9]{1,3} rest*`, with groups,
 * `* + ? {n,m}`, classes, comments from `#` to the line's end. No rule may begin with itself.
 */
import { type CharacterSet, character, characters, everythingBut, type Range } from './characters.js';
import { calling, choice, literal, type NetworkBuilder, type Part, repeated, sequence } from './network.js';
import { SourceReader } from './source-reader.js';

export class EbnfError extends Error {}

const maxRules = 1_000;
const maxRepetitions = 10_000;
const maxDepth = 100;
const nameCharacters = /[A-Za-z0-9_.-]/;
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', b: '\b', '0': '\0' };

/** The rule `root`. */
export const ebnfPart =
  (source: string): Part =>
  (builder, from) => {
    const rules = new EbnfReader(source, builder).rules();
    const root = rules.get('root');
    if (root === undefined) throw new EbnfError('there is no rule named root');
    return calling(root)(builder, from);
  };

class EbnfReader extends SourceReader {
  readonly #builder: NetworkBuilder;
  readonly #rules = new Map<string, number>();
  readonly #defined = new Set<string>();
  #depth = 0;

  constructor(source: string, builder: NetworkBuilder) {
    super(source);
    this.#builder = builder;
  }

  rules(): ReadonlyMap<string, number> {
    for (this.#blank(); this.peek() !== undefined; this.#blank()) this.#rule();
    for (const name of this.#rules.keys())
      if (!this.#defined.has(name)) throw new EbnfError(`there is no rule named ${name}`);
    return this.#rules;
  }

  #rule(): void {
    const name = this.#name();
    if (name === '') throw this.wrong('a rule without a name');
    if (this.#defined.has(name)) throw this.wrong(`a second rule named ${name}`);
    this.#defined.add(name);
    this.#blank();
    for (const wanted of '::=') if (!this.take(wanted)) throw this.wrong(`no ::= behind ${name}`);
    this.#builder.define(this.#ruleOf(name), this.#ways());
  }

  #ruleOf(name: string): number {
    const known = this.#rules.get(name);
    if (known !== undefined) return known;
    if (this.#rules.size >= maxRules) throw this.wrong(`more than ${maxRules} rules`);
    const rule = this.#builder.declare();
    this.#rules.set(name, rule);
    return rule;
  }

  #ways(): Part {
    if (++this.#depth > maxDepth) throw this.wrong('parentheses too deep');
    const ways = [this.#way()];
    while (this.take('|')) ways.push(this.#way());
    this.#depth--;
    return choice(...ways);
  }

  #way(): Part {
    const terms: Part[] = [];
    for (this.#blank(); !this.#isAtEndOfWay(); this.#blank()) terms.push(this.#quantified(this.#term()));
    return sequence(...terms);
  }

  #isAtEndOfWay(): boolean {
    const next = this.peek();
    return next === undefined || next === '|' || next === ')' || this.#isNextRule();
  }

  /** Rules end where the next one begins: a name, then `::=`. */
  #isNextRule(): boolean {
    const at = this.at;
    const name = this.#name();
    this.#blank();
    const isRule = name !== '' && this.source.slice(this.at, this.at + 3).join('') === '::=';
    this.at = at;
    return isRule;
  }

  #term(): Part {
    if (this.take('"')) return literal(this.#text('"'));
    if (this.take('[')) return character(this.#set());
    if (this.take('(')) {
      const part = this.#ways();
      this.#blank();
      if (!this.take(')')) throw this.wrong('an opening parenthesis without a closing one');
      return part;
    }
    const name = this.#name();
    if (name === '') throw this.wrong(`${JSON.stringify(this.peek())} where a term should be`);
    return calling(this.#ruleOf(name));
  }

  #quantified(part: Part): Part {
    if (this.take('*')) return repeated(part, 0, Number.POSITIVE_INFINITY);
    if (this.take('+')) return repeated(part, 1, Number.POSITIVE_INFINITY);
    if (this.take('?')) return repeated(part, 0, 1);
    if (!this.take('{')) return part;
    const least = this.#number();
    const most = this.take(',') ? (this.peek() === '}' ? Number.POSITIVE_INFINITY : this.#number()) : least;
    if (!this.take('}') || most < least) throw this.wrong('a repetition that is not {n}, {n,} or {n,m}');
    return repeated(part, least, most);
  }

  #number(): number {
    let text = '';
    while (/\d/.test(this.peek() ?? '')) text += this.next();
    if (text === '' || Number(text) > maxRepetitions)
      throw this.wrong(`a count that is not 0 to ${maxRepetitions}`);
    return Number(text);
  }

  #set(): CharacterSet {
    const isNegated = this.take('^');
    const ranges: Range[] = [];
    while (!this.take(']')) {
      const first = this.#character();
      const hasEnd = this.peek() === '-' && this.source[this.at + 1] !== ']';
      if (hasEnd) this.at++;
      const last = hasEnd ? this.#character() : first;
      if (last < first) throw this.wrong('a range whose ends are the wrong way round');
      ranges.push([first, last]);
    }
    return isNegated ? everythingBut(ranges) : characters(ranges);
  }

  /** Behind the opening quote. */
  #text(quote: string): string {
    let text = '';
    while (!this.take(quote)) text += String.fromCodePoint(this.#character());
    return text;
  }

  #character(): number {
    const next = this.next();
    if (next !== '\\') return next.codePointAt(0)!;
    const escaped = this.next();
    const digits = { x: 2, u: 4, U: 8 }[escaped];
    if (digits === undefined) return (escapes[escaped] ?? escaped).codePointAt(0)!;
    const text = this.source.slice(this.at, this.at + digits).join('');
    this.at += digits;
    const code =
      /^[0-9a-fA-F]+$/.test(text) && text.length === digits ? Number.parseInt(text, 16) : Number.NaN;
    if (!(code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff))
      throw this.wrong('an escape that names no character');
    return code;
  }

  #name(): string {
    let name = '';
    while (nameCharacters.test(this.peek() ?? '')) name += this.next();
    return name;
  }

  #blank(): void {
    for (;;) {
      const next = this.peek();
      if (next === '#') while (this.peek() !== undefined && this.peek() !== '\n') this.at++;
      else if (next !== undefined && /\s/.test(next)) this.at++;
      else return;
    }
  }

  protected fault(message: string): EbnfError {
    return new EbnfError(message);
  }
}
