/** What a plan costs by its seats, and who is refused when all are taken. */
import { TaskwireError } from '../errors.js';
import type { Seats } from '../store/seats.js';
import type { Plan } from './plans.js';
import { nextPlan } from './refusal.js';

/** US dollars; `null`: agreed with each customer. Nobody is charged for it here. */
export const priceUsdPerMonth = (plan: Plan | undefined, seats: number): number | null => {
  const price = plan?.priceMicroUsdPerMonth;
  return price === undefined ? null : (price * (plan?.perSeat ? seats : 1)) / 1e6;
};

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

export const noSeatLeft = (plan: Plan, { members, invited }: Seats): TaskwireError =>
  new TaskwireError('invalid_field', {
    param: 'team',
    message: `The plan ${plan.name} has ${counted(plan.seats ?? 0, 'seat')} for a team, and none is left (${counted(members, 'member')}, ${counted(invited, 'open invitation')}).${nextPlan(plan)}`,
  });
