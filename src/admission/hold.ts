/** A request's hold in the store while it runs: corrected as more becomes known, one correction after the other. */
import type { Clock } from '../metering/clock.js';
import type { Claim, Taken } from '../store/holds.js';
import type { Store } from '../store/store.js';

/** Most requests end within it, and then nothing is written. */
const lowerAfterMs = 1_000;

export interface HoldOptions {
  readonly store: Pick<Store, 'holds'>;
  readonly clock: Clock;
  /** A correction that nobody waits for was not written: the claim before it stands until the request is settled. */
  readonly failed: (error: unknown) => void;
}

export class Hold {
  readonly #options: HoldOptions;
  #claim: Claim;
  /** The newest that is not written yet. */
  #next: Claim | undefined;
  #writing: Promise<void> | undefined;
  #cancelLowering = () => {};

  /** Of a claim that was taken. */
  constructor(options: HoldOptions, claim: Claim) {
    this.#options = options;
    this.#claim = claim;
  }

  get claim(): Claim {
    return this.#claim;
  }

  /** All of the claim or nothing, for what has told its client nothing yet. */
  async demand(claim: Claim): Promise<Taken> {
    this.#cancelLowering();
    await this.#writing;
    const answer = await this.#options.store.holds.adjust(claim);
    if (answer.taken) this.#claim = claim;
    return answer;
  }

  /** For what goes on in any case: as far as credit goes. Nobody waits for it. */
  follow(claim: Claim): void {
    this.#cancelLowering();
    this.#claim = claim;
    this.#next = claim;
    this.#writing ??= this.#write();
  }

  /** What is claimed too much is given back in a while, unless the request ends before. */
  lowerSoon(claim: () => Claim): void {
    this.#cancelLowering();
    this.#cancelLowering = this.#options.clock.after(lowerAfterMs, () => this.follow(claim()));
  }

  /** Before the request is settled: nothing may be written behind that. */
  end(): Promise<void> | undefined {
    this.#cancelLowering();
    this.#next = undefined;
    return this.#writing;
  }

  async #write(): Promise<void> {
    const { store, failed } = this.#options;
    for (let claim = this.#next; claim; claim = this.#next) {
      this.#next = undefined;
      await store.holds.adjust(claim, 'asFarAsItGoes').catch(failed);
    }
    this.#writing = undefined;
  }
}
