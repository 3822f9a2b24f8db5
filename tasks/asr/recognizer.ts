/** What the kinds of speech model have in common. */
import { deflateSync } from 'node:zlib';
import type { GenerateTask } from '../../src/runner/pipeline.js';
import type { Feeds, Ran, Session } from '../../src/runner/session.js';
import type { Samples } from './samples.js';
import type { AsrDelta, AsrParams, Segment } from './schema.js';

export interface Recognizer<Wishes = unknown> {
  /** Samples a second. */
  readonly rate: number;
  /** What a request wants, in the model's terms. Throws `invalid_field` for what the model cannot do. */
  check(params: AsrParams): Wishes;
  /** Hears all of `samples` and tells `hearing` what it heard. */
  hear(samples: Samples, wishes: Wishes, hearing: Hearing): Promise<void>;
}

/** Without `delta` nobody listens. */
type HearingTask = Pick<GenerateTask, 'signal' | 'bill'> & Partial<Pick<GenerateTask, 'delta'>>;

/** One request on its way through the sessions: what was heard so far, and what it cost. */
export class Hearing {
  readonly segments: Segment[] = [];
  language: string | undefined;
  outputTokens = 0;
  readonly #task: HearingTask;
  /** Characters of the text that were told already. */
  #told = 0;

  constructor(task: HearingTask) {
    this.#task = task;
  }

  /** What is said in all segments. */
  get text(): string {
    return this.segments
      .map((segment) => segment.text)
      .join('')
      .replace(/\s+/g, ' ')
      .trim();
  }

  /** Tells what is new in the text to who listens. */
  tell(): void {
    const { delta } = this.#task;
    const text = delta ? this.text.slice(this.#told) : '';
    this.#told += text.length;
    if (text !== '') delta?.({ text } satisfies AsrDelta);
  }

  /** Every run is billed; none begins when nobody waits for its result. `step`: see `Session.run`. */
  async run(session: Session, feeds: Feeds, { step = false } = {}): Promise<Ran> {
    const { signal } = this.#task;
    signal.throwIfAborted();
    const ran = await session.run(feeds, { signal, step });
    this.#task.bill(ran.micros);
    return ran;
  }
}

/** How much shorter a text becomes when compressed: high where it repeats itself. */
export const compressionRatio = (text: string): number => {
  const bytes = Buffer.from(text);
  return bytes.length === 0 ? 0 : bytes.length / deflateSync(bytes).length;
};
