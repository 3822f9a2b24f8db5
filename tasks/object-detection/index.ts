import { imageWork } from '../fields.js';
import type { Task } from '../task.js';
import {
  modelOptions,
  type ObjectDetection,
  type ObjectDetectionParams,
  type ObjectDetectionRequest,
  request,
  response,
} from './schema.js';
import { wire } from './wire.js';

export const objectDetection: Task<ObjectDetectionRequest, ObjectDetection> = {
  name: 'object-detection',
  aliases: [],
  summary: 'What is where in a picture: labels, scores and boxes.',
  media: 'image',
  pipelineUrl: new URL('./pipeline.js', import.meta.url).href,
  request,
  response,
  modelOptions,
  wire,
  split({ threshold }, media) {
    const params: ObjectDetectionParams = { threshold };
    return { works: [imageWork(media)], params };
  },
  render: ([value]) => ({ ...value }),
};
