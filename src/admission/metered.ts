/** Admission by the store: quota and credit are held before a request runs and settled, with its usage row, after it. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { addUsage, type Usage } from '../job.js';
import { type Clock, systemClock } from '../metering/clock.js';
import { DeviceEstimate } from '../metering/device-estimate.js';
import { costMicroUsd } from '../metering/price.js';
import type { Claim } from '../store/holds.js';
import type { MeterClaim } from '../store/meters.js';
import type { UsageRow } from '../store/money-tables.js';
import type { Store } from '../store/store.js';
import type { Admission, Bill, Caller, Ending, Estimate, Ticket } from './admission.js';
import { Concurrency } from './concurrency.js';
import { monthOf } from './month.js';
import { checkAudio, checkPlan } from './plan-limits.js';
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

const noUsage: Usage = { inputTokens: 0, outputTokens: 0, images: 0, audioSeconds: 0, deviceMicros: 0 };

export const meteredAdmission = (options: MeteredOptions): MeteredAdmission => {
  const { store, log, now = Date.now, holder = `serve_${randomUUID()}` } = options;
  const device = new DeviceEstimate();
  /** One for each request that is not settled yet. */
  const open = new Set<Promise<void>>();
  const grants = new Grants(store);
  const concurrency = new Concurrency(options.clock ?? systemClock);
  return {
    holder,
    async idle() {
      await Promise.all(open);
    },
    authenticate: options.authenticate,
    async admit(caller, estimate, signal) {
      checkPlan(caller.payer.plan, estimate);
      const leave = await concurrency.enter(caller.payer, signal);
      try {
        await grants.give(caller, now());
        const ticket = new MeteredTicket({ store, log, now, holder, device, leave }, caller, estimate);
        await ticket.hold();
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

interface Parts {
  readonly store: Store;
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
  /** The month in which it was admitted is the one that it counts in. */
  readonly #month: string;
  readonly #measured: Usage = { ...noUsage };
  #inputsMeasured = 0;
  #claim: Claim;
  #isHeld = false;
  #end = () => {};
  readonly settled = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  constructor(parts: Parts, caller: Caller, estimate: Estimate) {
    this.#parts = parts;
    this.#caller = caller;
    this.#estimate = estimate;
    this.#month = monthOf(parts.now());
    this.#claim = this.#claimFor(estimate.ceiling);
  }

  /** What nothing limits needs no hold. */
  async hold(): Promise<void> {
    const { creditMicroUsd, meters } = this.#claim;
    if (creditMicroUsd === 0 && meters.every(({ limit }) => limit === undefined)) return;
    const answer = await this.#parts.store.holds.take(this.#claim);
    if (!answer.taken) throw this.#refusal(answer);
    this.#isHeld = true;
  }

  trueUp(usage: Partial<Usage>): Promise<void> | void {
    addUsage(this.#measured, usage);
    this.#inputsMeasured++;
    checkAudio(this.#caller.payer.plan, this.#measured.audioSeconds);
    const better = this.#betterEstimate();
    if (!this.#isHeld || !better) return;
    const claim = this.#claimFor(better);
    const [held, wanted] = [this.#costOf(this.#claim), this.#costOf(claim)];
    // A little too much does no harm for the time it is held.
    if (wanted > held || wanted < held / 2) return this.#adjust(claim);
  }

  async settle(ending: Ending): Promise<Bill> {
    const { store, device, log, leave } = this.#parts;
    const { plan, billing } = this.#caller.payer;
    const row = this.#row(ending);
    const meters = this.#claim.meters;
    try {
      const settled = await store.holds.settle({ row, charged: billing === 'credit', meters });
      device.learn(this.#estimate.model.id, this.#estimate.size, row.device_us);
      const share = (settled.used[0] ?? 0) / (plan.deviceMicrosPerMonth ?? Number.POSITIVE_INFINITY);
      const costMicroUsd = settled.costMicroUsd;
      if (billing === 'credit' || share < 0.8) return { costMicroUsd };
      return { costMicroUsd, quotaWarning: share < 1 ? 80 : 100 };
    } catch (error) {
      if (ending.outcome === 'succeeded') throw error;
      // The client hears why its request failed, which is another reason.
      log.error({ event: 'settle_failed', requestId: row.request_id, err: error });
      return { costMicroUsd: 0 };
    } finally {
      leave();
      this.#end();
    }
  }

  async #adjust(claim: Claim): Promise<void> {
    this.#claim = claim;
    const answer = await this.#parts.store.holds.adjust(claim);
    if (!answer.taken) throw this.#refusal(answer);
  }

  /** Once all inputs are measured, or what was measured is more than was thought of. */
  #betterEstimate(): Usage | undefined {
    const { inputs, ceiling } = this.#estimate;
    const { inputTokens, audioSeconds } = this.#measured;
    const isAll = this.#inputsMeasured === inputs;
    if (!isAll && inputTokens <= ceiling.inputTokens && audioSeconds <= ceiling.audioSeconds)
      return undefined;
    return { ...ceiling, inputTokens, audioSeconds };
  }

  #claimFor(ceiling: Usage): Claim {
    const { holder, now, device } = this.#parts;
    const { payer, caps } = this.#caller;
    const { requestId, model, size } = this.#estimate;
    const deviceMicros = device.of(model.id, size);
    const cost = costMicroUsd(model.prices, { ...ceiling, deviceMicros });
    const isCredit = payer.billing === 'credit';
    const meters: MeterClaim[] = [
      {
        subject: payer.id,
        period: this.#month,
        unit: 'device_us',
        amount: deviceMicros,
        limit: isCredit ? undefined : payer.plan.deviceMicrosPerMonth,
      },
    ];
    for (const { subject, period, limitMicroUsd: limit } of caps)
      meters.push({
        subject,
        period: period === 'month' ? this.#month : period,
        unit: 'micro_usd',
        amount: cost,
        limit,
      });
    return {
      requestId,
      payer: payer.id,
      holder,
      at: now(),
      creditMicroUsd: isCredit ? cost : 0,
      meters,
    };
  }

  #costOf({ creditMicroUsd, meters }: Claim): number {
    return Math.max(creditMicroUsd, ...meters.map(({ unit, amount }) => (unit === 'micro_usd' ? amount : 0)));
  }

  #refusal(lack: Parameters<typeof refusal>[0]) {
    const { payer } = this.#caller;
    return refusal(lack, { payer, costMicroUsd: this.#costOf(this.#claim), at: this.#parts.now() });
  }

  #row({ outcome, status, usage, queueMs, computeMs, totalMs, cached = false }: Ending): UsageRow {
    const { account, keyId, payer } = this.#caller;
    const { requestId, model, task } = this.#estimate;
    const used = outcome === 'failed' ? noUsage : usage;
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

/** The credit that a plan gives each month, booked with the month's first request. */
class Grants {
  readonly #store: Store;
  readonly #given = new Set<string>();

  constructor(store: Store) {
    this.#store = store;
  }

  async give({ payer: { id, plan, billing } }: Caller, at: number): Promise<void> {
    const amountMicroUsd = plan.grantMicroUsdPerMonth;
    if (billing !== 'credit' || amountMicroUsd === 0) return;
    const grant = `grant:${monthOf(at)}:${id}`;
    if (this.#given.has(grant)) return;
    const note = `${plan.name}, ${monthOf(at)}`;
    await this.#store.ledger.deposit({ id: grant, payer: id, kind: 'grant', amountMicroUsd, at, note });
    this.#given.add(grant);
  }
}
