/** What has to be known of a network before it can be read: what leads nowhere, and in which order rules call. */
import type { Call, Network, State } from './network.js';

/**
 * Without what can never come to an end, so that whoever goes on can always finish. Throws a `RangeError` when nothing is
 * left.
 */
export const trimmed = (network: Network): Network => {
  const { states, starts, root } = network;
  const { alive, count } = aliveStates(network);
  if (!alive[starts[root]!]) throw new RangeError('no text fits it');
  if (count === states.length) return network;
  return {
    starts,
    root,
    states: states.map((state) => ({
      ...state,
      arrows: state.arrows.filter(({ to }) => alive[to]),
      skips: state.skips.filter((to) => alive[to]),
      calls: state.calls.filter(({ to, rule }) => alive[to] && alive[starts[rule]!]),
    })),
  };
};

/** States from which their rule can end: found backwards, a call counting once the called rule is known to end. */
const aliveStates = ({ states, starts }: Network) => {
  const before = predecessors({ states, starts });
  const alive = new Uint8Array(states.length);
  const leads = ({ arrows, skips, calls, isEnd }: State) =>
    isEnd ||
    arrows.some(({ to }) => alive[to]) ||
    skips.some((to) => alive[to]) ||
    calls.some(({ to, rule }) => alive[to] && alive[starts[rule]!]);
  const open = states.flatMap(({ isEnd }, state) => (isEnd ? [state] : []));
  let count = 0;
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (alive[state] || !leads(states[state]!)) continue;
    alive[state] = 1;
    count++;
    for (let link = before.first[state]!; link >= 0; link = before.next[link]!) open.push(before.from[link]!);
  }
  return { alive, count };
};

/** Whose fate depends on a state: chains through flat arrays, -1 at their end. A set a state would take ten times as long. */
const predecessors = ({ states, starts }: Pick<Network, 'states' | 'starts'>) => {
  const first = new Int32Array(states.length).fill(-1);
  const next: number[] = [];
  const from: number[] = [];
  const link = (to: number, state: number) => {
    next.push(first[to]!);
    first[to] = from.push(state) - 1;
  };
  for (const [state, { arrows, skips, calls }] of states.entries()) {
    for (const { to } of arrows) link(to, state);
    for (const to of skips) link(to, state);
    for (const { rule, to } of calls) {
      link(to, state);
      link(starts[rule]!, state);
    }
  }
  return { first, next, from };
};

/**
 * A rank for each rule, below those of the rules that it calls without having read anything. Throws a `RangeError` when
 * there is none: a rule that begins with itself.
 */
export const callRanks = ({ states, starts }: Network): readonly number[] => {
  const empty = emptyRules({ states, starts });
  const ranks: number[] = [];
  let next = 0;
  const progress = new Map<number, 'open' | 'done'>();
  const visit = (rule: number): void => {
    const at = progress.get(rule);
    if (at === 'open') throw new RangeError('a rule begins with itself');
    if (at === 'done') return;
    progress.set(rule, 'open');
    for (const { rule: called } of callsUnread(starts[rule]!, states, empty)) visit(called);
    progress.set(rule, 'done');
    ranks[rule] = next--;
  };
  for (const rule of starts.keys()) visit(rule);
  return ranks;
};

/** Rules that can end without having read anything. Who waits for one goes on behind its calls once it turns out to. */
const emptyRules = ({ states, starts }: Pick<Network, 'states' | 'starts'>): ReadonlySet<number> => {
  const empty = new Set<number>();
  /** States reached unread; each belongs to one rule. */
  const seen = new Uint8Array(states.length);
  const waiting = starts.map((): Place[] => []);
  const open = starts.map((state, rule): Place => ({ state, rule }));
  for (let place = open.pop(); place; place = open.pop()) {
    const { state, rule } = place;
    if (seen[state]) continue;
    seen[state] = 1;
    const { skips, calls, isEnd } = states[state]!;
    for (const to of skips) open.push({ state: to, rule });
    for (const { rule: called, to } of calls)
      (empty.has(called) ? open : waiting[called]!).push({ state: to, rule });
    if (!isEnd || empty.has(rule)) continue;
    empty.add(rule);
    open.push(...waiting[rule]!.splice(0));
  }
  return empty;
};

/** A state, and the rule that it is part of. */
interface Place {
  readonly state: number;
  readonly rule: number;
}

/** What a rule calls before it has read anything. */
const callsUnread = (start: number, states: readonly State[], empty: ReadonlySet<number>): Call[] => {
  const seen = new Set<number>();
  const open = [start];
  const reached: Call[] = [];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (seen.has(state)) continue;
    seen.add(state);
    const { skips, calls } = states[state]!;
    open.push(...skips);
    reached.push(...calls);
    for (const { rule, to } of calls) if (empty.has(rule)) open.push(to);
  }
  return reached;
};
