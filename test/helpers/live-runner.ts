/** A real runner process with one model, asked without a service around it. */
import type { FromRunner, Outcome } from '../../src/engine/protocol.js';
import { type Runner, startRunnerProcess } from '../../src/engine/runner-process.js';
import type { Usage } from '../../src/job.js';

export interface Asked {
  readonly id: number;
  readonly outcome: Promise<Outcome>;
  /** Sums what the runner has told before its last word. */
  readonly measured: () => number;
}

export interface Answer<Value> {
  readonly value: Value;
  readonly usage: Partial<Usage>;
}

export interface LoadOptions {
  readonly folder: string;
  readonly pipelineUrl: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

export class LiveRunner {
  readonly #runner: Runner;
  readonly #waiting = new Map<number, { audioSeconds: number; done: (outcome: Outcome) => void }>();
  #loaded: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #nextId = 1;
  /** Called while the message is read: what it sends goes out before anything else runs. */
  onMeasured: (id: number) => void = () => {};

  private constructor() {
    this.#runner = startRunnerProcess({
      message: (message) => this.#hear(message),
      exit: ({ lastWords }) => this.#loaded?.reject(new Error(lastWords)),
    });
  }

  static async load({ folder, pipelineUrl, options = {} }: LoadOptions): Promise<LiveRunner> {
    const live = new LiveRunner();
    const place = { device: 'cpu', threads: 1, dtype: 'fp32', cacheBytes: 0 } as const;
    await new Promise<void>((resolve, reject) => {
      live.#loaded = { resolve, reject };
      live.#runner.send({ type: 'load', modelId: folder, folder, pipelineUrl, options, ...place });
    });
    return live;
  }

  ask(input: unknown, params: unknown): Asked {
    return this.askAll([input], params)[0]!;
  }

  /** Several inputs in one batch. */
  askAll(inputs: readonly unknown[], params: unknown): Asked[] {
    const items = inputs.map((input) => ({ id: this.#nextId++, input, params, scope: '', priority: 0 }));
    const asked = items.map(({ id }) => {
      const heard = { audioSeconds: 0, done: (_outcome: Outcome) => {} };
      const outcome = new Promise<Outcome>((resolve) => {
        heard.done = resolve;
      });
      this.#waiting.set(id, heard);
      return { id, outcome, measured: () => heard.audioSeconds };
    });
    this.#runner.send({ type: 'batch', items, first: false });
    return asked;
  }

  /** The outcomes of one batch, in the order of its inputs. */
  outcomes(inputs: readonly unknown[], params: unknown): Promise<Outcome[]> {
    return Promise.all(this.askAll(inputs, params).map(({ outcome }) => outcome));
  }

  /** Throws the runner's error as it came. */
  async answer<Value>(input: unknown, params: unknown): Promise<Answer<Value>> {
    const [answer] = await this.answers<Value>([input], params);
    return answer!;
  }

  /** The same for one batch, in the order of its inputs. */
  async answers<Value>(inputs: readonly unknown[], params: unknown): Promise<Answer<Value>[]> {
    return (await this.outcomes(inputs, params)).map((outcome) => {
      if (!outcome.ok) throw outcome.error;
      return { value: outcome.value as Value, usage: outcome.usage };
    });
  }

  cancel(id: number): void {
    this.#runner.send({ type: 'cancel', ids: [id] });
  }

  close(): void {
    this.#runner.send({ type: 'close' });
  }

  #hear(message: FromRunner): void {
    if (message.type === 'ready') this.#loaded?.resolve();
    if (message.type === 'loadFailed') this.#loaded?.reject(new Error(message.message));
    if (message.type === 'measured') {
      const heard = this.#waiting.get(message.id);
      if (heard) heard.audioSeconds += message.usage.audioSeconds ?? 0;
      this.onMeasured(message.id);
    }
    if (message.type === 'outcomes') {
      for (const outcome of message.outcomes) this.#waiting.get(outcome.id)?.done(outcome);
    }
  }
}
