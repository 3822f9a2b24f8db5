/** Embeddings in the runner: tokenize, run the encoder, pool token vectors to one. */
import { show, TaskwireError } from '../../src/errors.js';
import { collateTokens, type TokenRow } from '../../src/runner/collate.js';
import { tokenBatchLimits } from '../../src/runner/limits.js';
import type { BatchPipeline, OpenPipeline } from '../../src/runner/pipeline.js';
import { floats, type Tensor } from '../../src/runner/session.js';
import { type Encoded, Tokenizer } from '../../src/runner/tokenizer.js';
import { type Pooling, poolingFile, readPooling } from './pooling-schema.js';
import type { Embedding, EmbeddingsParams, TokenEmbeddings } from './schema.js';

interface EmbeddingRow extends TokenRow {
  readonly pooling: Pooling | 'none';
  /** Tokens at the beginning that are left out of the pooling. */
  readonly skip: number;
}

interface Read extends Pick<Encoded, 'ids' | 'typeIds' | 'cutTokens'> {
  readonly promptTokens: number;
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
  const rules = readPooling(model.json(poolingFile));
  // Some exports pool inside the graph; their answer is final.
  const pooledOutput = session.outputNames.find((name) => name === 'sentence_embedding');
  const tokenOutput = session.outputNames.find(
    (name) => name === 'last_hidden_state' || name === 'token_embeddings',
  );
  const output = pooledOutput ?? tokenOutput ?? session.outputNames[0]!;

  const read = async (
    input: string | readonly number[],
    { cutSide, promptName }: EmbeddingsParams,
  ): Promise<Read> => {
    if (typeof input !== 'string') return readIds(input, config.vocab_size, tokenizer.maxTokens, cutSide);
    const prompt = tokenizer.prompts.named(promptName);
    const encoded = await tokenizer.encode(prompt + input, { cutSide });
    const promptTokens = prompt === '' || rules.includesPrompt ? 0 : await promptTokensOf(prompt, tokenizer);
    return { ...encoded, promptTokens };
  };

  const pipeline: BatchPipeline<EmbeddingRow, Float32Array> = {
    kind: 'batch',
    contextTokens: tokenizer.maxTokens,
    tokenizer,
    limits: tokenBatchLimits,
    async prepare(input, params) {
      const options = params as EmbeddingsParams;
      const { normalize, truncate, dimensions, pooling = rules.pooling } = options;
      if (pooling === 'none' && !tokenOutput) throw pooledAlready();
      const encoded = await read(input as string | readonly number[], options);
      if (!truncate) tokenizer.assertWhole(encoded);
      const { ids, typeIds, cutTokens, promptTokens } = encoded;
      const told = { tokens: ids.length, truncated: cutTokens > 0 };
      const skip = Math.min(promptTokens, ids.length - 1);
      return {
        rows: [{ ids, typeIds, size: ids.length, pooling, skip }],
        usage: { inputTokens: ids.length },
        finish([vector]): Embedding | TokenEmbeddings {
          if (pooling === 'none') return { vectors: rowsOf(vector!, ids.length), ...told };
          const cut = shorten(vector!, dimensions);
          return { vector: normalize ? normalized(cut) : cut, ...told };
        },
      };
    },
    async run(rows) {
      const ran = await session.run(collateTokens(rows, config.pad_token_id ?? 0));
      const pooled = floats(ran, output);
      const states =
        tokenOutput && rows.some(({ pooling }) => pooling === 'none') ? floats(ran, tokenOutput) : pooled;
      const outputs = rows.map((row, r) => outputOf(row, r, row.pooling === 'none' ? states : pooled));
      return { outputs, micros: ran.micros };
    },
    warmupInput: () => ({ input: 'warm up', params: { normalize: true, truncate: true, cutSide: 'right' } }),
  };
  return pipeline;
};

/** The vector of row `r`, or all of its tokens'. `states` is [rows, width] where the graph pools, or [rows, longest, width]. */
const outputOf = (
  { ids, pooling, skip }: EmbeddingRow,
  r: number,
  { data, dims }: Tensor<Float32Array>,
): Float32Array => {
  const width = dims.at(-1)!;
  if (dims.length === 2) return data.slice(r * width, (r + 1) * width);
  const start = r * dims[1]! * width;
  const end = start + ids.length * width;
  return pooling === 'none'
    ? data.slice(start, end)
    : pool(data.subarray(start + skip * width, end), width, pooling);
};

/** Ids are taken as they are: no special token is put beside them. */
const readIds = (
  all: readonly number[],
  vocabulary: number | undefined,
  maxTokens: number,
  cutSide: EmbeddingsParams['cutSide'],
): Read => {
  const unknown = all.find((id) => vocabulary !== undefined && id >= vocabulary);
  if (unknown !== undefined) {
    throw new TaskwireError('invalid_field', {
      param: 'inputs',
      message: 'The input has a token that this model does not know.',
      got: `${unknown}`,
      allowed: `below ${vocabulary}`,
    });
  }
  const cutTokens = Math.max(0, all.length - maxTokens);
  const ids = cutSide === 'left' ? all.slice(cutTokens) : all.slice(0, maxTokens);
  return { ids, typeIds: ids.map(() => 0), cutTokens, promptTokens: 0 };
};

/** With what the tokenizer puts before it, but without what it puts behind it: sentence-transformers' count. */
const promptTokensOf = async (prompt: string, tokenizer: Tokenizer): Promise<number> => {
  const { ids } = await tokenizer.encode(prompt);
  return tokenizer.isSpecial(ids.at(-1)!) ? ids.length - 1 : ids.length;
};

/** `flat` is [count, width]. */
const rowsOf = (flat: Float32Array, count: number): Float32Array[] => {
  const width = flat.length / count;
  return Array.from({ length: count }, (_, i) => flat.subarray(i * width, (i + 1) * width));
};

const pooledAlready = (): TaskwireError =>
  new TaskwireError('task_mismatch', {
    param: 'model',
    message: 'This model was exported with its pooling: what it makes of single tokens is not known.',
  });

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
