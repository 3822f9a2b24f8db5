/** One text being generated: its tokens, what they read as, and when it ends. Knows nothing of models or batches. */
import type { Tokenizer } from '../tokenizer.js';
import { Detokenizer } from './detokenizer.js';
import type { Guide } from './grammars.js';
import { type Random, seededRandom } from './random.js';
import { applyPenalties, argmax, logprobsOf, type SamplingParams, sample } from './sampler.js';
import { StopStrings } from './stop-strings.js';

export interface SequenceOptions {
  readonly tokenizer: Tokenizer;
  readonly promptIds: readonly number[];
  /** The text continues the prompt, so that its first word may begin with a space. */
  readonly continues: boolean;
  readonly sampling: SamplingParams;
  readonly seed: bigint;
  readonly maxTokens: number;
  readonly minTokens: number;
  readonly stop: readonly string[];
  /** Ids that end the text: the model's own, unless it shall go on after them, and what the request names. */
  readonly endIds: ReadonlySet<number>;
  /** `undefined`: none wanted; else how many alternatives a token. */
  readonly logprobs: number | undefined;
  /** The grammar that the text is held to. */
  readonly guide?: Guide | undefined;
}

export interface TokenReport {
  readonly token: string;
  readonly token_id: number;
  readonly logprob: number;
  readonly top: ReadonlyArray<{
    readonly token: string;
    readonly token_id: number;
    readonly logprob: number;
  }>;
}

/** What one step added. */
export interface Piece {
  readonly text: string;
  readonly logprobs: readonly TokenReport[];
}

export type FinishReason = 'stop' | 'length' | 'cancelled';

/** What ended a text that was not cut off: a token that means it, or a stop string. Neither where a grammar was fulfilled. */
export type EndedBy = 'token' | 'string';

export class Sequence {
  readonly #options: SequenceOptions;
  readonly #random: Random;
  readonly #detokenizer: Detokenizer;
  readonly #stops: StopStrings;
  readonly #seen: Set<number>;
  readonly #counts = new Map<number, number>();
  readonly #reports: TokenReport[] = [];
  readonly #promptTokens: number;
  #text = '';
  #finished: FinishReason | undefined;
  #endedBy: EndedBy | undefined;
  /** Prompt and text. */
  readonly ids: number[];

  constructor(options: SequenceOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#detokenizer = new Detokenizer(options.tokenizer, options.continues ? options.promptIds : []);
    this.#stops = new StopStrings(options.stop);
    this.#seen = new Set(options.promptIds);
    this.#promptTokens = options.promptIds.length;
    this.ids = [...options.promptIds];
  }

  get finished(): FinishReason | undefined {
    return this.#finished;
  }

  get endedBy(): EndedBy | undefined {
    return this.#endedBy;
  }

  /** What was generated, the token that ended it included. */
  get tokens(): readonly number[] {
    return this.ids.slice(this.#promptTokens);
  }

  get generatedTokens(): number {
    return this.ids.length - this.#promptTokens;
  }

  get text(): string {
    return this.#text;
  }

  get logprobs(): readonly TokenReport[] | undefined {
    return this.#options.logprobs === undefined ? undefined : this.#reports;
  }

  /** Draws the next token from `logits` [vocabulary], which it changes. */
  accept(logits: Float32Array): Piece {
    const { sampling, endIds, minTokens, maxTokens, guide } = this.#options;
    // Only its prompt was to be read.
    if (maxTokens === 0) return this.#end('length', '', []);
    const early = this.generatedTokens < minTokens;
    const raw = this.#options.logprobs === undefined ? undefined : logits.slice();
    applyPenalties(logits, sampling, { seen: this.#seen, generated: this.#counts });
    const isOpen = guide?.mask(logits, endIds) ?? true;
    if (early && isOpen) this.#forbidEnd(logits);
    const id = sample(logits, sampling, this.#random);
    this.ids.push(id);
    this.#seen.add(id);
    this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
    const reports = raw ? [this.#report(raw, id)] : [];
    this.#reports.push(...reports);
    if (endIds.has(id)) {
      this.#endedBy = 'token';
      return this.#end('stop', '', reports);
    }
    guide?.accept(id);
    const fresh = this.#detokenizer.push(id);
    // Stop strings wait for the least length too; until then they are text like any other.
    const { text, stopped } =
      this.generatedTokens < minTokens ? { text: fresh, stopped: false } : this.#stops.push(fresh);
    if (stopped) {
      this.#endedBy = 'string';
      return this.#end('stop', text, reports, false);
    }
    // Whole, and nothing can follow: the model need not say so.
    if (guide?.isComplete) return this.#end('stop', text, reports);
    if (this.generatedTokens >= maxTokens) return this.#end('length', text, reports);
    return this.#add(text, reports);
  }

  /** Unless the grammar leaves nothing else. */
  #forbidEnd(logits: Float32Array): void {
    const { endIds, guide } = this.#options;
    const scores = Array.from(endIds, (id) => [id, logits[id]!] as const);
    for (const [id] of scores) logits[id] = Number.NEGATIVE_INFINITY;
    if (guide && logits[argmax(logits)] === Number.NEGATIVE_INFINITY)
      for (const [id, score] of scores) logits[id] = score;
  }

  cancel(): void {
    this.#finished ??= 'cancelled';
  }

  /** Everything held back comes out now, unless a stop string cut it off. */
  #end(reason: 'stop' | 'length', text: string, reports: readonly TokenReport[], keepHeld = true): Piece {
    this.#finished = reason;
    if (!keepHeld) return this.#add(text, reports);
    const rest = this.#stops.push(this.#detokenizer.flush());
    return this.#add(text + rest.text + (rest.stopped ? '' : this.#stops.flush()), reports);
  }

  #add(text: string, logprobs: readonly TokenReport[]): Piece {
    this.#text += text;
    return { text, logprobs };
  }

  #report(raw: Float32Array, id: number): TokenReport {
    return reportOf(raw, id, this.#options.logprobs ?? 0, this.#options.tokenizer);
  }
}

/** What OpenAI tells of a token that cannot come; JSON has no infinity. */
const impossible = -9999;

/** `raw` is [vocabulary], as the model scored what may stand where `id` does. */
export const reportOf = (
  raw: Float32Array,
  id: number,
  alternatives: number,
  tokenizer: Tokenizer,
): TokenReport => {
  const { chosen, top } = logprobsOf(raw, id, alternatives);
  const named = ({ id: tokenId, logprob }: { id: number; logprob: number }) => ({
    token: tokenizer.text(tokenId),
    token_id: tokenId,
    logprob: Math.max(logprob, impossible),
  });
  return { ...named(chosen), top: top.map(named) };
};
