/** The engine of text generation: schedule, run, postprocess, until nothing is left to do. */
import { splitByWork } from '../../metering/split.js';
import { yieldToLoop } from '../yield-to-loop.js';
import type { KvStore, Scores } from './kv-store.js';
import { lookUp } from './prompt-lookup.js';
import { type Plan, Scheduler } from './scheduler.js';
import type { Piece, Sequence } from './sequence.js';
import type { Schedulable } from './slot-table.js';

/** One text and who waits for it. */
export interface DecodingJob {
  readonly sequence: Sequence;
  readonly scope: string;
  readonly priority: number;
  readonly sharedTokens: number;
  /** A text of the same prompt that reads it for both. */
  readonly leader: DecodingJob | undefined;
  /** Fires when nobody wants the text any more: it ends within a step. */
  readonly signal: AbortSignal;
  /** The prompt has a slot, for the first time; so many of its tokens were there already. */
  onAdmitted(reusedTokens: number): void;
  /** Wanted: the scores that follow each of the tokens behind the first `past`. Needs a store that verifies. */
  onPromptScores?: ((past: number, scores: readonly Scores[]) => void) | undefined;
  onPiece(piece: Piece): void;
  onBill(micros: number): void;
}

/** A job as the scheduler sees it. */
interface Text extends Schedulable {
  readonly job: DecodingJob;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
  /** Whether it has had a slot before: it may have lost it to a more important one. */
  admitted: boolean;
  /** So many of its tokens have been read or written, once at least: again, they cost it nothing. */
  computed: number;
}

/** The least and the most that reading prompts may take of a step while texts are being decoded. */
const leastPrefillTokens = 16;
/**
 * A step with prompt tokens in it may take twice as long as one without: what runs keeps half its pace while long prompts
 * come in.
 */
const prefillShare = 1;
/** Weight of the newest run in the running means of costs. */
const newestWeight = 0.2;

export class DecoderLoop {
  readonly #store: KvStore;
  readonly #scheduler: Scheduler<Text>;
  readonly #draftTokens: number;
  readonly #texts = new Map<DecodingJob, Text>();
  #running = false;
  /** Device time of one prompt token, and of one decoding run. */
  #prefillMicros = 1000;
  #decodeMicros = 10_000;
  /** What the last run has to tell. */
  #untold: Array<{ readonly text: Text; readonly tell: () => void }> = [];

  /** `draftTokens`: how far a lone text's continuation is guessed and verified in one run; 0: not at all. */
  constructor(store: KvStore, { draftTokens = 0 } = {}) {
    this.#store = store;
    this.#draftTokens = store.verify ? draftTokens : 0;
    this.#scheduler = new Scheduler(store);
  }

  get counts(): { readonly waiting: number; readonly running: number } {
    return this.#scheduler.counts;
  }

  /** Resolves when the text has ended, by itself or because its signal fired. */
  generate(job: DecodingJob): Promise<void> {
    return new Promise((resolve, reject) => {
      const { sequence, scope, priority, sharedTokens, leader } = job;
      const text: Text = {
        job,
        ids: sequence.ids,
        scope,
        priority,
        sharedTokens,
        leader: leader && this.#texts.get(leader),
        done: resolve,
        failed: reject,
        admitted: false,
        computed: 0,
      };
      this.#texts.set(job, text);
      this.#scheduler.add(text);
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      while (!this.#scheduler.idle) await this.#step();
    } catch (error) {
      for (const text of this.#scheduler.texts) this.#end(text, () => text.failed(error));
    } finally {
      this.#running = false;
      this.#tell();
    }
  }

  async #step(): Promise<void> {
    // What arrives together is scheduled together, too.
    await this.#tellAndHear();
    this.#dropCancelled();
    for (const { text, reused } of this.#scheduler.admit()) {
      if (!text.admitted) this.#untold.push({ text, tell: () => text.job.onAdmitted(reused) });
      text.admitted = true;
    }
    const plan = this.#scheduler.plan((decoding) => this.#prefillTokens(decoding));
    if (plan.prefill) await this.#prefill(plan.prefill);
    if (plan.decode.length === 0) return;
    if (this.#untold.length > 0) await this.#tellAndHear();
    const draft = this.#draft(plan);
    if (draft.length > 0) await this.#verify(plan, draft);
    else await this.#decode(plan);
  }

  async #prefill(part: NonNullable<Plan<Text>['prefill']>): Promise<void> {
    const { onPromptScores } = part.text.job;
    const { slot, ids, past } = part;
    const running = onPromptScores
      ? this.#store.verify!(slot, ids, past)
      : this.#store.prefill(slot, ids, past).then((read) => ({ ...read, scores: [read.scores] }));
    this.#tell();
    const { scores, micros } = await running;
    onPromptScores?.(past, scores);
    this.#prefillMicros += newestWeight * (micros / part.ids.length - this.#prefillMicros);
    this.#bill(part.text, micros, past, ids.length);
    if (this.#scheduler.prefilled(part)) this.#draw(part.text, scores.at(-1)!);
  }

  async #decode(plan: Plan<Text>): Promise<void> {
    const rows = plan.decode.map((text) => ({ id: text.ids.at(-1)!, past: text.ids.length - 1 }));
    const { scores, micros } = await this.#store.decode(rows);
    this.#decodeMicros += newestWeight * (micros - this.#decodeMicros);
    this.#scheduler.decoded(plan);
    const shares = splitByWork(
      micros,
      rows.map(() => 1),
    );
    for (const [row, text] of plan.decode.entries()) {
      this.#bill(text, shares[row]!, rows[row]!.past, 1);
      this.#draw(text, scores[row]!);
    }
  }

  /** Only beside no other text: rows of a run have the same number of tokens, and wrong guesses would cost all. */
  #draft({ decode }: Plan<Text>): readonly number[] {
    const [text, another] = decode;
    if (!text || another) return [];
    const { capacity, chunkTokens } = this.#store;
    return lookUp(text.ids, Math.min(this.#draftTokens, chunkTokens - 1, capacity - text.ids.length));
  }

  /** A guess is right when the text draws that very token: what it says is the same as without guessing. */
  async #verify(plan: Plan<Text>, draft: readonly number[]): Promise<void> {
    const text = plan.decode[0]!;
    const past = text.ids.length - 1;
    const { scores, micros } = await this.#store.verify!(0, [text.ids[past]!, ...draft], past);
    text.job.onBill(micros);
    const { sequence } = text.job;
    this.#scheduler.decoded(plan);
    this.#accept(text, () => {
      const pieces = [sequence.accept(scores[0]!)];
      for (const [i, guess] of draft.entries()) {
        if (sequence.finished || text.ids.at(-1) !== guess) break;
        this.#scheduler.decoded(plan);
        pieces.push(sequence.accept(scores[i + 1]!));
      }
      return pieces;
    });
    text.computed = text.ids.length - 1;
  }

  /** For what it had not computed before it lost its place. */
  #bill(text: Text, micros: number, past: number, tokens: number): void {
    const again = Math.min(tokens, Math.max(0, text.computed - past));
    text.computed = Math.max(text.computed, past + tokens);
    if (again < tokens) text.job.onBill(Math.round((micros * (tokens - again)) / tokens));
  }

  #draw(text: Text, scores: Float32Array): void {
    this.#accept(text, () => [text.job.sequence.accept(scores)]);
  }

  /** Scores from which nothing can be drawn end their text, and no other. */
  #accept(text: Text, draw: () => readonly Piece[]): void {
    try {
      for (const piece of draw()) this.#untold.push({ text, tell: () => text.job.onPiece(piece) });
    } catch (error) {
      return this.#end(text, () => text.failed(error));
    }
    if (text.job.sequence.finished) this.#end(text, text.done);
  }

  #dropCancelled(): void {
    for (const text of this.#scheduler.texts) {
      if (!text.job.signal.aborted) continue;
      text.job.sequence.cancel();
      this.#end(text, text.done);
    }
  }

  #end(text: Text, tell: () => void): void {
    this.#forget(text);
    this.#untold.push({ text, tell });
  }

  #forget(text: Text): void {
    this.#scheduler.remove(text);
    this.#texts.delete(text.job);
  }

  /** A run may keep the thread: before it, what is told goes out, and what has come in is heard. */
  async #tellAndHear(): Promise<void> {
    this.#tell();
    await yieldToLoop();
  }

  /** Who cannot hear what is told ends, and nobody else. */
  #tell(): void {
    const untold = this.#untold;
    this.#untold = [];
    for (const { text, tell } of untold) {
      try {
        tell();
      } catch (error) {
        this.#forget(text);
        text.failed(error);
      }
    }
  }

  /** How much of a prompt is read in a step: all that one run takes when nothing else runs. */
  #prefillTokens(decoding: number): number {
    if (decoding === 0) return this.#store.chunkTokens;
    const affordable = Math.floor((prefillShare * this.#decodeMicros) / Math.max(1, this.#prefillMicros));
    return Math.min(this.#store.chunkTokens, Math.max(leastPrefillTokens, affordable));
  }
}
