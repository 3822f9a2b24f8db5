/** Text classification in the runner: one label set a text or pair, a label a token (NER), or a row a candidate (zero-shot). */
import { TaskwireError } from '../../src/errors.js';
import { collateTokens, type TokenRow } from '../../src/runner/collate.js';
import { tokenBatchLimits } from '../../src/runner/limits.js';
import type { BatchPipeline, OpenPipeline, Prepared } from '../../src/runner/pipeline.js';
import { floats } from '../../src/runner/session.js';
import { type Encoded, type EncodeOptions, Tokenizer } from '../../src/runner/tokenizer.js';
import { hypothesesOf } from '../candidate-labels.js';
import {
  type LabelConfig,
  labelsOf,
  rankLabels,
  type ScoreFunction,
  scoresOf,
  softmax,
} from '../rank-labels.js';
import { findEntities, joinOverlapping } from './entities.js';
import type { Classification, ClassificationParams, ClassifierInput } from './schema.js';

interface ClassifierConfig extends LabelConfig {
  readonly architectures?: readonly string[];
  readonly max_position_embeddings?: number;
  readonly pad_token_id?: number;
}

/** A model with its labels, as the ways to classify by it need it. */
interface Classifier {
  readonly config: ClassifierConfig;
  readonly labels: readonly string[];
  readonly tokenizer: Tokenizer;
  /** Encodes a text, or refuses one that would be cut where that was not asked for. */
  read(text: string, params: ClassificationParams, options?: EncodeOptions): Promise<Encoded>;
}

type Classify<Input = string> = (
  input: Input,
  params: ClassificationParams,
) => Promise<Prepared<TokenRow, Float32Array>>;

const defaultTemplate = 'This example is {}.';

export const open: OpenPipeline = async (model, { openSession }) => {
  const config = model.config<ClassifierConfig>();
  const tokenizer = Tokenizer.open(model, config.max_position_embeddings);
  const session = await openSession('model');
  const classifier: Classifier = {
    config,
    labels: labelsOf(config),
    tokenizer,
    async read(text, { truncate, cutSide }, options = {}) {
      const encoded = await tokenizer.encode(text, { ...options, cutSide });
      if (!truncate) tokenizer.assertWhole(encoded);
      return encoded;
    },
  };
  const pipeline: BatchPipeline<TokenRow, Float32Array> = {
    kind: 'batch',
    contextTokens: tokenizer.maxTokens,
    tokenizer,
    limits: tokenBatchLimits,
    prepare: prepareBy(classifier),
    async run(rows) {
      const ran = await session.run(collateTokens(rows, config.pad_token_id ?? 0));
      const { data, dims } = floats(ran, 'logits');
      // [rows, labels], or [rows, longest, labels] for token classifiers.
      const perRow = dims.slice(1).reduce((a, b) => a * b, 1);
      return { outputs: rows.map((_, r) => data.slice(r * perRow, (r + 1) * perRow)), micros: ran.micros };
    },
    warmupInput: () => ({
      input: 'warm up',
      params: { truncate: true, cutSide: 'right', ignoredLabels: [] },
    }),
  };
  return pipeline;
};

/** The model's kind and the request say which way it is. */
const prepareBy = (classifier: Classifier): BatchPipeline<TokenRow, Float32Array>['prepare'] => {
  const { architectures } = classifier.config;
  const labelsTokens = architectures?.some((name) => name.endsWith('ForTokenClassification')) ?? false;
  const [whole, tokens, candidates] = [wholeText(classifier), perToken(classifier), zeroShot(classifier)];
  return async (input, given) => {
    const params = given as ClassificationParams;
    const { candidateLabels, strideTokens } = params;
    if (strideTokens !== undefined && (!labelsTokens || candidateLabels)) throw onlyForTokens();
    if (!labelsTokens && !candidateLabels) return whole(input as ClassifierInput, params);
    if (typeof input !== 'string') throw notForPairs();
    return (candidateLabels ? candidates : tokens)(input, params);
  };
};

const wholeText =
  ({ config, labels, read }: Classifier): Classify<ClassifierInput> =>
  async (input, params) => {
    const [text, pair] = typeof input === 'string' ? [input] : input;
    const encoded = await read(text, params, pair === undefined ? {} : { pair, cut: 'longest' });
    const wanted = functionOf(params);
    return prepared([encoded], ([logits]) =>
      rankLabels(scoresOf(logits!, config, wanted), labels, params.topK),
    );
  };

const perToken =
  ({ labels, tokenizer, read }: Classifier): Classify =>
  async (text, params) => {
    const { aggregation: strategy, ignoredLabels, strideTokens, cutSide } = params;
    // Places in a text are counted from its beginning.
    if (cutSide === 'left') throw onlyAtItsEnd();
    const windows =
      strideTokens === undefined
        ? [await read(text, params)]
        : await tokenizer.encodeStretches(text, strideTokens);
    return prepared(windows, (rows) => {
      const found = windows.flatMap((window, i) =>
        findEntities(rows[i]!, window, text, { labels, tokenizer, strategy, ignoredLabels }),
      );
      const entities = windows.length > 1 ? joinOverlapping(found) : found;
      return { labels: entities.map((e) => e.entity_group), scores: entities.map((e) => e.score), entities };
    });
  };

const zeroShot = ({ labels, read }: Classifier): Classify => {
  const entailment = labels.findIndex((label) => /^entail/i.test(label));
  // Which output stands for contradiction: transformers' rule.
  const contradiction = entailment === 0 ? labels.length - 1 : 0;
  return async (text, params) => {
    const { multiLabel, candidateLabels = [], topK = candidateLabels.length } = params;
    if (entailment < 0) throw notForZeroShot(labels);
    const hypotheses = hypothesesOf(candidateLabels, params.hypothesisTemplate ?? defaultTemplate);
    const pairs = await Promise.all(hypotheses.map((pair) => read(text, params, { pair })));
    return prepared(pairs, (rows) => {
      const scores =
        multiLabel || rows.length === 1
          ? rows.map((logits) => softmax([logits[contradiction]!, logits[entailment]!])[1]!)
          : softmax(rows.map((logits) => logits[entailment]!));
      return rankLabels(scores, candidateLabels, topK);
    });
  };
};

const functionOf = ({ scoreFunction, multiLabel }: ClassificationParams): ScoreFunction | undefined => {
  if (scoreFunction !== undefined || multiLabel === undefined) return scoreFunction;
  return multiLabel ? 'sigmoid' : 'softmax';
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

const notForPairs = (): TaskwireError =>
  new TaskwireError('invalid_field', {
    param: 'text_pair',
    message: 'text_pair needs a model that reads whole texts, and this one labels their tokens.',
  });

const onlyForTokens = (): TaskwireError =>
  new TaskwireError('invalid_field', {
    param: 'stride',
    message: 'stride needs a model that labels tokens; this one reads a text as a whole.',
  });

const onlyAtItsEnd = (): TaskwireError =>
  new TaskwireError('invalid_field', {
    param: 'truncation_direction',
    got: 'left',
    allowed: 'right: a model that labels tokens begins where the text does; `stride` has it read all of it',
  });

const notForZeroShot = (labels: readonly string[]): TaskwireError =>
  new TaskwireError('invalid_field', {
    param: 'candidate_labels',
    message: 'candidate_labels needs a model trained on natural language inference, and this one is not.',
    allowed: `leave it out; this model's labels are ${labels.slice(0, 20).join(', ')}`,
  });
