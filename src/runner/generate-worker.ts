/** Drives a generate pipeline: several inputs side by side, each with its own life, deltas and bill. */

import { type FromRunner, usedStepMicros, type WireItem } from '../engine/protocol.js';
import { TaskwireError } from '../errors.js';
import type { Usage } from '../job.js';
import type { GeneratePipeline } from './pipeline.js';
import { tokenWork } from './token-work.js';

export interface GenerateWorkerOptions {
  readonly pipeline: GeneratePipeline;
  readonly busyMicros: () => number;
  readonly send: (message: FromRunner) => void;
}

export class GenerateWorker {
  readonly #options: GenerateWorkerOptions;
  readonly #running = new Map<number, AbortController>();

  constructor(options: GenerateWorkerOptions) {
    this.#options = options;
  }

  cancel(ids: readonly number[]): void {
    for (const id of ids) this.#running.get(id)?.abort();
  }

  async execute(items: readonly WireItem[]): Promise<void> {
    await Promise.all(items.map((item) => this.#generate(item)));
  }

  async #generate(item: WireItem): Promise<void> {
    const { id, input, params, scope, priority } = item;
    const { pipeline, send, busyMicros } = this.#options;
    const controller = new AbortController();
    this.#running.set(id, controller);
    let deviceMicros = 0;
    let toldMicros = 0;
    const task = {
      input,
      params,
      scope,
      priority,
      signal: controller.signal,
      measured: (usage: Partial<Usage>) => send({ type: 'measured', id, usage }),
      delta: (delta: unknown) => send({ type: 'delta', id, delta }),
      bill: (micros: number) => {
        deviceMicros += micros;
        if (deviceMicros < toldMicros + usedStepMicros) return;
        toldMicros = deviceMicros;
        send({ type: 'used', id, deviceMicros });
      },
    };
    try {
      const { value, usage } = (await tokenWork(item, pipeline.tokenizer)) ?? (await pipeline.generate(task));
      const outcome = { id, ok: true, value, usage: { ...usage, deviceMicros } } as const;
      send({ type: 'outcomes', outcomes: [outcome], busyMicros: busyMicros() });
    } catch (error) {
      if (!(error instanceof TaskwireError)) console.error(error);
      const outcome = { id, ok: false, error: TaskwireError.from(error).toMessage(), usage: {} } as const;
      send({ type: 'outcomes', outcomes: [outcome], busyMicros: busyMicros() });
    } finally {
      this.#running.delete(id);
    }
  }
}
