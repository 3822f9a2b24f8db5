/** `Idempotency-Key`: one run and one charge for a request that is sent again. */
import type { Request, Response } from 'express';
import { hashOf } from '../answers/fingerprint.js';
import type { Idempotency } from '../answers/idempotency.js';
import { show, TaskwireError } from '../errors.js';
import { bodyOf } from '../http/body.js';
import { contextOf } from '../http/context.js';
import { type Answer, sendAnswer, TextAnswer } from '../http/json-answer.js';
import type { Call } from '../infer.js';

/** An answer as it is kept: classes do not survive. */
type Kept =
  | { readonly form: 'json'; readonly body: Exclude<Answer, TextAnswer>; readonly headers: Figures }
  | { readonly form: 'text'; readonly text: string; readonly type: string; readonly headers: Figures };

type Figures = Readonly<Record<string, string>>;

/** Figures of the run. Those of rates belong to the request that hears them. */
const figure = /^(x-(?!ratelimit-)|server-timing$)/;
/** How long a repeated request waits for the one that runs, unless it says so itself. */
const defaultWaitMs = 60_000;

export const readIdempotencyKey = (req: Request): string | undefined => {
  const key = req.get('idempotency-key');
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new TaskwireError('invalid_field', {
    param: 'idempotency-key',
    got: show(key),
    allowed: '1 to 255 printable ASCII characters without spaces',
  });
};

export interface Once {
  readonly key: string;
  readonly call: Call;
  readonly res: Response;
  readonly idempotency: Idempotency;
  /** Runs the call: the answer that is to be sent, or `undefined` when it was a stream and has been. */
  readonly run: (call: Call, onStream: () => void) => Promise<Answer | undefined>;
}

/** The run goes on when its client leaves, so that there is an answer when the request comes again. */
export const answerOnce = async ({ key, call, res, idempotency, run }: Once): Promise<void> => {
  const fingerprint = await requestPrint(res.req);
  const { signal } = contextOf(res);
  const waitMs = call.timeoutMs ?? defaultWaitMs;
  const turn = await idempotency.take({ account: call.caller.account, key, fingerprint, signal, waitMs });
  if (turn.state === 'done') return resend(res, turn.answer as Kept);
  try {
    const leave = new AbortController();
    // Its getters stay what they are.
    const lasting = Object.create(call, { signal: { value: leave.signal } }) as Call;
    const answer = await run(lasting, () => {
      if (signal.aborted) leave.abort();
      signal.addEventListener('abort', () => leave.abort(), { once: true });
    });
    if (answer === undefined) return;
    await turn.keep(keptOf(res, answer));
    await sendAnswer(res, answer);
  } finally {
    await turn.free();
  }
};

const requestPrint = (req: Request): Promise<string> => {
  const { fields, file } = bodyOf(req);
  return hashOf([req.originalUrl, fields], file ? [file] : []);
};

const keptOf = (res: Response, answer: Answer): Kept => {
  const headers = Object.fromEntries(
    Object.entries(res.getHeaders())
      .filter(([name]) => figure.test(name))
      .map(([name, value]) => [name, String(value)]),
  );
  if (!(answer instanceof TextAnswer)) return { form: 'json', body: answer, headers };
  return { form: 'text', text: answer.text, type: answer.type, headers };
};

const resend = async (res: Response, kept: Kept): Promise<void> => {
  for (const [name, value] of Object.entries(kept.headers)) res.setHeader(name, value);
  res.setHeader('idempotent-replayed', 'true');
  await sendAnswer(res, kept.form === 'json' ? kept.body : new TextAnswer(kept.text, kept.type));
};
