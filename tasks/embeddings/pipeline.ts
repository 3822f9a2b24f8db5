/** Embeddings in the runner: tokenize, run the encoder, pool token vectors to one. */
import { show, TaskwireError } from '../../src/errors.js';
import { collateTokens, type TokenRow } from '../../src/runner/collate.js';
import { tokenBatchLimits } from '../../src/runner/limits.js';
import type { ModelFolder } from '../../src/runner/model-folder.js';
import type { BatchPipeline, OpenPipeline } from '../../src/runner/pipeline.js';
import { floats } from '../../src/runner/session.js';
import { type Encoded, Tokenizer } from '../../src/runner/tokenizer.js';
import type { Embedding, EmbeddingsParams } from './schema.js';

type Pooling = NonNullable<EmbeddingsParams['pooling']>;

interface EmbeddingRow extends TokenRow {
  readonly pooling: Pooling;
}

interface EncoderConfig {
  readonly max_position_embeddings?: number;
  readonly pad_token_id?: number;
  readonly vocab_size?: number;
}

export const open: OpenPipeline = async (model, { openSession }) => {
  const config = model.config<EncoderConfig>();
  const sentence = model.json<{ max_seq_length?: number }>('sentence_bert_config.json');
  const tokenizer = Tokenizer.open(model, sentence?.max_seq_length ?? config.max_position_embeddings);
  const session = await openSession('model');
  const defaultPooling = poolingOf(model);
  // Some exports pool inside the graph; their answer is final.
  const pooledOutput = session.outputNames.find((name) => name === 'sentence_embedding');
  const tokenOutput = session.outputNames.find(
    (name) => name === 'last_hidden_state' || name === 'token_embeddings',
  );
  const output = pooledOutput ?? tokenOutput ?? session.outputNames[0]!;

  const pipeline: BatchPipeline<EmbeddingRow, Float32Array> = {
    kind: 'batch',
    contextTokens: tokenizer.maxTokens,
    tokenizer,
    limits: tokenBatchLimits,
    async prepare(input, params) {
      const { normalize, truncate, dimensions, pooling } = params as EmbeddingsParams;
      const { ids, typeIds, cutTokens } =
        typeof input === 'string'
          ? await tokenizer.encode(input)
          : readIds(input as readonly number[], config.vocab_size, tokenizer.maxTokens);
      if (cutTokens > 0 && !truncate) throw tooLong(ids.length + cutTokens, tokenizer.maxTokens);
      return {
        rows: [{ ids, typeIds, size: ids.length, pooling: pooling ?? defaultPooling }],
        usage: { inputTokens: ids.length },
        finish([vector]): Embedding {
          const cut = shorten(vector!, dimensions);
          return { vector: normalize ? normalized(cut) : cut, tokens: ids.length, truncated: cutTokens > 0 };
        },
      };
    },
    async run(rows) {
      const ran = await session.run(collateTokens(rows, config.pad_token_id ?? 0));
      const { micros } = ran;
      const { data, dims } = floats(ran, output);
      const width = dims.at(-1)!;
      if (dims.length === 2)
        return { outputs: rows.map((_, r) => data.slice(r * width, (r + 1) * width)), micros };
      const longest = dims[1]!;
      const outputs = rows.map(({ ids, pooling }, r) =>
        pool(data.subarray(r * longest * width, (r * longest + ids.length) * width), width, pooling),
      );
      return { outputs, micros };
    },
    warmupInput: () => ({ input: 'warm up', params: { normalize: true, truncate: true } }),
  };
  return pipeline;
};

/** Ids are taken as they are: no special token is put beside them. */
const readIds = (
  all: readonly number[],
  vocabulary: number | undefined,
  maxTokens: number,
): Pick<Encoded, 'ids' | 'typeIds' | 'cutTokens'> => {
  const unknown = all.find((id) => vocabulary !== undefined && id >= vocabulary);
  if (unknown !== undefined) {
    throw new TaskwireError('invalid_field', {
      param: 'inputs',
      message: 'The input has a token that this model does not know.',
      got: `${unknown}`,
      allowed: `below ${vocabulary}`,
    });
  }
  const ids = all.slice(0, maxTokens);
  return { ids, typeIds: ids.map(() => 0), cutTokens: all.length - ids.length };
};

const tooLong = (tokens: number, maxTokens: number): TaskwireError =>
  new TaskwireError('context_too_long', {
    param: 'inputs',
    got: `at least ${tokens} tokens`,
    allowed: `${maxTokens} tokens, or truncate: true`,
  });

/** sentence-transformers' pooling configuration; mean where there is none. */
const poolingOf = (model: ModelFolder): Pooling => {
  const config = model.json<Record<string, unknown>>('1_Pooling/config.json') ?? {};
  if (config.pooling_mode_cls_token) return 'cls';
  if (config.pooling_mode_max_tokens) return 'max';
  if (config.pooling_mode_lasttoken) return 'last';
  return 'mean';
};

const shorten = (vector: Float32Array, dimensions: number | undefined): Float32Array => {
  if (dimensions === undefined || dimensions === vector.length) return vector;
  if (dimensions > vector.length) {
    throw new TaskwireError('invalid_field', {
      param: 'dimensions',
      got: show(dimensions),
      allowed: `1 to ${vector.length}, the model's width`,
    });
  }
  return vector.slice(0, dimensions);
};

const normalized = (vector: Float32Array): Float32Array => {
  let squares = 0;
  for (const value of vector) squares += value * value;
  // The floor that torch.nn.functional.normalize uses.
  const length = Math.max(Math.sqrt(squares), 1e-12);
  return vector.map((value) => value / length);
};

/** One vector from the token vectors of one row: `tokens` is [tokens, width], padding left out. */
const pool = (tokens: Float32Array, width: number, pooling: Pooling): Float32Array => {
  if (pooling === 'cls') return tokens.slice(0, width);
  if (pooling === 'last') return tokens.slice(tokens.length - width);
  const vector = new Float32Array(width).fill(pooling === 'max' ? Number.NEGATIVE_INFINITY : 0);
  for (let start = 0; start < tokens.length; start += width) {
    for (let i = 0; i < width; i++) {
      const value = tokens[start + i]!;
      vector[i] = pooling === 'max' ? Math.max(vector[i]!, value) : vector[i]! + value;
    }
  }
  const count = tokens.length / width;
  return pooling === 'max' ? vector : vector.map((sum) => sum / count);
};
