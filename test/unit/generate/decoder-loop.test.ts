/** The engine's loop on a scripted store: who is told what, what a step takes, and what fails alone. */
import { DecoderLoop, type DecodingJob } from '../../../src/runner/generate/decoder-loop.js';
import type { KvStore } from '../../../src/runner/generate/kv-store.js';
import { Sequence } from '../../../src/runner/generate/sequence.js';
import { greedy } from '../../helpers/decoding.js';
import { byteLevelTokenizer } from '../../helpers/tokenizers.js';

const tokenizer = byteLevelTokenizer();
const vocabulary = 400;

type Run = { readonly prefill: number } | { readonly decode: number };

/** A model that counts. After `brokenId` its scores are no numbers. */
class CountingStore implements KvStore {
  readonly slots: number;
  readonly capacity = 8192;
  readonly tokens: number;
  readonly heldTokens = 0;
  readonly bytes = 0;
  readonly chunkTokens = 512;
  readonly batched = true;
  readonly swaps = false;
  readonly verify = undefined;
  readonly runs: Run[] = [];
  brokenId = -1;
  onDecode = (): void => {};
  /** Thrown by the next run. */
  failure: Error | undefined;
  /** Device time of a prompt token, and of a decoding run. */
  readonly micros = { token: 100, decode: 5000 };

  constructor(slots: number) {
    this.slots = slots;
    this.tokens = slots * this.capacity;
  }

  async prefill(_slot: number, ids: readonly number[]) {
    this.#fail();
    this.runs.push({ prefill: ids.length });
    return { scores: this.#scoresAfter(ids.at(-1)!), micros: ids.length * this.micros.token };
  }

  async decode(rows: ReadonlyArray<{ readonly id: number }>) {
    this.#fail();
    this.onDecode();
    this.runs.push({ decode: rows.length });
    return { scores: rows.map(({ id }) => this.#scoresAfter(id)), micros: this.micros.decode };
  }

  copy(): void {}

  exchange(): void {}

  release(): void {}

  #fail(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure) throw failure;
  }

  #scoresAfter(id: number): Float32Array {
    const scores = new Float32Array(vocabulary).fill(id === this.brokenId ? Number.NaN : 0);
    scores[(id + 1) % vocabulary]! += 10;
    return scores;
  }
}

class Job implements DecodingJob {
  readonly sequence: Sequence;
  readonly scope = '';
  readonly priority: number;
  readonly sharedTokens = 0;
  readonly leader = undefined;
  readonly controller = new AbortController();
  readonly signal = this.controller.signal;
  readonly admissions: number[] = [];
  readonly bills: number[] = [];
  pieces = 0;
  cancelAfter = Number.POSITIVE_INFINITY;

  constructor(promptIds: readonly number[], maxTokens: number, priority = 0) {
    this.priority = priority;
    this.sequence = new Sequence({
      ...{ ...greedy, tokenizer, promptIds, maxTokens, continues: true },
      ...{ seed: 1n, endIds: new Set<number>() },
    });
  }

  onAdmitted = (reused: number): void => void this.admissions.push(reused);
  onBill = (micros: number): void => void this.bills.push(micros);
  onPiece = (): void => {
    if (++this.pieces === this.cancelAfter) this.controller.abort();
  };

  get billed(): number {
    return this.bills.reduce((a, b) => a + b, 0);
  }
}

const counted = (first: number, length: number) => Array.from({ length }, (_, i) => (first + i) % vocabulary);

/** A text that loses the only slot to an urgent one after six tokens, both to their ends. */
const displace = async (store: CountingStore) => {
  const loop = new DecoderLoop(store);
  const slow = new Job(counted(10, 5), 30);
  const urgent = new Job([200], 3, 1);
  let urgentEnds: Promise<void> | undefined;
  slow.onPiece = () => {
    if (++slow.pieces === 6) urgentEnds = loop.generate(urgent);
  };
  await loop.generate(slow);
  await urgentEnds;
  return { slow, urgent };
};

test('a prompt of 4,000 tokens beside running texts takes no more of a step than they do, and stops none', async () => {
  const store = new CountingStore(4);
  const loop = new DecoderLoop(store);
  const running = [10, 110, 210].map((id) => new Job([id], 400));
  const long = new Job(counted(300, 4000), 5);
  const all = running.map((job) => loop.generate(job));
  const started = new Promise<void>((resolve) => {
    running[2]!.onPiece = () => {
      if (++running[2]!.pieces === 30) resolve();
    };
  });
  await started;
  const from = store.runs.length;
  await loop.generate(long);
  const runs = store.runs.slice(from);
  const parts = runs.flatMap((run) => ('prefill' in run ? [run.prefill] : []));
  expect(parts.reduce((a, b) => a + b)).toBe(4000);
  // 5,000 microseconds of decoding are 50 tokens of a prompt.
  expect(Math.max(...parts)).toBeLessThanOrEqual(50);
  for (const [i, run] of runs.slice(0, -5).entries()) {
    if ('prefill' in run) expect(runs[i + 1]).toEqual({ decode: 3 });
    else expect(run.decode).toBeGreaterThanOrEqual(3);
  }
  await Promise.all(all);
  for (const { sequence } of running) expect(sequence.finished).toBe('length');
});

test('a prompt that nothing runs beside is read in as few runs as the store takes', async () => {
  const store = new CountingStore(4);
  await new DecoderLoop(store).generate(new Job(counted(0, 1200), 1));
  expect(store.runs).toEqual([{ prefill: 512 }, { prefill: 512 }, { prefill: 176 }]);
});

test('what is billed is what the device took, to the microsecond', async () => {
  const store = new CountingStore(3);
  store.micros.decode = 1000;
  const jobs = [5, 3, 9, 1, 4].map((maxTokens, i) => new Job(counted(10 * i, 2 + i), maxTokens));
  const loop = new DecoderLoop(store);
  await Promise.all(jobs.map((job) => loop.generate(job)));
  const busy = store.runs.reduce((sum, run) => sum + ('prefill' in run ? run.prefill * 100 : 1000), 0);
  expect(jobs.reduce((sum, { billed }) => sum + billed, 0)).toBe(busy);
  for (const { bills } of jobs) expect(bills.every(Number.isInteger)).toBe(true);
});

test('a text that lost its place pays for each token once', async () => {
  const store = new CountingStore(1);
  const { slow, urgent } = await displace(store);
  const read = store.runs.flatMap((run) => ('prefill' in run ? [run.prefill] : []));
  // Its prompt and six tokens again, of which the last had not been read before.
  expect(read).toEqual([5, 1, 11]);
  const decoded = store.runs.length - read.length;
  expect(slow.billed + urgent.billed).toBe(5 * 100 + 100 + 100 + decoded * 5000);
});

test('scores that are no numbers end their text with an error, and no other', async () => {
  const store = new CountingStore(4);
  store.brokenId = 57;
  const loop = new DecoderLoop(store);
  const jobs = [new Job([10], 20), new Job([50], 20), new Job([200], 20)];
  const ends = await Promise.allSettled(jobs.map((job) => loop.generate(job)));
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(jobs[1]!.sequence.tokens).toEqual(counted(51, 7));
  expect(jobs[2]!.sequence.tokens).toEqual(counted(201, 20));
  expect(loop.counts).toMatchObject({ waiting: 0, running: 0 });
});

test('whoever cannot hear a piece fails, and no other, whenever it ends', async () => {
  const loop = new DecoderLoop(new CountingStore(4));
  const [deaf, sameStep, long, last] = [6, 6, 30, 6].map((most, i) => new Job([10 + 50 * i], most));
  for (const job of [deaf!, last!])
    job.onPiece = () => {
      if (++job.pieces === 6) throw new Error('no ears');
    };
  const ends = await Promise.allSettled([deaf, sameStep, long].map((job) => loop.generate(job!)));
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(long!.sequence.tokens).toHaveLength(30);
  await expect(loop.generate(last!)).rejects.toThrow('no ears');
  expect(loop.counts).toMatchObject({ waiting: 0, running: 0 });
});

test('a run that fails fails the texts that are there, and the next ones are fine', async () => {
  const store = new CountingStore(2);
  const loop = new DecoderLoop(store);
  const failing = [10, 20, 30].map((id) => new Job([id], 50));
  failing[0]!.onPiece = () => {
    if (++failing[0]!.pieces === 5) store.failure = new Error('out of memory');
  };
  const ends = await Promise.allSettled(failing.map((job) => loop.generate(job)));
  for (const end of ends) expect(end).toMatchObject({ reason: { message: 'out of memory' } });
  const next = new Job([40], 5);
  await loop.generate(next);
  expect(next.sequence.tokens).toEqual(counted(41, 5));
});

test('before each run all that was drawn is told, and sent, and what has come in is heard', async () => {
  const store = new CountingStore(3);
  const loop = new DecoderLoop(store);
  const jobs = [new Job([10], 12), new Job(counted(40, 700), 8), new Job([90], 10)];
  const channel = new MessageChannel();
  let [sent, heard, runs] = [0, 0, 0];
  for (const job of jobs)
    job.onPiece = () => {
      job.pieces++;
      // As a runner sends: with all else of this turn of the event loop, at its end.
      setImmediate(() => sent++);
    };
  channel.port2.on('message', () => heard++);
  store.onDecode = () => {
    const drawn = jobs.reduce((sum, { sequence }) => sum + sequence.tokens.length, 0);
    expect(jobs.reduce((sum, { pieces }) => sum + pieces, 0)).toBe(drawn);
    expect([sent, heard]).toEqual([drawn, runs]);
    channel.port1.postMessage(++runs);
  };
  await Promise.all(jobs.map((job) => loop.generate(job)));
  expect(runs).toBeGreaterThan(12);
  channel.port1.close();
});

test('a text that is cancelled computes nothing more', async () => {
  const store = new CountingStore(1);
  const loop = new DecoderLoop(store);
  const cancelled = new Job([10], 100);
  cancelled.cancelAfter = 4;
  const waiting = new Job([200], 3);
  await Promise.all([cancelled, waiting].map((job) => loop.generate(job)));
  expect(cancelled.sequence.finished).toBe('cancelled');
  expect(cancelled.sequence.tokens.length).toBe(4);
  expect(waiting.sequence.tokens).toEqual([201, 202, 203]);
});

test('a text that is cancelled before it began, or while it waits, computes nothing', async () => {
  const store = new CountingStore(1);
  const loop = new DecoderLoop(store);
  const early = new Job([10], 5);
  early.controller.abort();
  const running = new Job([20], 5);
  const waiting = new Job([30], 5);
  running.onPiece = () => waiting.controller.abort();
  await Promise.all([early, running, waiting].map((job) => loop.generate(job)));
  for (const job of [early, waiting]) {
    expect([job.sequence.finished, job.sequence.tokens, job.billed]).toEqual(['cancelled', [], 0]);
    expect(job.admissions).toEqual([]);
  }
  expect(running.sequence.tokens).toHaveLength(5);
});

test('a text that lost its place is told but once that it was admitted', async () => {
  const { slow, urgent } = await displace(new CountingStore(1));
  expect(slow.admissions).toEqual([0]);
  expect(slow.sequence.tokens).toEqual(counted(15, 30));
  expect(urgent.sequence.tokens).toEqual([201, 202, 203]);
});
