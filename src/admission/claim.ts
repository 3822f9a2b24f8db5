/** What a request claims of credit, of the month's device time and of spending limits, from what is known of it. */
import type { Usage } from '../job.js';
import { costMicroUsd } from '../metering/price.js';
import type { Claim } from '../store/holds.js';
import type { MeterClaim } from '../store/meters.js';
import type { Caller, Estimate } from './admission.js';
import { quotaOf } from './quota.js';

export interface Terms {
  readonly caller: Caller;
  readonly estimate: Estimate;
  /** The month in which it was admitted is the one that it counts in. */
  readonly month: string;
  readonly holder: string;
  readonly at: number;
}

/** `most`: all that it is expected to use at most, device time included. */
export const claimOf = ({ caller, estimate, month, holder, at }: Terms, most: Usage): Claim => {
  const { payer, caps } = caller;
  const cost = costMicroUsd(estimate.model.prices, most);
  const meters: MeterClaim[] = [
    {
      subject: payer.id,
      period: month,
      unit: 'device_us',
      amount: most.deviceMicros,
      limit: quotaOf(payer),
    },
  ];
  for (const { subject, period, limitMicroUsd: limit } of caps)
    meters.push({
      subject,
      period: period === 'month' ? month : period,
      unit: 'micro_usd',
      amount: cost,
      limit,
    });
  const creditMicroUsd = payer.billing === 'credit' ? cost : 0;
  return { requestId: estimate.requestId, payer: payer.id, holder, at, creditMicroUsd, meters };
};

/** What nothing limits needs no hold. */
export const isLimited = ({ creditMicroUsd, meters }: Claim): boolean =>
  creditMicroUsd > 0 || meters.some(({ limit }) => limit !== undefined);

export const costOfClaim = ({ creditMicroUsd, meters }: Claim): number =>
  Math.max(creditMicroUsd, ...meters.map(({ unit, amount }) => (unit === 'micro_usd' ? amount : 0)));

/** The quantities of a claim, in an order that is the same for all claims of a request. */
const amountsOf = ({ creditMicroUsd, meters }: Claim): number[] => [
  creditMicroUsd,
  ...meters.map(({ amount }) => amount),
];

/** How a claim stands to the one that is held: a little too much does no harm for the time that it is held. */
export const compareClaims = (wanted: Claim, held: Claim): 'more' | 'near' | 'less' => {
  const before = amountsOf(held);
  const amounts = amountsOf(wanted);
  if (amounts.some((amount, i) => amount > before[i]!)) return 'more';
  return amounts.some((amount, i) => amount < before[i]! / 2) ? 'less' : 'near';
};
