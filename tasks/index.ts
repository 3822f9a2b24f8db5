/** The registry: a task exists when it stands here. */
import { asr } from './asr/index.js';
import { embeddings } from './embeddings/index.js';
import { fillMask } from './fill-mask/index.js';
import { imageClassification } from './image-classification/index.js';
import { objectDetection } from './object-detection/index.js';
import { questionAnswering } from './question-answering/index.js';
import type { Task } from './task.js';
import { textClassification } from './text-classification/index.js';
import { textGeneration } from './text-generation/index.js';

export const tasks = [
  textGeneration,
  textClassification,
  embeddings,
  questionAnswering,
  fillMask,
  imageClassification,
  objectDetection,
  asr,
] as unknown as readonly Task[];
