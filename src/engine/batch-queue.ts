/** What waits for one model: the entries of many jobs, taken out in batches. No time, no processes: only order. */
import { type BatchLimits, chooseBatch } from '../padding.js';

export interface Queued {
  /** The job it belongs to; compared by identity. */
  readonly run: object;
  readonly account: string;
  readonly size: number;
  readonly bytes: number;
}

/** How far a batch looks for rows of similar length, as a multiple of the most rows it may hold. */
const lookAhead = 4;

/**
 * Jobs take turns: a batch is anchored on the next job's next entry, and candidates are gathered one entry a job and
 * round, so that a job of 2,048 inputs and a job of one input make equal progress and nothing starves.
 */
export class BatchQueue<Entry extends Queued> {
  /** Jobs in turn order; each with its entries not yet taken, in order. */
  readonly #jobs = new Map<object, Entry[]>();
  /** Entries that must run as a batch of one: they were in a batch that ended a runner. */
  #alone: Entry[] = [];
  readonly #jobsByAccount = new Map<string, number>();
  #entries = 0;
  #bytes = 0;
  #cost = 0;

  get jobs(): number {
    return this.#jobs.size;
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

  jobsOf(account: string): number {
    return this.#jobsByAccount.get(account) ?? 0;
  }

  /** Adds a job's entries, behind what waits already. */
  push(entries: readonly Entry[]): void {
    const first = entries[0];
    if (!first) return;
    this.#jobs.set(first.run, [...entries]);
    this.#jobsByAccount.set(first.account, this.jobsOf(first.account) + 1);
    this.#count(entries, 1);
  }

  pushAlone(entry: Entry): void {
    this.#alone.push(entry);
    this.#count([entry], 1);
  }

  /** Takes the next batch, or `undefined` when nothing waits. */
  take(limits: BatchLimits): Entry[] | undefined {
    const single = this.#alone.shift();
    const taken = single ? [single] : this.#takeSimilar(limits);
    this.#count(taken, -1);
    return taken.length > 0 ? taken : undefined;
  }

  /** Drops what still waits of a job. */
  drop(run: object): void {
    const waiting = this.#jobs.get(run) ?? [];
    if (waiting[0]) this.#endJob(run, waiting[0].account);
    const alone = this.#alone.filter((entry) => entry.run === run);
    if (alone.length > 0) this.#alone = this.#alone.filter((entry) => entry.run !== run);
    this.#count([...waiting, ...alone], -1);
  }

  #takeSimilar(limits: BatchLimits): Entry[] {
    const candidates = this.#candidates(limits.maxRows * lookAhead);
    const sizes = candidates.map((entry) => entry.size);
    const chosen = chooseBatch(sizes, limits).map((index) => candidates[index]!);
    const taken = new Set(chosen);
    for (const run of new Set(chosen.map((entry) => entry.run))) {
      const waiting = this.#jobs.get(run)!;
      const left = waiting.filter((entry) => !taken.has(entry));
      if (left.length === 0) this.#endJob(run, waiting[0]!.account);
      else {
        // Back of the line: who was served waits for the others' turn.
        this.#jobs.delete(run);
        this.#jobs.set(run, left);
      }
    }
    return chosen;
  }

  /** One entry a job and round, in turn order. */
  #candidates(most: number): Entry[] {
    const found: Entry[] = [];
    for (let round = 0, grew = true; grew && found.length < most; round++) {
      grew = false;
      for (const entries of this.#jobs.values()) {
        const entry = entries[round];
        if (!entry) continue;
        found.push(entry);
        grew = true;
        if (found.length >= most) break;
      }
    }
    return found;
  }

  #endJob(run: object, account: string): void {
    this.#jobs.delete(run);
    const left = this.jobsOf(account) - 1;
    if (left > 0) this.#jobsByAccount.set(account, left);
    else this.#jobsByAccount.delete(account);
  }

  #count(entries: readonly Entry[], sign: 1 | -1): void {
    this.#entries += sign * entries.length;
    for (const { bytes, size } of entries) {
      this.#bytes += sign * bytes;
      this.#cost += sign * size;
    }
  }
}
