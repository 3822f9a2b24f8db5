/** Who has runners that serve nobody else. */
import type { Payer } from './admission.js';

/** The payer, where its plan gives it runners of its own for this model (an id without suffix). */
export const ownerOfRunner = ({ id, plan }: Payer, model: string): string | undefined => {
  const { dedicatedRunners: given } = plan;
  return given === true || (given !== false && given.includes(model)) ? id : undefined;
};
