/** Object detection in the runner: DETR and its relatives, which answer a fixed number of queries a picture. */
import { greyImage } from '../../src/media/image.js';
import { ImageProcessor, type ImageRow } from '../../src/runner/image-processor.js';
import { pixelBatchLimits } from '../../src/runner/limits.js';
import type { BatchPipeline, OpenPipeline } from '../../src/runner/pipeline.js';
import { floats } from '../../src/runner/session.js';
import { type LabelConfig, labelsOf } from '../rank-labels.js';
import { findObjects, type Queries, scoringOf } from './find-objects.js';
import type { DetectorOptions, ObjectDetection, ObjectDetectionParams } from './schema.js';

interface DetectorConfig extends LabelConfig {
  readonly model_type?: string;
}

const defaultThreshold = 0.5;

export const open: OpenPipeline = async (model, { openSession }) => {
  const config = model.config<DetectorConfig>();
  const labels = labelsOf(config);
  const scoring = scoringOf(config.model_type);
  const { threshold: modelThreshold = defaultThreshold } = model.options as DetectorOptions;
  const processor = await ImageProcessor.open(model);
  const session = await openSession('model');
  const warmup = await greyImage({ width: 640, height: 480 });

  const pipeline: BatchPipeline<ImageRow, Queries> = {
    kind: 'batch',
    limits: pixelBatchLimits,
    async prepare(input, params) {
      const { threshold = modelThreshold } = params as ObjectDetectionParams;
      const { row, uploaded: picture } = await processor.prepare(input as Uint8Array);
      const filled = {
        width: row.content.width / row.input.width,
        height: row.content.height / row.input.height,
      };
      return {
        rows: [row],
        usage: { images: 1 },
        finish: ([queries]): ObjectDetection => ({
          objects: findObjects(queries!, { scoring, threshold, labels, picture, filled }),
          ...picture,
        }),
      };
    },
    run: (rows) =>
      processor.run(rows, session, {
        read(ran, group) {
          // [rows, queries, classes] and [rows, queries, 4]
          const logits = floats(ran, 'logits');
          const boxes = floats(ran, 'pred_boxes');
          const classes = logits.dims[2]!;
          const perRow = logits.data.length / group.length;
          const boxesPerRow = boxes.data.length / group.length;
          return group.map((_, r) => ({
            logits: logits.data.slice(r * perRow, (r + 1) * perRow),
            boxes: boxes.data.slice(r * boxesPerRow, (r + 1) * boxesPerRow),
            classes,
          }));
        },
      }),
    warmupInput: () => ({ input: warmup, params: {} }),
  };
  return pipeline;
};
