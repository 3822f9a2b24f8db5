/**
 * How long a device was busy, and for whom. Runs that overlap share the time they overlap in equal parts, so that the
 * parts add up to the time the device was busy, to the microsecond.
 */
import { splitByWork } from '../metering/split.js';

interface RunTime {
  micros: number;
}

export class DeviceClock {
  readonly #now: () => number;
  readonly #running: RunTime[] = [];
  #countedUntil = 0;
  #busyMicros = 0;

  /** `now` in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Time in which at least one run was on the device; whole microseconds. */
  get busyMicros(): number {
    return this.#busyMicros;
  }

  /** Measures one run. Its share of the device's time comes with its result. */
  async measure<T>(run: () => Promise<T>): Promise<{ readonly result: T; readonly micros: number }> {
    const time: RunTime = { micros: 0 };
    this.#count();
    this.#running.push(time);
    let result: T;
    try {
      result = await run();
    } finally {
      this.#count();
      this.#running.splice(this.#running.indexOf(time), 1);
    }
    return { result, micros: time.micros };
  }

  /** Gives the time since the last call to those that ran in it. */
  #count(): void {
    const now = Math.round(this.#now() * 1000);
    if (this.#running.length > 0) {
      const passed = now - this.#countedUntil;
      this.#busyMicros += passed;
      const shares = splitByWork(
        passed,
        this.#running.map(() => 1),
      );
      for (const [i, time] of this.#running.entries()) time.micros += shares[i]!;
    }
    this.#countedUntil = now;
  }
}
