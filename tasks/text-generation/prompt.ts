/** Prompts as the model reads them: token ids. */
import { TaskwireError } from '../../src/errors.js';
import type { ChatTemplate } from '../../src/runner/generate/chat.js';
import type { Encoded, Tokenizer } from '../../src/runner/tokenizer.js';
import type { GenerationInput } from './schema.js';

interface PromptLimits {
  /** Tokens that a text may have, the prompt's included. */
  readonly capacity: number;
  readonly vocabulary: number;
  /** Of a longer prompt only its end is read. */
  readonly mostTokens?: number | undefined;
}

interface PromptReaders {
  readonly tokenizer: Tokenizer;
  readonly chat: ChatTemplate;
  readonly limits: PromptLimits;
}

/** Throws when the model cannot go on from it: no tokens, unknown ones, or too many. */
export const encodePrompt = async (
  input: GenerationInput,
  readers: PromptReaders,
): Promise<readonly number[]> => {
  const { capacity, vocabulary } = readers.limits;
  const { ids, cutTokens } = await encode(input, readers);
  const param = 'messages' in input ? 'messages' : 'prompt';
  if (ids.length + cutTokens >= capacity) {
    throw new TaskwireError('context_too_long', {
      param,
      got: `at least ${ids.length + cutTokens} tokens`,
      allowed: `${capacity - 1} tokens, so that one more fits the ${capacity} that this model keeps`,
    });
  }
  if (ids.length === 0) {
    const message = 'The prompt has no tokens, and this model has none that begins a text.';
    throw new TaskwireError('invalid_field', { param, message });
  }
  const unknown = ids.find((id) => id >= vocabulary);
  if (unknown !== undefined) {
    const message = 'The prompt has a token that this model does not know.';
    const allowed = `below ${vocabulary}`;
    throw new TaskwireError('invalid_field', { param, message, got: `${unknown}`, allowed });
  }
  return ids;
};

/** A chat template writes its special tokens itself; a bare prompt gets what the tokenizer puts before texts. */
const encode = async (
  input: GenerationInput,
  { tokenizer, chat, limits: { capacity: maxTokens, mostTokens } }: PromptReaders,
): Promise<Pick<Encoded, 'ids' | 'cutTokens'>> => {
  if ('promptIds' in input) return { ids: input.promptIds.slice(-(mostTokens ?? 0)), cutTokens: 0 };
  if (!('messages' in input)) {
    const read = await readText(input.prompt, tokenizer, { maxTokens, mostTokens });
    const begin = read.ids.length === 0 ? tokenizer.idFor('bos_token') : undefined;
    return begin === undefined ? read : { ids: [begin], cutTokens: 0 };
  }
  const pieces = chat.render(input.messages, input.tools);
  const all = await Promise.all(
    pieces.map((piece) => tokenizer.encode(piece, { maxTokens, addSpecialTokens: false })),
  );
  return {
    ids: all.flatMap(({ ids }) => ids),
    cutTokens: all.reduce((sum, one) => sum + one.cutTokens, 0),
  };
};

const readText = async (
  prompt: string,
  tokenizer: Tokenizer,
  { maxTokens, mostTokens }: { readonly maxTokens: number; readonly mostTokens: number | undefined },
): Promise<Pick<Encoded, 'ids' | 'cutTokens'>> => {
  if (mostTokens === undefined) return tokenizer.encode(prompt, { maxTokens });
  const { ids } = await tokenizer.encode(prompt, { maxTokens: mostTokens, cutSide: 'left' });
  return { ids, cutTokens: 0 };
};
