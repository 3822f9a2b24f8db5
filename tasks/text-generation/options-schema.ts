import { z } from 'zod';

/** A model's own settings, in its `taskwire.json`. */
export const modelOptions = z.looseObject({
  /** Tokens of prompt and text together; left out: what `config.json` says. */
  context_window: z
    .int()
    .min(2)
    .max(2 ** 24)
    .optional(),
  /** The most texts that are decoded at once. */
  max_sequences: z.int().min(1).max(4096).optional(),
  /** Beginnings of prompts that all accounts may share in the cache (a system prompt, say). */
  shared_prefixes: z.array(z.string()).optional(),
  /** How many tokens of a lone text are guessed from what it said before, and verified in one run; 0: none. */
  draft_tokens: z.int().min(0).max(64).optional(),
});

export type GeneratorOptions = z.output<typeof modelOptions>;
