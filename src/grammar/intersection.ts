/** What several parts of a grammar allow alike: followed ahead along all texts at once, so none of them may hold itself. */
import { Automaton, type Situation } from './automaton.js';
import { NetworkBuilder, type Part } from './network.js';

export const intersection = (parts: readonly Part[]): Part => {
  if (parts.length === 1) return parts[0]!;
  return (builder, from) => {
    const automata = parts.map((part) => {
      const own = new NetworkBuilder();
      const root = own.declare();
      own.define(root, part);
      builder.spend(own.states.length);
      return new Automaton(own.finish(root), Number.POSITIVE_INFINITY);
    });
    const followed = new Followed(builder, automata);
    builder.skip(from, followed.start);
    return followed.end;
  };
};

/** Where each automaton is after the same text. */
type Place = readonly Situation[];

class Followed {
  readonly start: number;
  readonly end: number;
  readonly #builder: NetworkBuilder;
  readonly #automata: readonly Automaton[];
  readonly #ids = new Map<Situation, number>();
  readonly #states = new Map<string, number>();
  readonly #open: Place[] = [];
  /** The first byte of each run of bytes that nobody tells apart. */
  readonly #firstBytes: readonly number[];

  constructor(builder: NetworkBuilder, automata: readonly Automaton[]) {
    this.#builder = builder;
    this.#automata = automata;
    const firstBytes = new Set(automata.flatMap((automaton) => automaton.firstBytes));
    this.#firstBytes = [...firstBytes].sort((a, b) => a - b);
    this.end = builder.state();
    this.start = this.#stateOf(automata.map(({ start }) => start));
    for (let place = this.#open.pop(); place; place = this.#open.pop()) this.#follow(place);
  }

  #follow(place: Place): void {
    const state = this.#stateOf(place);
    for (const [i, low] of this.#firstBytes.entries()) {
      const next = this.#after(place, low);
      if (next) this.#builder.read(state, low, (this.#firstBytes[i + 1] ?? 256) - 1, this.#stateOf(next));
    }
  }

  #after(place: Place, byte: number): Place | undefined {
    const next: Situation[] = [];
    for (let i = 0; i < place.length; i++) {
      const situation = this.#automata[i]!.step(place[i]!, byte);
      if (!situation) return undefined;
      next.push(situation);
    }
    return next;
  }

  #stateOf(place: Place): number {
    const key = place.map((situation) => this.#idOf(situation)).join(' ');
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    this.#builder.spend(place.reduce((sum, { size }) => sum + size, 0));
    const state = this.#builder.state();
    this.#states.set(key, state);
    this.#open.push(place);
    if (place.every(({ mayEnd }) => mayEnd)) this.#builder.skip(state, this.end);
    return state;
  }

  #idOf(situation: Situation): number {
    const id = this.#ids.get(situation) ?? this.#ids.size;
    this.#ids.set(situation, id);
    return id;
  }
}
