/**
 * A grammar as a network of states over bytes. A rule is a part of the network with a start and ends; an arrow reads a
 * byte, skips, or calls a rule and goes on where that ends. What reads it is `automaton.ts`.
 */

/** Reads one byte from `low` to `high`. */
export interface Arrow {
  readonly low: number;
  readonly high: number;
  readonly to: number;
}

export interface Call {
  readonly rule: number;
  /** Where to go on once the rule has ended. */
  readonly to: number;
}

export interface State {
  readonly arrows: Arrow[];
  readonly skips: number[];
  readonly calls: Call[];
  /** The rule may end here. */
  isEnd: boolean;
  /** Inside a JSON string: so many more characters of any kind may follow. */
  room: number;
}

export interface Network {
  readonly states: readonly State[];
  /** The start state of each rule. */
  readonly starts: readonly number[];
  readonly root: number;
}

/** Adds a piece of grammar behind a state, without leading back to it; returns the state behind the piece. */
export type Part = (builder: NetworkBuilder, from: number) => number;

/** The grammar is larger than may be built. */
export class TooLarge extends Error {}

/** Some 50 ms of building; ten functions with ten arguments take two thousand. */
const maxStates = 50_000;

/** What all that is worked out ahead may look at, in states: some 100 ms. */
const maxSpent = 30_000;

export class NetworkBuilder {
  readonly states: State[] = [];
  readonly starts: number[] = [];
  readonly #shared = new Map<string, number>();
  #spent = 0;

  state(): number {
    if (this.states.length >= maxStates) throw new TooLarge();
    return this.states.push({ arrows: [], skips: [], calls: [], isEnd: false, room: 0 }) - 1;
  }

  spend(states: number): void {
    this.#spent += states;
    if (this.#spent > maxSpent) throw new TooLarge();
  }

  read(from: number, low: number, high: number, to: number): void {
    this.states[from]!.arrows.push({ low, high, to });
  }

  skip(from: number, to: number): void {
    this.states[from]!.skips.push(to);
  }

  /** A rule that is defined later, so that it can call itself. */
  declare(): number {
    return this.starts.push(this.state()) - 1;
  }

  define(rule: number, part: Part): void {
    this.states[part(this, this.starts[rule]!)]!.isEnd = true;
  }

  /** The rule under this key, defined at its first use. */
  rule(key: string, part: Part): number {
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const rule = this.declare();
    this.#shared.set(key, rule);
    try {
      this.define(rule, part);
    } catch (error) {
      // Whoever uses it next shall hear the reason too.
      this.#shared.delete(key);
      throw error;
    }
    return rule;
  }

  finish(root: number): Network {
    return { states: this.states, starts: this.starts, root };
  }
}

export const nothing: Part = (_builder, from) => from;

/** Matches no text at all. */
export const never: Part = (builder) => builder.state();

export const sequence =
  (...parts: readonly Part[]): Part =>
  (builder, from) =>
    parts.reduce((at, part) => part(builder, at), from);

export const choice = (...parts: readonly Part[]): Part => {
  if (parts.length === 1) return parts[0]!;
  return (builder, from) => {
    const end = builder.state();
    for (const part of parts) builder.skip(part(builder, from), end);
    return end;
  };
};

export const optional = (part: Part): Part => choice(part, nothing);

export const calling =
  (rule: number): Part =>
  (builder, from) => {
    const to = builder.state();
    builder.states[from]!.calls.push({ rule, to });
    return to;
  };

/** A part that many places use, built once. */
export const shared =
  (key: string, part: Part): Part =>
  (builder, from) =>
    calling(builder.rule(key, part))(builder, from);

/** A part that stands several times in one place, built once. */
export const once =
  (part: Part, then: (repeated: Part) => Part): Part =>
  (builder, from) => {
    const rule = builder.declare();
    builder.define(rule, part);
    return then(calling(rule))(builder, from);
  };

/** `most`: Infinity for no limit. */
export const repeated = (part: Part, least: number, most: number): Part => {
  if (most < least) return never;
  const copies = Number.isFinite(most) ? most : least + 1;
  if (copies > 2) return once(part, (one) => unrolled(one, least, most));
  return unrolled(part, least, most);
};

const unrolled =
  (part: Part, least: number, most: number): Part =>
  (builder, from) => {
    let at = from;
    for (let i = 0; i < least; i++) at = part(builder, at);
    if (!Number.isFinite(most)) {
      const loop = builder.state();
      builder.skip(at, loop);
      builder.skip(part(builder, loop), loop);
      return loop;
    }
    const end = builder.state();
    for (let i = least; i < most; i++) {
      builder.skip(at, end);
      at = part(builder, at);
    }
    builder.skip(at, end);
    return end;
  };

/** Exactly this text, in UTF-8. */
export const literal =
  (text: string): Part =>
  (builder, from) => {
    let at = from;
    for (const byte of Buffer.from(text)) {
      const to = builder.state();
      builder.read(at, byte, byte, to);
      at = to;
    }
    return at;
  };
