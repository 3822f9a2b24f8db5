/** Question answering in the runner: the question before each window of the context, a span of the best as the answer. */
import { show, TaskwireError } from '../../src/errors.js';
import { collateTokens, type TokenRow } from '../../src/runner/collate.js';
import { tokenBatchLimits } from '../../src/runner/limits.js';
import type { BatchPipeline, OpenPipeline } from '../../src/runner/pipeline.js';
import { floats } from '../../src/runner/session.js';
import { Tokenizer } from '../../src/runner/tokenizer.js';
import { findAnswers, type WindowLogits } from './find-answers.js';
import type { Answers, QuestionInput, QuestionParams } from './schema.js';

interface ReaderConfig {
  readonly max_position_embeddings?: number;
  readonly pad_token_id?: number;
}

/** What transformers takes where a request does not say: tokens. */
const usualWindow = 384;
const usualOverlap = 128;

export const open: OpenPipeline = async (model, { openSession }) => {
  const config = model.config<ReaderConfig>();
  const tokenizer = Tokenizer.open(model, config.max_position_embeddings);
  const session = await openSession('model');

  const pipeline: BatchPipeline<TokenRow, WindowLogits> = {
    kind: 'batch',
    contextTokens: tokenizer.maxTokens,
    tokenizer,
    limits: tokenBatchLimits,
    async prepare(input, given) {
      const { question, context } = input as QuestionInput;
      const params = given as QuestionParams;
      const maxTokens = windowOf(params, tokenizer.maxTokens);
      const overlapTokens = overlapOf(params, maxTokens);
      const windows = await tokenizer.encodeWindows(question, context, { maxTokens, overlapTokens });
      if (windows.length === 0) throw questionTooLong(maxTokens);
      const rows = windows.map(({ ids, typeIds }) => ({ ids, typeIds, size: ids.length }));
      const encodings = windows.map(({ encoding }) => encoding);
      return {
        rows,
        usage: { inputTokens: rows.reduce((sum, { size }) => sum + size, 0) },
        finish: (logits): Answers => ({ answers: findAnswers(encodings, logits, context, params) }),
      };
    },
    async run(rows) {
      const ran = await session.run(collateTokens(rows, config.pad_token_id ?? 0));
      // Each [rows, longest].
      const [starts, ends] = [floats(ran, 'start_logits'), floats(ran, 'end_logits')];
      const longest = starts.dims[1]!;
      const outputs = rows.map(({ size }, r) => {
        const [from, to] = [r * longest, r * longest + size];
        return { start: starts.data.slice(from, to), end: ends.data.slice(from, to) };
      });
      return { outputs, micros: ran.micros };
    },
    warmupInput: () => ({
      input: { question: 'What is this?', context: 'A warm-up.' },
      params: { topK: 1, maxAnswerTokens: 15, mayBeEmpty: false, wholeWords: true },
    }),
  };
  return pipeline;
};

const windowOf = ({ windowTokens }: QuestionParams, maxTokens: number): number => {
  if (windowTokens === undefined) return Math.min(maxTokens, usualWindow);
  if (windowTokens <= maxTokens) return windowTokens;
  throw new TaskwireError('invalid_field', {
    param: 'max_seq_len',
    got: show(windowTokens),
    allowed: `at most ${maxTokens}, what the model reads`,
  });
};

const overlapOf = ({ overlapTokens }: QuestionParams, windowTokens: number): number => {
  if (overlapTokens === undefined) return Math.min(Math.floor(windowTokens / 2), usualOverlap);
  if (overlapTokens <= windowTokens) return overlapTokens;
  throw new TaskwireError('invalid_field', {
    param: 'doc_stride',
    got: show(overlapTokens),
    allowed: `at most ${windowTokens}, a window`,
  });
};

const questionTooLong = (windowTokens: number): TaskwireError =>
  new TaskwireError('context_too_long', {
    param: 'question',
    message: `The question leaves no room for the context in a window of ${windowTokens} tokens.`,
  });
