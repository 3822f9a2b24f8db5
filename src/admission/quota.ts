/** The plan's device time of a month. */
import type { Payer } from './admission.js';

/** In microseconds; `undefined`: there is no limit, or the balance is the limit. */
export const quotaOf = ({ billing, plan }: Payer): number | undefined =>
  billing === 'credit' ? undefined : plan.deviceMicrosPerMonth;

/** So many percent of it are used. */
export const quotaWarning = (used: number, quota: number | undefined): 80 | 100 | undefined => {
  if (quota === undefined || used < 0.8 * quota) return undefined;
  return used < quota ? 80 : 100;
};
