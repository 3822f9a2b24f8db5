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

export const imageClassification: Task<ImageClassificationRequest, ImageClassification> = {
  name: 'image-classification',
  aliases: [],
  summary: 'What a picture shows, as labels with scores.',
  media: 'image',
  pipelineUrl: new URL('./pipeline.js', import.meta.url).href,
  request,
  response,
  wire,
  split({ top_k }, media) {
    const params: ImageClassificationParams = { topK: top_k };
    return { works: [imageWork(media)], params };
  },
  render: ([value]) => ({ ...value }),
};
