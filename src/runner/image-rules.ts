/** `preprocessor_config.json`, and what each class of image processor reads between its lines (source: transformers 5). */
import type { Filter } from '../media/image-resample.js';
import type { SizeRules, SizeSetting } from './image-geometry.js';

export interface ProcessorConfig {
  readonly image_processor_type?: string;
  readonly feature_extractor_type?: string;
  readonly do_resize?: boolean;
  readonly size?: SizeSetting;
  readonly max_size?: number;
  /** Pillow's number of the filter. */
  readonly resample?: number;
  readonly do_center_crop?: boolean;
  readonly crop_size?: SizeSetting;
  readonly crop_pct?: number;
  readonly do_rescale?: boolean;
  readonly rescale_factor?: number;
  readonly rescale_offset?: boolean;
  readonly do_normalize?: boolean;
  readonly include_top?: boolean;
  readonly image_mean?: number | readonly number[];
  readonly image_std?: number | readonly number[];
  readonly do_flip_channel_order?: boolean;
  readonly do_pad?: boolean;
  readonly pad_size?: SizeSetting;
  readonly [field: string]: unknown;
}

export interface ClassRules extends SizeRules {
  /** The crop where the file gives none is the shortest edge. */
  readonly cropsToShortest?: boolean;
  /** Divides by the standard deviation once more. */
  readonly normalizesTwice?: boolean;
}

const square: ClassRules = {};
const shortest: ClassRules = { numberIsShortest: true };
const detection: ClassRules = { numberIsShortest: true, maxSize: 1333 };

const convNext = (crop_pct = 224 / 256): ClassRules => ({
  ...shortest,
  cropShare: crop_pct,
  squeezeFrom: 384,
  cropsToShortest: true,
});

/** By the class's name without its ending. Classes that are not here run through Transformers.js if it has rules for them. */
const classes: Readonly<Record<string, (config: ProcessorConfig) => ClassRules>> = {
  Beit: () => square,
  DeiT: () => square,
  Pvt: () => square,
  Segformer: () => square,
  ViT: () => square,
  EfficientNet: ({ include_top = true }) => ({ ...square, normalizesTwice: include_top }),
  Bit: () => shortest,
  ChineseCLIP: () => shortest,
  CLIP: () => shortest,
  MobileNetV1: () => shortest,
  MobileNetV2: () => shortest,
  MobileViT: () => shortest,
  Siglip: () => shortest,
  ConvNext: ({ crop_pct }) => convNext(crop_pct),
  Levit: () => ({ ...shortest, cropShare: 224 / 256 }),
  PoolFormer: ({ crop_pct = 0.9 }) => ({ ...shortest, cropShare: crop_pct }),
  ConditionalDetr: () => detection,
  DeformableDetr: () => detection,
  Detr: () => detection,
  RTDetr: () => detection,
  Yolos: () => ({ ...detection, multipleOf: 16 }),
};

export const classNameOf = (config: ProcessorConfig): string | undefined =>
  config.image_processor_type ?? config.feature_extractor_type;

/** The rules of the file's class; a square-resizing base class where it names none; `undefined` for classes unknown here. */
export const rulesOf = (config: ProcessorConfig): ClassRules | undefined => {
  const name = classNameOf(config);
  if (name === undefined) return square;
  const [stem] = name.split(/ImageProcessor|FeatureExtractor/);
  return Object.hasOwn(classes, stem!) ? classes[stem!]!(config) : undefined;
};

/** In Pillow's numbering. */
export const filters: readonly Filter[] = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'];
