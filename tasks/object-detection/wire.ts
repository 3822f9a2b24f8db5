import { z } from 'zod';
import { mediaField } from '../fields.js';
import type { Wire, Wires } from '../wire.js';
import { type DetectedObject, type ObjectDetection, response, request as task } from './schema.js';

const { threshold } = task.shape;
const { objects } = response.shape;

const deepinfraRequest = z.object({ image: mediaField('image'), threshold });

const deepinfra: Wire<ObjectDetection, z.output<typeof deepinfraRequest>> = {
  request: deepinfraRequest,
  toTask: (fields) => fields,
  response: z.object({ results: objects }),
  render: ([value]) => ({ results: value!.objects }),
};

const huggingfaceRequest = z.object({ inputs: mediaField('image'), threshold });

/** Hugging Face's boxes are whole pixels. */
const inPixels = ({ label, score, box: { xmin, ymin, xmax, ymax } }: DetectedObject): DetectedObject => ({
  label,
  score,
  box: {
    xmin: Math.round(xmin),
    ymin: Math.round(ymin),
    xmax: Math.round(xmax),
    ymax: Math.round(ymax),
  },
});

const huggingface: Wire<ObjectDetection, z.output<typeof huggingfaceRequest>> = {
  request: huggingfaceRequest,
  names: { image: 'inputs' },
  toTask: ({ inputs, ...fields }) => ({ ...fields, image: inputs }),
  response: objects,
  render: ([value]) => value!.objects.map(inPixels),
};

export const wire: Wires<ObjectDetection> = { deepinfra, huggingface };
