/** What a model thought of a prompt's own tokens, put together as the prompt is read. */
import type { Scores } from '../../src/runner/generate/kv-store.js';
import { reportOf } from '../../src/runner/generate/sequence.js';
import type { Tokenizer } from '../../src/runner/tokenizer.js';
import type { PromptReport } from './schema.js';

interface PromptScoresOptions {
  readonly promptIds: readonly number[];
  readonly alternatives: number;
  readonly tokenizer: Tokenizer;
}

export class PromptScores {
  readonly #options: PromptScoresOptions;
  readonly #reports: PromptReport[];

  constructor(options: PromptScoresOptions) {
    const { promptIds, tokenizer } = options;
    this.#options = options;
    this.#reports = promptIds.map((id) => ({
      token: tokenizer.text(id),
      token_id: id,
      logprob: null,
      top: [],
    }));
  }

  /** `scores[i]` follow the token at `past + i`; what is read again after a lost slot says the same again. */
  read(past: number, scores: readonly Scores[]): void {
    const { promptIds, alternatives, tokenizer } = this.#options;
    for (const [i, row] of scores.entries()) {
      const id = promptIds[past + i + 1];
      if (id !== undefined) this.#reports[past + i + 1] = reportOf(row, id, alternatives, tokenizer);
    }
  }

  get reports(): readonly PromptReport[] {
    return this.#reports;
  }
}
