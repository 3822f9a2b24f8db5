/** What has to be known of a network before it can be read: what leads nowhere, and in which order rules call. */
import type { Call, Network, State } from './network.js';

/**
 * Without what can never come to an end, so that whoever goes on can always finish. Throws a `RangeError` when nothing is
 * left.
 */
export const trimmed = (network: Network): Network => {
  const { states, starts, root } = network;
  const alive = aliveStates(network);
  if (!alive.has(starts[root]!)) throw new RangeError('no text fits it');
  return {
    starts,
    root,
    states: states.map(({ arrows, skips, calls, isEnd, room }) => ({
      arrows: arrows.filter(({ to }) => alive.has(to)),
      skips: skips.filter((to) => alive.has(to)),
      calls: calls.filter(({ to, rule }) => alive.has(to) && alive.has(starts[rule]!)),
      isEnd,
      room,
    })),
  };
};

/** States from which their rule can end: found backwards, a call counting once the called rule is known to end. */
const aliveStates = ({ states, starts }: Network): ReadonlySet<number> => {
  const before = states.map(() => new Set<number>());
  const callers = states.map(() => new Set<number>());
  for (const [from, { arrows, skips, calls }] of states.entries()) {
    for (const { to } of arrows) before[to]!.add(from);
    for (const to of skips) before[to]!.add(from);
    for (const { rule, to } of calls) {
      before[to]!.add(from);
      callers[starts[rule]!]!.add(from);
    }
  }
  const alive = new Set<number>();
  const leads = ({ arrows, skips, calls, isEnd }: State) =>
    isEnd ||
    arrows.some(({ to }) => alive.has(to)) ||
    skips.some((to) => alive.has(to)) ||
    calls.some(({ to, rule }) => alive.has(to) && alive.has(starts[rule]!));
  const open = states.flatMap(({ isEnd }, state) => (isEnd ? [state] : []));
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (alive.has(state) || !leads(states[state]!)) continue;
    alive.add(state);
    open.push(...before[state]!, ...callers[state]!);
  }
  return alive;
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
    const { calls } = reachedUnread(starts[rule]!, states, empty);
    for (const { rule: called } of calls) visit(called);
    progress.set(rule, 'done');
    ranks[rule] = next--;
  };
  for (const rule of starts.keys()) visit(rule);
  return ranks;
};

/** Rules that can end without having read anything. */
const emptyRules = ({ states, starts }: Pick<Network, 'states' | 'starts'>): ReadonlySet<number> => {
  const empty = new Set<number>();
  for (let before = -1; before < empty.size; ) {
    before = empty.size;
    for (const [rule, start] of starts.entries())
      if (!empty.has(rule) && reachedUnread(start, states, empty).mayEnd) empty.add(rule);
  }
  return empty;
};

const reachedUnread = (start: number, states: readonly State[], empty: ReadonlySet<number>) => {
  const seen = new Set<number>();
  const open = [start];
  const reached: Call[] = [];
  let mayEnd = false;
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (seen.has(state)) continue;
    seen.add(state);
    const { skips, calls, isEnd } = states[state]!;
    mayEnd ||= isEnd;
    open.push(...skips);
    reached.push(...calls);
    for (const { rule, to } of calls) if (empty.has(rule)) open.push(to);
  }
  return { calls: reached, mayEnd };
};
