/** What a plan allows one request to be. */
import { type ErrorCode, TaskwireError } from '../errors.js';
import type { Estimate } from './admission.js';
import type { Plan } from './plans.js';
import { nextPlan } from './refusal.js';

interface Limit {
  readonly code: ErrorCode;
  readonly param?: string;
  readonly got: number;
  readonly most: number | undefined;
  readonly what: string;
}

const check = (plan: Plan, { code, param, got, most, what }: Limit): void => {
  if (most === undefined || got <= most) return;
  throw new TaskwireError(code, {
    message: `The plan ${plan.name} allows ${most} ${what} a request, and this one has ${Math.ceil(got)}.${nextPlan(plan)}`,
    ...(param === undefined ? {} : { param }),
  });
};

export const checkPlan = (plan: Plan, { inputs, mediaBytes, ceiling }: Estimate): void => {
  check(plan, { code: 'too_many_inputs', got: inputs, most: plan.maxInputs, what: 'inputs' });
  check(plan, { code: 'body_too_large', got: mediaBytes, most: plan.maxMediaBytes, what: 'bytes of media' });
  check(plan, {
    code: 'invalid_field',
    param: 'max_tokens',
    got: ceiling.outputTokens,
    most: plan.maxTokens,
    what: 'generated tokens',
  });
};

/** Once the runner has heard it through. */
export const checkAudio = (plan: Plan, seconds: number): void =>
  check(plan, {
    code: 'audio_too_long',
    param: 'audio',
    got: seconds,
    most: plan.maxAudioSeconds,
    what: 'seconds of audio',
  });
