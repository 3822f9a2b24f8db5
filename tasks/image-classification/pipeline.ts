/** Image classification in the runner: one row of logits a picture. */
import { TaskwireError } from '../../src/errors.js';
import { greyImage } from '../../src/media/image.js';
import { ImageProcessor, type ImageRow } from '../../src/runner/image-processor.js';
import { pixelBatchLimits } from '../../src/runner/limits.js';
import type { BatchPipeline, OpenPipeline } from '../../src/runner/pipeline.js';
import { floats } from '../../src/runner/session.js';
import { type LabelConfig, labelsOf, rankLabels, scoresOf } from '../rank-labels.js';
import type { ImageClassification, ImageClassificationParams } from './schema.js';
import { openZeroShot } from './zero-shot.js';

export const open: OpenPipeline = async (model, { openSession }) => {
  const session = await openSession('model');
  if (session.hasInput('input_ids')) return openZeroShot(model, session);
  const config = model.config<LabelConfig>();
  const labels = labelsOf(config);
  const processor = await ImageProcessor.open(model);
  const output = session.outputNames.includes('logits') ? 'logits' : session.outputNames[0]!;
  const warmup = await greyImage({ width: 640, height: 480 });

  const pipeline: BatchPipeline<ImageRow, Float32Array> = {
    kind: 'batch',
    limits: pixelBatchLimits,
    async prepare(input, params) {
      const { topK, scoreFunction, candidateLabels } = params as ImageClassificationParams;
      if (candidateLabels) throw notForZeroShot(labels);
      const { row } = await processor.prepare(input as Uint8Array);
      return {
        rows: [row],
        usage: { images: 1 },
        finish: ([logits]): ImageClassification =>
          rankLabels(scoresOf(logits!, config, scoreFunction), labels, topK),
      };
    },
    run: (rows) =>
      processor.run(rows, session, {
        read(ran, group) {
          // [rows, labels]
          const { data } = floats(ran, output);
          const width = data.length / group.length;
          return group.map((_, r) => data.slice(r * width, (r + 1) * width));
        },
      }),
    warmupInput: () => ({ input: warmup, params: {} }),
  };
  return pipeline;
};

const notForZeroShot = (labels: readonly string[]): TaskwireError =>
  new TaskwireError('invalid_field', {
    param: 'candidate_labels',
    message: 'candidate_labels needs a model that compares pictures with texts, and this one does not.',
    allowed: `leave it out; this model's labels are ${labels.slice(0, 20).join(', ')}`,
  });
