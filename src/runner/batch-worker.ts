/** Drives a batch pipeline: prepares all inputs of a message, runs their rows in planned batches, answers each input. */

import type { Outcome, WireItem } from '../engine/protocol.js';
import { TaskwireError } from '../errors.js';
import { splitByWork } from '../metering/split.js';
import { planBatches } from '../padding.js';
import type { BatchPipeline, Prepared, Row } from './pipeline.js';
import { tokenWork } from './token-work.js';
import { goFirst } from './turns.js';

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
  /** Runs that the device takes side by side. */
  readonly streams: number;
  readonly answer: (outcomes: readonly Outcome[]) => void;
}

export class BatchWorker {
  readonly #options: BatchWorkerOptions;
  /** Messages whose rows are being run. */
  #executing = 0;
  /** Ids of the messages being worked on. */
  readonly #held = new Set<number>();
  readonly #cancelled = new Set<number>();

  constructor(options: BatchWorkerOptions) {
    this.#options = options;
  }

  cancel(ids: readonly number[]): void {
    // The others' answers are on their way already: nobody would ever take their ids out again.
    for (const id of ids) if (this.#held.has(id)) this.#cancelled.add(id);
  }

  /** `first`: its runs go before those of other messages. */
  execute(items: readonly WireItem[], first = false): Promise<void> {
    return first ? goFirst(() => this.#execute(items)) : this.#execute(items);
  }

  async #execute(items: readonly WireItem[]): Promise<void> {
    for (const { id } of items) this.#held.add(id);
    const prepared = await Promise.all(items.map((item) => this.#prepare(item)));
    this.#executing++;
    await this.#runAll(prepared.filter((one) => one !== undefined));
    this.#executing--;
    for (const { id } of items) {
      this.#held.delete(id);
      this.#cancelled.delete(id);
    }
  }

  async #prepare(item: WireItem): Promise<Pending | undefined> {
    try {
      const { pipeline, answer } = this.#options;
      const tokens = await tokenWork(item, pipeline.tokenizer);
      if (tokens) {
        answer([{ id: item.id, ok: true, ...tokens }]);
        return undefined;
      }
      const prepared = await pipeline.prepare(item.input, item.params);
      return { item, prepared, outputs: [], missing: prepared.rows.length, deviceMicros: 0 };
    } catch (error) {
      this.#options.answer([failed(item.id, error)]);
      return undefined;
    }
  }

  async #runAll(pending: readonly Pending[]): Promise<void> {
    const wanted = pending.filter((one) => !this.#isOver(one));
    const rows = wanted.flatMap((one) =>
      one.prepared.rows.map((row, index): PlannedRow => ({ pending: one, row, index })),
    );
    const sizes = rows.map(({ row }) => row.size);
    const { pipeline } = this.#options;
    // Beside another message's rows, half of the streams are this one's.
    const streams = Math.ceil(this.#options.streams / this.#executing);
    const batches = planBatches(sizes, pipeline.limits, streams);
    let next = 0;
    const work = async () => {
      while (next < batches.length) await this.#runRows(batches[next++]!.map((index) => rows[index]!));
    };
    await Promise.all(Array.from({ length: streams }, work));
  }

  async #runRows(planned: readonly PlannedRow[]): Promise<void> {
    const rows = planned.filter(({ pending }) => !this.#isOver(pending));
    if (rows.length === 0) return;
    const { pipeline, answer } = this.#options;
    try {
      const { outputs, micros } = await pipeline.run(rows.map(({ row }) => row));
      const shares = splitByWork(
        micros,
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

  /** Whether an input needs no more runs: answered, failed or cancelled, which is said once. */
  #isOver(pending: Pending): boolean {
    const { id } = pending.item;
    if (pending.missing > 0 && this.#cancelled.delete(id)) {
      pending.missing = 0;
      this.#options.answer([failed(id, new TaskwireError('client_closed'))]);
    }
    return pending.missing <= 0;
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
