/** Drives a batch pipeline: prepares all inputs of a message, runs their rows in planned batches, answers each input. */

import type { Outcome, WireItem } from '../engine/protocol.js';
import { TaskwireError } from '../errors.js';
import { splitByWork } from '../metering/split.js';
import { planBatches } from '../padding.js';
import type { BatchPipeline, Prepared, Row } from './pipeline.js';

/** One input between being prepared and being answered. */
interface Pending {
  readonly item: WireItem;
  readonly prepared: Prepared;
  readonly outputs: unknown[];
  missing: number;
  deviceMicros: number;
}

interface PlannedRow {
  readonly pending: Pending;
  readonly row: Row;
  /** Index among the rows of its input. */
  readonly index: number;
}

export interface BatchWorkerOptions {
  readonly pipeline: BatchPipeline;
  /** Device time of all runs so far. */
  readonly busyMicros: () => number;
  readonly answer: (outcomes: readonly Outcome[]) => void;
}

export class BatchWorker {
  readonly #options: BatchWorkerOptions;
  /** Runs are serialised: the next message is prepared while this one computes. */
  #running: Promise<void> = Promise.resolve();
  readonly #cancelled = new Set<number>();

  constructor(options: BatchWorkerOptions) {
    this.#options = options;
  }

  cancel(ids: readonly number[]): void {
    for (const id of ids) this.#cancelled.add(id);
  }

  async execute(items: readonly WireItem[]): Promise<void> {
    const prepared = await Promise.all(items.map((item) => this.#prepare(item)));
    const pending = prepared.filter((one) => one !== undefined);
    this.#running = this.#running.then(() => this.#runAll(pending));
    await this.#running;
    for (const { id } of items) this.#cancelled.delete(id);
  }

  async #prepare(item: WireItem): Promise<Pending | undefined> {
    try {
      const prepared = await this.#options.pipeline.prepare(item.input, item.params);
      return { item, prepared, outputs: [], missing: prepared.rows.length, deviceMicros: 0 };
    } catch (error) {
      this.#options.answer([failed(item.id, error)]);
      return undefined;
    }
  }

  async #runAll(pending: readonly Pending[]): Promise<void> {
    const wanted = pending.filter(({ item }) => !this.#dropCancelled(item.id));
    const rows = wanted.flatMap((one) =>
      one.prepared.rows.map((row, index): PlannedRow => ({ pending: one, row, index })),
    );
    for (const indices of planBatches(
      rows.map(({ row }) => row.size),
      this.#options.pipeline.limits,
    )) {
      await this.#runRows(indices.map((index) => rows[index]!));
    }
  }

  async #runRows(planned: readonly PlannedRow[]): Promise<void> {
    const rows = planned.filter(
      ({ pending }) => !this.#dropCancelled(pending.item.id) && pending.missing > 0,
    );
    if (rows.length === 0) return;
    const { pipeline, busyMicros, answer } = this.#options;
    const before = busyMicros();
    try {
      const outputs = await pipeline.run(rows.map(({ row }) => row));
      const shares = splitByWork(
        busyMicros() - before,
        rows.map(({ row }) => row.size),
      );
      rows.forEach(({ pending, index }, i) => {
        pending.outputs[index] = outputs[i];
        pending.deviceMicros += shares[i]!;
        pending.missing--;
      });
      answer(answered(rows).map((one) => finish(one)));
    } catch (error) {
      // A run fails as a whole; which row is at fault is not known.
      const failedOnes = [...new Set(rows.map(({ pending }) => pending))];
      for (const one of failedOnes) one.missing = 0;
      answer(failedOnes.map(({ item }) => failed(item.id, error)));
    }
  }

  /** Whether the input was cancelled; says so once. */
  #dropCancelled(id: number): boolean {
    if (!this.#cancelled.has(id)) return false;
    if (this.#cancelled.delete(id)) this.#options.answer([failed(id, new TaskwireError('client_closed'))]);
    return true;
  }
}

/** The inputs among these rows that have all their outputs. */
const answered = (rows: readonly PlannedRow[]): Pending[] => [
  ...new Set(rows.map(({ pending }) => pending).filter(({ missing }) => missing === 0)),
];

const finish = ({ item, prepared, outputs, deviceMicros }: Pending): Outcome => {
  try {
    return {
      id: item.id,
      ok: true,
      value: prepared.finish(outputs),
      usage: { ...prepared.usage, deviceMicros },
    };
  } catch (error) {
    return failed(item.id, error);
  }
};

const failed = (id: number, error: unknown): Outcome => {
  if (!(error instanceof TaskwireError)) console.error(error);
  return { id, ok: false, error: TaskwireError.from(error).toMessage(), usage: {} };
};
