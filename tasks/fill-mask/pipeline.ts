/** Fill-mask in the runner: the model's vocabulary over each mask, by the rules of transformers' pipeline. */
import { show, TaskwireError } from '../../src/errors.js';
import { collateTokens, type TokenRow } from '../../src/runner/collate.js';
import { tokenBatchLimits } from '../../src/runner/limits.js';
import type { BatchPipeline, OpenPipeline } from '../../src/runner/pipeline.js';
import { floats } from '../../src/runner/session.js';
import { Tokenizer } from '../../src/runner/tokenizer.js';
import { softmax } from '../rank-labels.js';
import type { Fill, FilledMasks, FillMaskParams } from './schema.js';

interface MaskedConfig {
  readonly max_position_embeddings?: number;
  readonly pad_token_id?: number;
  readonly vocab_size?: number;
}

interface MaskedRow extends TokenRow {
  /** Where the masks are. */
  readonly places: readonly number[];
}

/** Logits of a run: 256 MB. Every token of every row has one for each word of the vocabulary. */
const mostLogits = 2 ** 26;
const usualVocabulary = 2 ** 15;
/** Of a text, over all of its masks: each is the whole text again. */
const mostFills = 2_000;

export const open: OpenPipeline = async (model, { openSession }) => {
  const config = model.config<MaskedConfig>();
  const tokenizer = Tokenizer.open(model, config.max_position_embeddings);
  const mask = tokenizer.idFor('mask_token');
  if (mask === undefined) throw new Error(`${model.path}: its tokenizer has no mask_token`);
  const session = await openSession('model');
  const maxPaddedCost = Math.floor(mostLogits / (config.vocab_size ?? usualVocabulary));

  const pipeline: BatchPipeline<MaskedRow, readonly Float32Array[]> = {
    kind: 'batch',
    contextTokens: tokenizer.maxTokens,
    tokenizer,
    limits: { ...tokenBatchLimits, maxPaddedCost: Math.min(tokenBatchLimits.maxPaddedCost, maxPaddedCost) },
    async prepare(input, params) {
      const { topK, targets } = params as FillMaskParams;
      const { ids, typeIds, cutTokens } = await tokenizer.encode(input as string);
      const places = ids.flatMap((id, place) => (id === mask ? [place] : []));
      if (places.length === 0) throw noMask(tokenizer.token(mask) ?? '', cutTokens > 0);
      if (places.length * topK > mostFills) throw tooMany(topK, places.length);
      const candidates = targets && (await targetIds(targets, tokenizer));
      return {
        rows: [{ ids, typeIds, size: ids.length, places }],
        usage: { inputTokens: ids.length },
        finish: ([logits]): FilledMasks => ({
          masks: logits!.map((scores, i) =>
            likeliest(softmax(scores), topK, candidates).map(([token, score]) => ({
              score,
              token,
              token_str: tokenizer.writeTokens([tokenizer.token(token) ?? '']),
              sequence: sequenceOf(ids.with(places[i]!, token), places.length === 1),
            })),
          ),
          truncated: cutTokens > 0,
        }),
      };
    },
    async run(rows) {
      const ran = await session.run(collateTokens(rows, config.pad_token_id ?? 0));
      const { data, dims } = floats(ran, 'logits');
      const [, longest, vocabulary] = dims as [number, number, number];
      const outputs = rows.map(({ places }, r) =>
        places.map((place) => {
          const from = (r * longest + place) * vocabulary;
          return data.slice(from, from + vocabulary);
        }),
      );
      return { outputs, micros: ran.micros };
    },
    warmupInput: () => ({ input: tokenizer.token(mask), params: { topK: 1 } }),
  };

  /** As the tokenizer writes it; beside other masks special tokens are shown, since those are special too. */
  const sequenceOf = (ids: readonly number[], hideSpecial: boolean): string => {
    const shown = ids.filter((id) => !hideSpecial || !tokenizer.isSpecial(id));
    return tokenizer.writeTokens(shown.flatMap((id) => tokenizer.token(id) ?? []));
  };
  return pipeline;
};

/** Best first. A vocabulary is not sorted for a handful of its tokens. */
const likeliest = (
  probabilities: readonly number[],
  count: number,
  candidates: Iterable<number> = probabilities.keys(),
): (readonly [token: number, score: Fill['score']])[] => {
  const best: (readonly [number, number])[] = [];
  for (const token of candidates) {
    const score = probabilities[token]!;
    if (best.length === count && score <= best.at(-1)![1]) continue;
    const place = best.findIndex(([, other]) => other < score);
    best.splice(place < 0 ? best.length : place, 0, [token, score]);
    if (best.length > count) best.pop();
  }
  return best;
};

const targetIds = async (targets: readonly string[], tokenizer: Tokenizer): Promise<number[]> => {
  const ids = new Set<number>();
  for (const target of targets) {
    const id = tokenizer.id(target) ?? (await tokenizer.ids(target))[0];
    if (id === undefined) {
      const allowed = 'texts with at least one token';
      throw new TaskwireError('invalid_field', { param: 'targets', got: show(target), allowed });
    }
    ids.add(id);
  }
  return [...ids];
};

const tooMany = (topK: number, masks: number): TaskwireError =>
  new TaskwireError('invalid_field', {
    param: 'top_k',
    got: `${topK} for each of ${masks} masks`,
    allowed: `${mostFills} in all`,
  });

const noMask = (token: string, wasCut: boolean): TaskwireError =>
  new TaskwireError('invalid_field', {
    param: 'inputs',
    message: `There is no ${token} in the ${wasCut ? 'part of the text that the model reads' : 'text'}.`,
  });
