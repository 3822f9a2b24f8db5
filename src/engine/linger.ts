/**
 * While the device is fully busy, a batch that is not full waits a moment for company: the clients that were just
 * answered are about to ask again.
 */
import type { Clock } from '../metering/clock.js';

/** docs/bench-log.md */
const leastMs = 2;
const mostMs = 10;

export class Linger {
  readonly #clock: Clock;
  readonly #over: () => void;
  #state: 'no' | 'yes' | 'over' = 'no';

  /** `over` is called when the moment has passed; the next `wait` then says no. */
  constructor(clock: Clock, over: () => void) {
    this.#clock = clock;
    this.#over = over;
  }

  /** Whether to wait; begins to if nobody does: as long as what is there would compute, within bounds. */
  wait(computeMs: number): boolean {
    if (this.#state === 'over') {
      this.#state = 'no';
      return false;
    }
    if (this.#state === 'no') {
      this.#state = 'yes';
      this.#clock.after(Math.min(mostMs, Math.max(leastMs, computeMs)), () => {
        this.#state = 'over';
        this.#over();
      });
    }
    return true;
  }
}
