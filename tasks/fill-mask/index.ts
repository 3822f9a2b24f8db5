import { asArray, textWork } from '../fields.js';
import type { Task } from '../task.js';
import { type FilledMasks, type FillMaskParams, type FillMaskRequest, request, response } from './schema.js';
import { wire } from './wire.js';

export const fillMask: Task<FillMaskRequest, FilledMasks> = {
  name: 'fill-mask',
  aliases: [],
  summary: 'What may stand where a text has a mask.',
  pipelineUrl: new URL('./pipeline.js', import.meta.url).href,
  request,
  response,
  wire,
  split({ inputs, top_k, targets }) {
    const params: FillMaskParams = { topK: top_k, targets };
    return { works: asArray(inputs).map(textWork), params };
  },
  render(values, { inputs }) {
    const answers = values.map(({ masks, truncated }) => ({
      fills: masks.length === 1 ? masks[0] : masks,
      ...(truncated ? { truncated } : {}),
    }));
    return Array.isArray(inputs) ? { results: answers } : { ...answers[0] };
  },
};
