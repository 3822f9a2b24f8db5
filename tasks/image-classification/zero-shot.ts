/** Zero-shot in the runner: models of two towers (CLIP, SigLIP) that say how well a sentence fits a picture. */
import { TaskwireError } from '../../src/errors.js';
import { greyImage } from '../../src/media/image.js';
import { collateTokens, type TokenRow } from '../../src/runner/collate.js';
import { ImageProcessor, type ImageRow } from '../../src/runner/image-processor.js';
import { pixelBatchLimits } from '../../src/runner/limits.js';
import type { ModelFolder } from '../../src/runner/model-folder.js';
import type { BatchPipeline } from '../../src/runner/pipeline.js';
import { floats, type Session } from '../../src/runner/session.js';
import { Tokenizer } from '../../src/runner/tokenizer.js';
import { hypothesesOf } from '../candidate-labels.js';
import { rankLabels, sigmoid, softmax } from '../rank-labels.js';
import type { ImageClassification, ImageClassificationParams } from './schema.js';

interface TwoTowerConfig {
  readonly model_type?: string;
  readonly text_config?: { readonly max_position_embeddings?: number };
}

/** A picture and the sentences that it is compared with. */
interface ComparedRow extends ImageRow {
  readonly texts: readonly TokenRow[];
}

/** Transformers' own. */
const defaultTemplate = 'This is a photo of {}.';

/** Of a text, where `config.json` leaves it out. */
const usualPositions = { clip: 77, siglip: 64 };

/** A token of a text takes about as long as a patch of 16 x 16 pixels. */
const pixelsPerToken = 256;

export const openZeroShot = async (
  model: ModelFolder,
  session: Session,
): Promise<BatchPipeline<ComparedRow, Float32Array>> => {
  const { model_type: type = '', text_config: text } = model.config<TwoTowerConfig>();
  const kind = type.includes('siglip') ? 'siglip' : 'clip';
  const tokenizer = Tokenizer.open(model, text?.max_position_embeddings ?? usualPositions[kind]);
  const padId = tokenizer.idFor('pad_token') ?? 0;
  const processor = await ImageProcessor.open(model);
  const warmup = await greyImage({ width: 640, height: 480 });

  const read = async (sentence: string): Promise<TokenRow> => {
    const { ids, typeIds, cutTokens } = await tokenizer.encode(sentence);
    if (cutTokens > 0) throw tooLong(sentence, tokenizer.maxTokens);
    if (kind === 'clip') return { ids, typeIds, size: ids.length };
    // SigLIP learned from texts that fill its window, and reads their padding.
    const padding = Array<number>(tokenizer.maxTokens - ids.length).fill(padId);
    return { ids: [...ids, ...padding], typeIds, size: tokenizer.maxTokens };
  };

  return {
    kind: 'batch',
    limits: pixelBatchLimits,
    contextTokens: tokenizer.maxTokens,
    tokenizer,
    async prepare(input, params) {
      const { candidateLabels: labels, hypothesisTemplate, topK } = params as ImageClassificationParams;
      if (!labels) throw withoutLabels();
      const texts = await Promise.all(hypothesesOf(labels, hypothesisTemplate ?? defaultTemplate).map(read));
      const { row } = await processor.prepare(input as Uint8Array);
      const tokens = texts.length * Math.max(...texts.map(({ size }) => size));
      return {
        rows: [{ ...row, texts, size: row.size + pixelsPerToken * tokens }],
        usage: { images: 1 },
        finish([logits]): ImageClassification {
          const scores = kind === 'siglip' ? Array.from(logits!, sigmoid) : softmax(logits!);
          return rankLabels(scores, labels, topK ?? labels.length);
        },
      };
    },
    run: (rows) =>
      processor.run(rows, session, {
        beside: (group) =>
          collateTokens(
            group.flatMap(({ texts }) => texts),
            padId,
          ),
        // [pictures, sentences of all of them]: each picture has its own.
        read(ran, group) {
          const { data } = floats(ran, 'logits_per_image');
          let start = 0;
          return group.map(({ texts }, i) => {
            const at = (i * data.length) / group.length + start;
            start += texts.length;
            return data.slice(at, at + texts.length);
          });
        },
      }),
    warmupInput: () => ({ input: warmup, params: { candidateLabels: ['warm up'] } }),
  };
};

const withoutLabels = (): TaskwireError =>
  new TaskwireError('missing_field', {
    param: 'candidate_labels',
    message: 'Missing field candidate_labels: this model has no labels of its own.',
    allowed: 'an array of texts',
  });

const tooLong = (sentence: string, most: number): TaskwireError =>
  new TaskwireError('context_too_long', {
    param: 'candidate_labels',
    message: `A label is too long in its sentence: ${JSON.stringify(sentence.slice(0, 60))}.`,
    allowed: `${most} tokens`,
  });
