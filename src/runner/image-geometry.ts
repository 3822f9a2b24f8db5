/**
 * How large a processor makes a picture, by the fields of `preprocessor_config.json` and the rules of transformers'
 * image processors in Python: rounding included, because one column more or less changes the answer.
 */
import type { Size } from '../media/image-resample.js';

/** One of: height and width; shortest and/or longest edge; greatest height and width. */
export interface SizeFields {
  readonly height?: number;
  readonly width?: number;
  readonly shortest_edge?: number;
  readonly longest_edge?: number;
  readonly max_height?: number;
  readonly max_width?: number;
}

/** Older files give a number, or height and width as a list. */
export type SizeSetting = number | readonly [height: number, width: number] | SizeFields;

/** What the classes of processors do each in their own way. */
export interface SizeRules {
  /** A lone number is the shortest edge, not the side of a square. */
  readonly numberIsShortest?: boolean;
  /** The longest edge where the file gives a lone number and no `max_size`. */
  readonly maxSize?: number;
  /** Resize so that the crop is this part of the picture; by the shortest edge. */
  readonly cropShare?: number;
  /** From this edge on, squeeze to a square without a crop. */
  readonly squeezeFrom?: number;
  /** Round sizes by edges down to a multiple: the model's patch. */
  readonly multipleOf?: number;
}

export const sizeFields = (setting: SizeSetting, rules: SizeRules, maxSize = rules.maxSize): SizeFields => {
  if (Array.isArray(setting)) return { height: setting[0], width: setting[1] };
  if (typeof setting !== 'number') return setting as SizeFields;
  if (!rules.numberIsShortest) return { height: setting, width: setting };
  return { shortest_edge: setting, ...(maxSize === undefined ? {} : { longest_edge: maxSize }) };
};

/** The size to resize a picture to. */
export const resizedSize = (picture: Size, fields: SizeFields, rules: SizeRules): Size => {
  const { shortest_edge: shortest, longest_edge: longest, height, width } = fields;
  if (shortest !== undefined && rules.squeezeFrom !== undefined && shortest >= rules.squeezeFrom)
    return { width: shortest, height: shortest };
  if (shortest !== undefined && longest !== undefined)
    return atLeastOne(byBothEdges(picture, shortest, longest, rules.multipleOf), rules.multipleOf);
  if (shortest !== undefined) return byShortest(picture, Math.floor(shortest / (rules.cropShare ?? 1)));
  if (longest !== undefined) return atLeastOne(within(picture, { width: longest, height: longest }, 1));
  if (fields.max_height !== undefined && fields.max_width !== undefined)
    return atLeastOne(within(picture, { width: fields.max_width, height: fields.max_height }));
  if (height !== undefined && width !== undefined) return { width, height };
  throw new Error(`preprocessor_config.json has a size that is not understood: ${JSON.stringify(fields)}`);
};

const byShortest = ({ width, height }: Size, shortest: number): Size =>
  width <= height
    ? { width: shortest, height: Math.floor((shortest * height) / width) }
    : { width: Math.floor((shortest * width) / height), height: shortest };

/** The shortest edge becomes `shortest`, or less where the other would exceed `longest`. */
const byBothEdges = (picture: Size, shortest: number, longest: number, multipleOf = 1): Size => {
  const { width, height } = picture;
  const small = Math.min(width, height);
  const large = Math.max(width, height);
  const exact = (large / small) * shortest > longest ? (longest * small) / large : shortest;
  const edge = roundHalfEven(exact);
  const other = edge === small ? large : Math.floor((exact * large) / small);
  const whole = (value: number) => value - (value % multipleOf);
  return width < height
    ? { width: whole(edge), height: whole(other) }
    : { width: whole(other), height: whole(edge) };
};

/** Python's `round`. */
const roundHalfEven = (value: number): number => {
  const up = Math.round(value);
  return up - value === 0.5 && up % 2 === 1 ? up - 1 : up;
};

const within = ({ width, height }: Size, bounds: Size, maxScale = Number.POSITIVE_INFINITY): Size => {
  const scale = Math.min(bounds.height / height, bounds.width / width, maxScale);
  return { width: Math.floor(width * scale), height: Math.floor(height * scale) };
};

/** Very long pictures: an edge never vanishes. */
const atLeastOne = ({ width, height }: Size, one = 1): Size => ({
  width: Math.max(one, width),
  height: Math.max(one, height),
});
