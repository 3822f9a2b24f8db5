/** Text classification in the runner: one label set a text, a label a token (NER), or a row a candidate (zero-shot). */
import { TaskwireError } from '../../src/errors.js';
import { collateTokens, type TokenRow } from '../../src/runner/collate.js';
import { tokenBatchLimits } from '../../src/runner/limits.js';
import type { BatchPipeline, OpenPipeline, Prepared } from '../../src/runner/pipeline.js';
import { floats } from '../../src/runner/session.js';
import { type Encoded, Tokenizer } from '../../src/runner/tokenizer.js';
import { type LabelConfig, labelsOf, rankLabels, scoresOf, softmax } from '../rank-labels.js';
import { findEntities } from './entities.js';
import type { Classification, ClassificationParams } from './schema.js';

interface ClassifierConfig extends LabelConfig {
  readonly architectures?: readonly string[];
  readonly max_position_embeddings?: number;
  readonly pad_token_id?: number;
}

type Classify = (text: string, params: ClassificationParams) => Promise<Prepared<TokenRow, Float32Array>>;

const defaultTemplate = 'This example is {}.';

export const open: OpenPipeline = async (model, { openSession }) => {
  const config = model.config<ClassifierConfig>();
  const tokenizer = Tokenizer.open(model, config.max_position_embeddings);
  const session = await openSession('model');
  const labels = labelsOf(config);
  const entailment = labels.findIndex((label) => /^entail/i.test(label));
  // Which output stands for contradiction: transformers' rule.
  const contradiction = entailment === 0 ? labels.length - 1 : 0;

  const wholeText: Classify = async (text, { topK, multiLabel }) => {
    const encoded = await tokenizer.encode(text);
    return prepared([encoded], ([logits]) => rankLabels(scoresOf(logits!, config, multiLabel), labels, topK));
  };

  const perToken: Classify = async (text) => {
    const encoded = await tokenizer.encode(text);
    return prepared([encoded], ([logits]) => {
      const entities = findEntities(logits!, encoded, text, { labels, tokenizer });
      return { labels: entities.map((e) => e.entity_group), scores: entities.map((e) => e.score), entities };
    });
  };

  const zeroShot: Classify = async (
    text,
    { topK, multiLabel, candidateLabels = [], hypothesisTemplate = defaultTemplate },
  ) => {
    if (entailment < 0) throw notForZeroShot(labels);
    const hypotheses = candidateLabels.map((label) => hypothesisTemplate.replace('{}', () => label));
    const pairs = await Promise.all(hypotheses.map((pair) => tokenizer.encode(text, { pair })));
    return prepared(pairs, (rows) => {
      const scores =
        multiLabel || rows.length === 1
          ? rows.map((logits) => softmax([logits[contradiction]!, logits[entailment]!])[1]!)
          : softmax(rows.map((logits) => logits[entailment]!));
      return rankLabels(scores, candidateLabels, topK);
    });
  };

  const isTokenClassifier =
    config.architectures?.some((name) => name.endsWith('ForTokenClassification')) ?? false;
  const pipeline: BatchPipeline<TokenRow, Float32Array> = {
    kind: 'batch',
    contextTokens: tokenizer.maxTokens,
    limits: tokenBatchLimits,
    prepare(input, params) {
      const options = params as ClassificationParams;
      if (options.candidateLabels) return zeroShot(input as string, options);
      return (isTokenClassifier ? perToken : wholeText)(input as string, options);
    },
    async run(rows) {
      const ran = await session.run(collateTokens(rows, config.pad_token_id ?? 0));
      const { data, dims } = floats(ran, 'logits');
      // [rows, labels], or [rows, longest, labels] for token classifiers.
      const perRow = dims.slice(1).reduce((a, b) => a * b, 1);
      return { outputs: rows.map((_, r) => data.slice(r * perRow, (r + 1) * perRow)), micros: ran.micros };
    },
    warmupInput: () => ({ input: 'warm up', params: {} }),
  };
  return pipeline;
};

const prepared = (
  encodings: readonly Encoded[],
  classify: (logits: readonly Float32Array[]) => Classification,
): Prepared<TokenRow, Float32Array> => {
  const rows = encodings.map(({ ids, typeIds }) => ({ ids, typeIds, size: ids.length }));
  const truncated = encodings.some(({ cutTokens }) => cutTokens > 0);
  return {
    rows,
    usage: { inputTokens: rows.reduce((sum, { size }) => sum + size, 0) },
    finish: (logits) => ({ ...classify(logits), ...(truncated ? { truncated: true as const } : {}) }),
  };
};

const notForZeroShot = (labels: readonly string[]): TaskwireError =>
  new TaskwireError('invalid_field', {
    param: 'candidate_labels',
    message: 'candidate_labels needs a model trained on natural language inference, and this one is not.',
    allowed: `leave it out; this model's labels are ${labels.slice(0, 20).join(', ')}`,
  });
