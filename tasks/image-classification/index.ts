import { imageWork } from '../fields.js';
import type { Task } from '../task.js';
import {
  type ImageClassification,
  type ImageClassificationParams,
  type ImageClassificationRequest,
  request,
  response,
} from './schema.js';
import { wire } from './wire.js';

/** To read a label takes about a tenth of what a picture takes. */
const picturesPerLabel = 0.1;

export const imageClassification: Task<ImageClassificationRequest, ImageClassification> = {
  name: 'image-classification',
  aliases: ['zero-shot-image-classification'],
  summary:
    'What a picture shows, as labels with scores: those of the model, or of your own choice (zero-shot).',
  media: 'image',
  pipelineUrl: new URL('./pipeline.js', import.meta.url).href,
  request,
  response,
  wire,
  split({ top_k, function_to_apply, candidate_labels, hypothesis_template }, media) {
    const params: ImageClassificationParams = {
      topK: top_k,
      scoreFunction: function_to_apply,
      candidateLabels: candidate_labels,
      hypothesisTemplate: hypothesis_template,
    };
    const work = imageWork(media);
    return {
      works: [{ ...work, size: work.size + picturesPerLabel * (candidate_labels?.length ?? 0) }],
      params,
    };
  },
  render: ([value]) => ({ ...value }),
};
