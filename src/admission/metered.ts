/** Admission by the store: quota and credit are held before a request runs and settled, with its usage row, after it. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { addUsage, type Event, type Usage } from '../job.js';
import { type Clock, systemClock } from '../metering/clock.js';
import { DeviceEstimate, type Sized } from '../metering/device-estimate.js';
import { costMicroUsd } from '../metering/price.js';
import type { Claim, Settlement } from '../store/holds.js';
import type { UsageRow } from '../store/money-tables.js';
import type { Store } from '../store/store.js';
import type { Admission, Bill, Caller, Ending, Estimate, Ticket } from './admission.js';
import { claimOf, compareClaims, costOfClaim, isLimited } from './claim.js';
import { Concurrency } from './concurrency.js';
import { Grants } from './grants.js';
import { Hold } from './hold.js';
import { monthOf } from './month.js';
import { checkAudio, checkPlan } from './plan-limits.js';
import { quotaOf, quotaWarning } from './quota.js';
import { refusal } from './refusal.js';

export interface MeteredOptions {
  readonly store: Store;
  readonly authenticate: Admission['authenticate'];
  readonly log: Logger;
  /** For waiting; default: the system's. */
  readonly clock?: Clock;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Names this process among those that share the store. */
  readonly holder?: string;
}

export interface MeteredAdmission extends Admission {
  readonly holder: string;
  /** Resolves once what was admitted is settled. */
  idle(): Promise<void>;
}

/** A store that did not take a settlement is asked again so often. */
const settleAgainMs = 5_000;

const noUsage: Usage = { inputTokens: 0, outputTokens: 0, images: 0, audioSeconds: 0, deviceMicros: 0 };

export const meteredAdmission = (options: MeteredOptions): MeteredAdmission => {
  const { store, log, clock = systemClock, now = Date.now, holder = `serve_${randomUUID()}` } = options;
  const device = new DeviceEstimate();
  /** One for each request that is not settled yet. */
  const open = new Set<Promise<void>>();
  const grants = new Grants(store);
  const concurrency = new Concurrency(clock);
  return {
    holder,
    async idle() {
      await Promise.all(open);
    },
    authenticate: options.authenticate,
    async admit(caller, estimate, signal) {
      checkPlan(caller.payer.plan, estimate);
      const { isFree = false } = estimate;
      const leave = isFree ? () => {} : await concurrency.enter(caller.payer, signal);
      try {
        await grants.give(caller.payer, now());
        const parts = { store, clock, log, now, holder, device, leave };
        const ticket = new MeteredTicket(parts, caller, estimate);
        if (!isFree) await ticket.hold();
        open.add(ticket.settled);
        void ticket.settled.then(() => open.delete(ticket.settled));
        return ticket;
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
};

/** Failed requests are nobody's. */
const usedBy = ({ outcome, usage }: Pick<Ending, 'outcome' | 'usage'>): Usage =>
  outcome === 'failed' ? noUsage : usage;

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly now: () => number;
  readonly holder: string;
  readonly device: DeviceEstimate;
  /** Ends the payer's turn. */
  readonly leave: () => void;
}

class MeteredTicket implements Ticket {
  readonly #parts: Parts;
  readonly #caller: Caller;
  readonly #estimate: Estimate;
  readonly #sized: Sized;
  /** From the estimate; its meters are what use is counted by. */
  readonly #first: Claim;
  /** The month in which it was admitted is the one that it counts in. */
  readonly #month: string;
  readonly #measured: Usage = { ...noUsage };
  #inputsMeasured = 0;
  /** What it is expected to use at most, as far as that is known now. */
  #most: Usage;
  /** Of the device, until now. */
  #usedMicros = 0;
  /** Its client was told something. */
  #hasBegun = false;
  #hold: Hold | undefined;
  #end = () => {};
  readonly settled = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  constructor(parts: Parts, caller: Caller, estimate: Estimate) {
    this.#parts = parts;
    this.#caller = caller;
    this.#estimate = estimate;
    this.#month = monthOf(parts.now());
    this.#sized = {
      model: estimate.model.id,
      size: estimate.size,
      mostOutputTokens: estimate.ceiling.outputTokens,
    };
    this.#most = { ...estimate.ceiling, deviceMicros: parts.device.of(estimate.model.id, estimate.size) };
    this.#first = this.#claim();
  }

  /** What nothing limits needs no hold. */
  async hold(): Promise<void> {
    const claim = this.#first;
    if (!isLimited(claim)) return;
    const { store, clock, log } = this.#parts;
    const answer = await store.holds.take(claim);
    if (!answer.taken) throw this.#refusal(answer, claim);
    const { requestId } = this.#estimate;
    const failed = (err: unknown) => log.error({ event: 'hold_not_corrected', requestId, err });
    this.#hold = new Hold({ store, clock, failed }, claim);
  }

  trueUp(event: Event): Promise<void> | undefined {
    if (event.type === 'measured') return this.#measure(event.usage);
    if (event.type === 'used') this.#use(event.deviceMicros);
    else if (event.type !== 'accepted') this.#hasBegun = true;
    return undefined;
  }

  async settle(ending: Ending): Promise<Bill> {
    const { store, device, log, leave } = this.#parts;
    const settlement = this.#settlement(ending);
    try {
      const writing = this.#hold?.end();
      if (writing) await writing;
      const settled = await store.holds.settle(settlement);
      device.learn(this.#sized, usedBy(ending), this.#inputsMeasured > 0);
      const { costMicroUsd, used } = settled;
      return { costMicroUsd, quotaWarning: quotaWarning(used[0] ?? 0, quotaOf(this.#caller.payer)) };
    } catch (error) {
      const didFail = ending.outcome === 'succeeded';
      // Whose answer cannot be booked gets none, and pays nothing.
      const again = didFail
        ? this.#settlement({ ...ending, outcome: 'failed', status: 'internal' })
        : settlement;
      if (this.#hold || ending.outcome === 'cancelled') this.#settleLater(again);
      if (didFail) throw error;
      // The client hears why its request failed, which is another reason.
      log.error({ event: 'settle_failed', requestId: this.#estimate.requestId, err: error });
      return { costMicroUsd: 0 };
    } finally {
      leave();
      this.#end();
    }
  }

  /**
   * What is held goes back, and what is paid is booked, once the store can be written again. A settlement that was taken
   * unheard counts once.
   */
  #settleLater(settlement: Settlement): void {
    const { store, clock } = this.#parts;
    clock.after(settleAgainMs, () => {
      store.holds.settle(settlement).catch(() => this.#settleLater(settlement));
    });
  }

  #settlement(ending: Ending): Settlement {
    const charged = this.#caller.payer.billing === 'credit';
    return { row: this.#row(ending), held: this.#hold !== undefined, charged, meters: this.#first.meters };
  }

  #measure(usage: Partial<Usage>): Promise<void> | undefined {
    addUsage(this.#measured, usage);
    this.#inputsMeasured++;
    checkAudio(this.#caller.payer.plan, this.#measured.audioSeconds);
    const hold = this.#hold;
    if (!hold || !this.#isBetterKnown()) return undefined;
    this.#most = this.#betterEstimate();
    const claim = this.#claim();
    const difference = compareClaims(claim, hold.claim);
    if (difference === 'less') hold.lowerSoon(() => this.#claim());
    if (difference !== 'more') return undefined;
    if (!this.#hasBegun) return this.#demand(hold, claim);
    hold.follow(claim);
    return undefined;
  }

  /** What was used is a fact: it counts whatever the limit, and what runs is not stopped for it. */
  #use(deviceMicros: number): void {
    this.#usedMicros = deviceMicros;
    if (!this.#hold) return;
    const claim = this.#claim();
    if (compareClaims(claim, this.#hold.claim) === 'more') this.#hold.follow(claim);
  }

  async #demand(hold: Hold, claim: Claim): Promise<void> {
    const answer = await hold.demand(claim);
    if (!answer.taken) throw this.#refusal(answer, claim);
  }

  /** Once all inputs are measured, or what was measured is more than was thought of. */
  #isBetterKnown(): boolean {
    const { inputs, ceiling } = this.#estimate;
    const { inputTokens, audioSeconds } = this.#measured;
    if (this.#inputsMeasured === inputs) return true;
    return inputTokens > ceiling.inputTokens || audioSeconds > ceiling.audioSeconds;
  }

  #betterEstimate(): Usage {
    const { inputTokens, audioSeconds } = this.#measured;
    const guessed = this.#most.deviceMicros;
    const better = this.#parts.device.ofMeasured(this.#sized, this.#measured) ?? guessed;
    // A guess for another guess: only one that is far off is worth a correction.
    const deviceMicros = better > 2 * guessed || better < guessed / 2 ? better : guessed;
    return { ...this.#estimate.ceiling, inputTokens, audioSeconds, deviceMicros };
  }

  #claim(): Claim {
    const { holder, now } = this.#parts;
    const terms = { caller: this.#caller, estimate: this.#estimate, month: this.#month, holder, at: now() };
    const deviceMicros = Math.max(this.#most.deviceMicros, this.#usedMicros);
    return claimOf(terms, { ...this.#most, deviceMicros });
  }

  #refusal(lack: Parameters<typeof refusal>[0], claim: Claim) {
    const { payer } = this.#caller;
    return refusal(lack, { payer, costMicroUsd: costOfClaim(claim), at: this.#parts.now() });
  }

  #row({ outcome, status, usage, queueMs, computeMs, totalMs, cached = false }: Ending): UsageRow {
    const { account, keyId, payer } = this.#caller;
    const { requestId, model, task } = this.#estimate;
    const used = usedBy({ outcome, usage });
    const micros = (ms: number) => Math.max(0, Math.round(ms * 1000));
    return {
      request_id: requestId,
      at: this.#parts.now(),
      account,
      payer: payer.id,
      key_id: keyId,
      model: model.id,
      task,
      input_tokens: used.inputTokens,
      output_tokens: used.outputTokens,
      images: used.images,
      audio_ms: Math.round(used.audioSeconds * 1000),
      device_us: used.deviceMicros,
      cost_micro_usd: cached ? 0 : costMicroUsd(model.prices, used),
      queue_us: micros(queueMs),
      compute_us: micros(computeMs),
      total_us: micros(totalMs),
      status,
      cached: Number(cached),
    };
  }
}
