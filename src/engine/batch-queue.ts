/** What waits for one model: the entries of many jobs, taken out in batches. No processes: only order. */
import type { Clock } from '../metering/clock.js';
import { type BatchLimits, chooseBatch } from '../padding.js';
import { TransientMap } from '../transient-map.js';
import { FairOrder, type Line, type Share } from './fair-order.js';

export interface Queued extends Share {
  /** The job it belongs to. */
  readonly run: { readonly id: number };
  readonly size: number;
  readonly bytes: number;
  /** Device time its account was charged for it so far: an estimate until it is done. */
  chargedMicros: number;
}

/** What waits of one account, or of all. */
export interface Waiting {
  jobs: number;
  entries: number;
  bytes: number;
}

const nothing: Readonly<Waiting> = { jobs: 0, entries: 0, bytes: 0 };

/** By how many full batches an account may be ahead of another and still share one with it. */
const batchesAhead = 2;
/** How far a batch looks for rows of similar length, as a multiple of the most rows it may hold. */
const lookAhead = 4;

/**
 * Accounts take turns by device time, and an account's jobs take turns with each other: a batch is anchored on the next
 * account's next job, and candidates are gathered one entry a job and round, so that a job of 2,048 inputs and a job of
 * one input make equal progress and nothing starves.
 */
export class BatchQueue<Entry extends Queued> {
  readonly #clock: Pick<Clock, 'now'>;
  /** A job's entries not yet taken, in order. */
  readonly #order = new FairOrder<Entry[]>();
  /** Of each job, by its id. */
  readonly #lines = new TransientMap<number, Line<Entry[]>>();
  /** Entries that must run as a batch of one: they were in a batch that ended a runner. */
  #alone: Entry[] = [];
  readonly #byAccount = new TransientMap<string, Waiting>();
  #entries = 0;
  #bytes = 0;
  #cost = 0;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  get jobs(): number {
    return this.#lines.size;
  }

  get entries(): number {
    return this.#entries;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Sum of the sizes of what waits. */
  get cost(): number {
    return this.#cost;
  }

  get nextIsAlone(): boolean {
    return this.#alone.length > 0;
  }

  waitingOf(account: string): Readonly<Waiting> {
    return this.#byAccount.get(account) ?? nothing;
  }

  /** The jobs of all that waits. */
  get runs(): Set<Entry['run']> {
    const lines = this.#order.lines(this.#clock.now());
    const waiting = lines.flatMap(({ jobs }) => [...jobs.values()].flat());
    return new Set([...this.#alone, ...waiting].map(({ run }) => run));
  }

  /** Whether who comes next has nothing at the runner. */
  get nextIsNew(): boolean {
    return this.#order.next(this.#clock.now())?.running === 0;
  }

  /** Whether more than one account was served lately. */
  get isShared(): boolean {
    return this.#order.isShared(this.#clock.now());
  }

  /** By level: see `FairOrder.lagMicros`. */
  lagMicros(): Map<number, number> {
    return this.#order.lagMicros();
  }

  /** Adds a job's entries, behind what its account has waiting already. */
  push(entries: readonly Entry[]): void {
    const first = entries[0];
    if (!first) return;
    const line = this.#order.join(first, this.#clock.now());
    line.jobs.set(first.run.id, [...entries]);
    this.#lines.set(first.run.id, line);
    this.#countOf(first.account, { ...nothing, jobs: 1 });
    this.#count(entries, 1);
  }

  pushAlone(entry: Entry): void {
    this.#alone.push(entry);
    this.#count([entry], 1);
  }

  /** Takes the next batch, or `undefined` when nothing waits. `unitMicros` is what a unit of size should take. */
  take(limits: BatchLimits, unitMicros: number): Entry[] | undefined {
    const single = this.#alone.shift();
    const taken = single
      ? [single]
      : this.#takeSimilar(limits, batchesAhead * limits.maxPaddedCost * unitMicros);
    for (const entry of taken) {
      const line = this.#order.line(entry);
      line.running++;
      entry.chargedMicros = entry.size * unitMicros;
      this.#order.charge(line, entry.chargedMicros);
    }
    for (const id of new Set(taken.map((entry) => entry.run.id)))
      if (this.#lines.get(id)?.jobs.get(id)?.length === 0) this.#endJob(id);
    this.#count(taken, -1);
    return taken.length > 0 ? taken : undefined;
  }

  /** An entry that was taken is done with, and took so much device time. */
  done(entry: Entry, deviceMicros: number): void {
    const line = this.#order.line(entry);
    line.running--;
    this.#order.charge(line, deviceMicros - entry.chargedMicros);
    this.#order.close(line);
  }

  /** Drops what still waits of a job. */
  drop({ id }: Queued['run']): void {
    const waiting = this.#lines.get(id)?.jobs.get(id) ?? [];
    this.#endJob(id);
    const alone = this.#alone.filter((entry) => entry.run.id === id);
    if (alone.length > 0) this.#alone = this.#alone.filter((entry) => entry.run.id !== id);
    this.#count([...waiting, ...alone], -1);
  }

  /** Who has had so much more device time than the account whose turn it is sits out. */
  #takeSimilar(limits: BatchLimits, aheadMicros: number): Entry[] {
    const now = this.#clock.now();
    const all = this.#order.lines(now);
    const lines = all.filter(
      ({ share, virtualMicros }) =>
        share.priority !== all[0]!.share.priority || virtualMicros <= all[0]!.virtualMicros + aheadMicros,
    );
    const candidates = roundRobin(lines.map(entriesOf), limits.maxRows * lookAhead);
    const sizes = candidates.map((entry) => entry.size);
    const similar = chooseBatch(sizes, limits).map((index) => candidates[index]!);
    const chosen = inEqualParts(similar);
    if (lines[0]) this.#order.turn(lines[0], now);
    const taken = new Set(chosen);
    for (const id of new Set(chosen.map((entry) => entry.run.id))) {
      const { jobs } = this.#lines.get(id)!;
      const left = jobs.get(id)!.filter((entry) => !taken.has(entry));
      // Back of the line: who was served waits for the others' turn.
      jobs.delete(id);
      jobs.set(id, left);
    }
    return chosen;
  }

  #endJob(id: number): void {
    const line = this.#lines.get(id);
    if (!line) return;
    this.#lines.delete(id);
    line.jobs.delete(id);
    this.#order.close(line);
    this.#countOf(line.share.account, { ...nothing, jobs: -1 });
  }

  #count(entries: readonly Entry[], sign: 1 | -1): void {
    this.#entries += sign * entries.length;
    for (const { account, bytes, size } of entries) {
      this.#bytes += sign * bytes;
      this.#cost += sign * size;
      this.#countOf(account, { jobs: 0, entries: sign, bytes: sign * bytes });
    }
  }

  #countOf(account: string, more: Readonly<Waiting>): void {
    const waiting = this.#byAccount.get(account) ?? { ...nothing };
    waiting.jobs += more.jobs;
    waiting.entries += more.entries;
    waiting.bytes += more.bytes;
    if (waiting.jobs + waiting.entries > 0) this.#byAccount.set(account, waiting);
    else this.#byAccount.delete(account);
  }
}

/** An account's entries, one a job and round. */
function* entriesOf<Entry>({ jobs }: Line<Entry[]>): Generator<Entry, void, void> {
  for (let round = 0, grew = true; grew; round++) {
    grew = false;
    for (const entries of jobs.values()) {
      const entry = entries[round];
      if (entry === undefined) continue;
      grew = true;
      yield entry;
    }
  }
}

/** One entry an account and round, in the accounts' order. */
const roundRobin = <Entry>(sources: readonly Generator<Entry, void, void>[], most: number): Entry[] => {
  const found: Entry[] = [];
  let open = sources;
  while (open.length > 0 && found.length < most) {
    open = open.filter((source) => {
      const { value } = source.next();
      if (value !== undefined && found.length < most) found.push(value);
      return value !== undefined;
    });
  }
  return found;
};

/**
 * Of each account as many as of the one that has least here: what one account has in masses does not make another's
 * few inputs wait for a long batch.
 */
const inEqualParts = <Entry extends Queued>(entries: readonly Entry[]): Entry[] => {
  const counts = new Map<string, number>();
  for (const { account } of entries) counts.set(account, (counts.get(account) ?? 0) + 1);
  const least = Math.min(...counts.values());
  const taken = new Map<string, number>();
  return entries.filter(({ account }) => {
    const nth = (taken.get(account) ?? 0) + 1;
    taken.set(account, nth);
    return nth <= least;
  });
};
