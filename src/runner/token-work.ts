/** What a model's tokenizer answers by itself: no session runs, whatever the model's task. */
import type { WireItem } from '../engine/protocol.js';
import { TaskwireError } from '../errors.js';
import type { TokenParams, TokenPiece } from '../job.js';
import type { Tokenizer } from './tokenizer.js';

const isTokenParams = (params: unknown): params is TokenParams =>
  typeof params === 'object' && params !== null && 'tokenWork' in params;

/** `undefined` for the pipeline's own work. */
export const tokenWork = async (
  { input, params }: WireItem,
  tokenizer: Tokenizer | undefined,
): Promise<{ readonly value: unknown; readonly usage: object } | undefined> => {
  if (!isTokenParams(params)) return undefined;
  if (!tokenizer)
    throw new TaskwireError('task_mismatch', { param: 'model', message: 'This model has no tokenizer.' });
  const { tokenWork: verb, special, promptName } = params;
  const prompt = promptName === undefined ? '' : tokenizer.prompts.named(promptName);
  const value =
    verb === 'encode'
      ? await piecesOf(prompt + (input as string), special, tokenizer)
      : await tokenizer.decode(input as readonly number[], special);
  return { value, usage: {} };
};

const piecesOf = async (text: string, special: boolean, tokenizer: Tokenizer): Promise<TokenPiece[]> => {
  const { encoding, ids } = await tokenizer.encode(text, {
    maxTokens: Number.MAX_SAFE_INTEGER,
    addSpecialTokens: special,
  });
  const codePoints = Array.from(text);
  const [offsets, mask, tokens] = [
    encoding.getOffsets(),
    encoding.getSpecialTokensMask(),
    encoding.getTokens(),
  ];
  return ids.map((id, i) => {
    if (mask[i]) return { id, text: tokens[i]!, special: true, start: null, stop: null };
    const [start = 0, stop = 0] = offsets[i] ?? [];
    return { id, text: codePoints.slice(start, stop).join(''), special: false, start, stop };
  });
};
