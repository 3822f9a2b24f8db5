/** How many requests of a payer run at once, in this process; the others wait for their turn, and not for ever. */
import { TaskwireError } from '../errors.js';
import { type Clock, pause } from '../metering/clock.js';
import type { Payer } from './admission.js';
import { nextPlan } from './refusal.js';

const mostWaitingEach = 1_000;
const longestWaitMs = 60_000;

interface Turns {
  running: number;
  /** Called when it is their turn, first come first served. */
  readonly waiting: Set<() => void>;
}

export class Concurrency {
  readonly #clock: Clock;
  readonly #turns = new Map<string, Turns>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits for a turn; the function it resolves to ends it. Throws `queue_full`, or the signal's reason when it fires. */
  async enter({ id, plan }: Payer, signal = new AbortController().signal): Promise<() => void> {
    const limit = plan.concurrency;
    if (limit === undefined) return () => {};
    const turns = this.#turns.get(id) ?? { running: 0, waiting: new Set() };
    this.#turns.set(id, turns);
    if (turns.running < limit) turns.running++;
    else {
      const full = () =>
        new TaskwireError('queue_full', {
          message: `The plan ${plan.name} runs ${limit} of its requests at once, and more wait than can.${nextPlan(plan)}`,
          retryAfterSeconds: 1,
        });
      if (turns.waiting.size >= mostWaitingEach) throw full();
      if (!(await this.#turn(turns, signal))) throw signal.aborted ? signal.reason : full();
    }
    return () => this.#leave(id, turns);
  }

  /** False when it did not come. */
  async #turn({ waiting }: Turns, signal: AbortSignal): Promise<boolean> {
    let begin = () => {};
    const called = new Promise<boolean>((resolve) => {
      begin = () => resolve(true);
    });
    waiting.add(begin);
    const waited = new AbortController();
    const given = pause(this.#clock, longestWaitMs, AbortSignal.any([signal, waited.signal])).then(
      () => false,
    );
    const came = await Promise.race([called, given]);
    waited.abort();
    // Given up and called in the same moment: the turn is taken.
    if (!came && !waiting.delete(begin)) return true;
    return came;
  }

  #leave(id: string, turns: Turns): void {
    const [next] = turns.waiting;
    if (next) {
      turns.waiting.delete(next);
      next();
    } else if (--turns.running === 0) this.#turns.delete(id);
  }
}
