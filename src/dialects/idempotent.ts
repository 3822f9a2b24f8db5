/** `Idempotency-Key`: one run and one charge for a request that is sent again. */
import type { Request, Response } from 'express';
import { hashOf } from '../answers/fingerprint.js';
import type { Idempotency } from '../answers/idempotency.js';
import { show, TaskwireError } from '../errors.js';
import { bodyOf } from '../http/body.js';
import { contextOf } from '../http/context.js';
import { type Answer, sendAnswer, TextAnswer } from '../http/json-answer.js';
import { EventStream } from '../http/sse.js';
import type { Call } from '../infer.js';

/** An answer as it is kept: classes do not survive. */
type Kept = { readonly headers: Figures } & (
  | { readonly form: 'json'; readonly body: Exclude<Answer, TextAnswer> }
  | { readonly form: 'text'; readonly text: string; readonly type: string }
  | { readonly form: 'stream'; readonly events: readonly string[] }
);

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
  readonly run: (call: Call, record?: StreamRecord) => Promise<Answer | undefined>;
}

/** Characters of a stream; a longer one is not kept. */
const maxRecorded = 16 * 2 ** 20;

/** What a stream has told, to be told again. */
export class StreamRecord {
  readonly #keep: (events: readonly string[]) => Promise<void>;
  #events: string[] = [];
  #characters = 0;

  constructor(keep: (events: readonly string[]) => Promise<void>) {
    this.#keep = keep;
  }

  add(events: readonly string[]): void {
    for (const event of events) this.#characters += event.length;
    if (this.#characters > maxRecorded) this.#events = [];
    else this.#events.push(...events);
  }

  /** Once the stream has succeeded, before its last event leaves: who has all of it finds it kept. */
  async keep(): Promise<void> {
    if (this.#characters <= maxRecorded) await this.#keep(this.#events);
  }
}

/** The run goes on when its client leaves, so that there is an answer when the request comes again. */
export const answerOnce = async ({ key, call, res, idempotency, run }: Once): Promise<void> => {
  const fingerprint = await requestPrint(res.req);
  const { signal } = contextOf(res).lifetime;
  const waitMs = call.timeoutMs ?? defaultWaitMs;
  const turn = await idempotency.take({ account: call.caller.account, key, fingerprint, signal, waitMs });
  if (turn.state === 'done') return resend(res, turn.answer as Kept);
  try {
    const lasting = { ...call, lifetime: new AbortController() };
    const record = new StreamRecord((events) =>
      turn.keep({ form: 'stream', events, headers: figuresOf(res) } satisfies Kept),
    );
    const answer = await run(lasting, record);
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

const figuresOf = (res: Response): Figures =>
  Object.fromEntries(
    Object.entries(res.getHeaders())
      .filter(([name]) => figure.test(name))
      .map(([name, value]) => [name, String(value)]),
  );

const keptOf = (res: Response, answer: Answer): Kept => {
  const headers = figuresOf(res);
  if (!(answer instanceof TextAnswer)) return { form: 'json', body: answer, headers };
  return { form: 'text', text: answer.text, type: answer.type, headers };
};

const resend = async (res: Response, kept: Kept): Promise<void> => {
  for (const [name, value] of Object.entries(kept.headers)) res.setHeader(name, value);
  res.setHeader('idempotent-replayed', 'true');
  if (kept.form === 'json') return sendAnswer(res, kept.body);
  if (kept.form === 'text') return sendAnswer(res, new TextAnswer(kept.text, kept.type));
  const stream = new EventStream(res);
  for (const event of kept.events) await stream.send(event);
  stream.end();
};
