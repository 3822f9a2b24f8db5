import { z } from 'zod';
import { mediaField, mediaUrl, model } from '../fields.js';

export const request = z.strictObject({
  model,
  image: mediaField('image'),
  image_url: mediaUrl('image'),
  threshold: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("Objects with a score above it are told; default: the model's, else 0.5."),
});

export type ObjectDetectionRequest = z.output<typeof request>;

/** A model's own settings, in its `taskwire.json`. */
export const modelOptions = z.looseObject({ threshold: request.shape.threshold });

export type DetectorOptions = z.output<typeof modelOptions>;

const pixel = z.number().describe('Pixels of the image as uploaded, turned upright as EXIF says.');

const detected = z.object({
  label: z.string(),
  score: z.number(),
  box: z.object({ xmin: pixel, ymin: pixel, xmax: pixel, ymax: pixel }),
});

export const response = z.object({
  objects: z.array(detected).describe('Best first.'),
  width: z.int().describe('Of the image, upright.'),
  height: z.int(),
});

export type DetectedObject = z.output<typeof detected>;
export type ObjectDetection = z.output<typeof response>;

export interface ObjectDetectionParams {
  readonly threshold: number | undefined;
}
