/**
 * Whose turn it is: levels of priority go before one another, and within a level goes first who has had the least device
 * time for its weight (start-time fair queueing). A level that is passed over for too long gets a turn between.
 */

import { TransientMap } from '../transient-map.js';

export interface Share {
  readonly account: string;
  /** The level; higher goes first. */
  readonly priority: number;
  /** Who has twice the weight gets twice the device time within its level. */
  readonly weight: number;
}

/** One account at one level. */
export class Line<Job extends object> {
  readonly share: Share;
  /** By id, in turn order. */
  readonly jobs = new TransientMap<number, Job>();
  /** Device time it has had over its weight; an account that comes begins where its level stands. */
  virtualMicros: number;
  /** How many of its inputs are at the runner. */
  running = 0;

  constructor(share: Share, virtualMicros: number) {
    this.share = share;
    this.virtualMicros = virtualMicros;
  }
}

interface Level<Job extends object> {
  readonly priority: number;
  readonly lines: Map<string, Line<Job>>;
  /** Virtual time at which the last turn was given. */
  virtualMicros: number;
  /** Since when it waits for its next turn. */
  since: number;
}

/** A batch takes some 100 ms: every level gets at least one in ten. */
const passedOverMs = 1_000;
/** So long after two accounts took turns, others are expected to come again. */
const sharedMs = 2_000;

export class FairOrder<Job extends object> {
  /** Highest first. */
  readonly #levels: Level<Job>[] = [];
  #lastAccount: string | undefined;
  #sharedUntil = 0;

  /** The account's line, for something that comes to wait. */
  join(share: Share, now: number): Line<Job> {
    const level = this.#level(share.priority);
    if (waitingLines(level).length === 0) level.since = now;
    return this.line(share);
  }

  /** The account's line, opened if it has none. */
  line(share: Share): Line<Job> {
    const level = this.#level(share.priority);
    const existing = level.lines.get(share.account);
    if (existing) return existing;
    const line = new Line<Job>(share, level.virtualMicros);
    level.lines.set(share.account, line);
    return line;
  }

  /** Lines with something waiting, in the order in which they should be served. */
  lines(now: number): Line<Job>[] {
    const passedOver = this.#passedOver(now);
    const others = this.#levels.filter((level) => level !== passedOver);
    return [...(passedOver ? [passedOver] : []), ...others].flatMap(waitingLines);
  }

  /** The first of `lines`. */
  next(now: number): Line<Job> | undefined {
    const level = this.#passedOver(now) ?? this.#levels.find(isWaiting);
    let first: Line<Job> | undefined;
    for (const line of level?.lines.values() ?? [])
      if (line.jobs.size > 0 && !(first && first.virtualMicros <= line.virtualMicros)) first = line;
    return first;
  }

  /** The lowest level that has waited for too long. */
  #passedOver(now: number): Level<Job> | undefined {
    return this.#levels.findLast((level) => now - level.since >= passedOverMs && isWaiting(level));
  }

  /** The line begins a batch. */
  turn(line: Line<Job>, now: number): void {
    const level = this.#level(line.share.priority);
    level.virtualMicros = Math.max(level.virtualMicros, line.virtualMicros);
    level.since = now;
    const { account } = line.share;
    if (this.#lastAccount !== undefined && account !== this.#lastAccount) this.#sharedUntil = now + sharedMs;
    this.#lastAccount = account;
  }

  /** Whether more than one account had a turn lately. */
  isShared(now: number): boolean {
    return now < this.#sharedUntil;
  }

  charge(line: Line<Job>, micros: number): void {
    line.virtualMicros += micros / line.share.weight;
  }

  /** Forgets a line that neither waits nor runs. */
  close(line: Line<Job>): void {
    if (line.jobs.size > 0 || line.running > 0) return;
    const index = this.#levels.findIndex(({ priority }) => priority === line.share.priority);
    const level = this.#levels[index];
    if (level?.lines.get(line.share.account) !== line) return;
    level.lines.delete(line.share.account);
    if (level.lines.size === 0) this.#levels.splice(index, 1);
  }

  /** By level: the largest difference of device time among accounts that wait side by side. */
  lagMicros(): Map<number, number> {
    return new Map(
      this.#levels.map((level) => {
        const times = waitingLines(level).map(({ virtualMicros }) => virtualMicros);
        return [level.priority, times.length > 1 ? Math.max(...times) - Math.min(...times) : 0];
      }),
    );
  }

  #level(priority: number): Level<Job> {
    const existing = this.#levels.find((level) => level.priority === priority);
    if (existing) return existing;
    const level = { priority, lines: new Map(), virtualMicros: 0, since: 0 };
    this.#levels.push(level);
    this.#levels.sort((a, b) => b.priority - a.priority);
    return level;
  }
}

const isWaiting = <Job extends object>({ lines }: Level<Job>): boolean => {
  for (const { jobs } of lines.values()) if (jobs.size > 0) return true;
  return false;
};

const waitingLines = <Job extends object>({ lines }: Level<Job>): Line<Job>[] =>
  [...lines.values()].filter(({ jobs }) => jobs.size > 0).sort((a, b) => a.virtualMicros - b.virtualMicros);
