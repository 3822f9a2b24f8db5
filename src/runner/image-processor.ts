/** A model's own preprocessing of pictures: resize, crop, normalise, as its `preprocessor_config.json` says. */
import { TaskwireError } from '../errors.js';
import { UploadedImage } from '../media/image.js';
import type { Filter, Pixels, Size } from '../media/image-resample.js';
import { openForeignProcessor } from './foreign-processor.js';
import { resizedSize, type SizeFields, sizeFields } from './image-geometry.js';
import { type ClassRules, filters, type ProcessorConfig, rulesOf } from './image-rules.js';
import { type PixelScale, toInputs } from './image-tensor.js';
import type { ModelFolder } from './model-folder.js';
import type { Row, RowsRan } from './pipeline.js';
import type { Feeds, Ran, Session } from './session.js';

/** A picture as the model takes it. */
export interface ImageRow extends Row {
  /** Of the model's input. */
  readonly input: Size;
  /** 8-bit RGB, not normalised yet; or, from a foreign processor, the final planes [3, height, width]. */
  readonly content: Pixels | (Size & { readonly planes: Float32Array });
}

export interface PreparedImage {
  /** Upright, as uploaded. */
  readonly uploaded: Size;
  readonly row: ImageRow;
}

/** What is particular to a task in a run over rows of one shape. */
export interface ImageRun<R extends ImageRow, Output> {
  /** Gives each row its output. */
  read(ran: Ran, rows: readonly R[]): readonly Output[];
  /** Inputs beside the pictures. */
  beside?(rows: readonly R[]): Feeds;
}

/** What a thin strip may become when its shortest edge is blown up. */
const maxResizedPixels = 8_000_000;

export class ImageProcessor {
  readonly #prepare: (image: UploadedImage) => Promise<ImageRow>;
  readonly #scale: PixelScale;

  private constructor(prepare: (image: UploadedImage) => Promise<ImageRow>, scale: PixelScale) {
    this.#prepare = prepare;
    this.#scale = scale;
  }

  static async open(model: ModelFolder): Promise<ImageProcessor> {
    const file = model.json<ProcessorConfig>('preprocessor_config.json');
    if (!file) throw new Error(`${model.path} has no preprocessor_config.json`);
    const config = withoutNulls(file);
    const rules = rulesOf(config);
    const foreign = rules ? undefined : await openForeignProcessor(config);
    const prepare = foreign ?? makePrepare(config, rules ?? {});
    return new ImageProcessor(prepare, pixelScale(config, rules ?? {}));
  }

  async prepare(bytes: Uint8Array): Promise<PreparedImage> {
    const image = await UploadedImage.open(bytes);
    const row = await this.#prepare(image);
    return { uploaded: { width: image.width, height: image.height }, row };
  }

  /**
   * Runs rows of one shape together and no others: padding a picture to its neighbour's size changes its answer, with a
   * `pixel_mask` too (docs/decisions.md).
   */
  async run<Output, R extends ImageRow>(
    rows: readonly R[],
    session: Session,
    { read, beside }: ImageRun<R, Output>,
  ): Promise<RowsRan<Output>> {
    const outputs: Output[] = [];
    let micros = 0;
    for (const indices of byShape(rows)) {
      const group = indices.map((index) => rows[index]!);
      const ran = await session.run({ ...this.#feeds(group, session), ...beside?.(group) });
      micros += ran.micros;
      read(ran, group).forEach((output, i) => {
        outputs[indices[i]!] = output;
      });
    }
    return { outputs, micros };
  }

  #feeds(rows: readonly ImageRow[], session: Session): Feeds {
    const { pixels, mask } = toInputs(rows, this.#scale);
    // Exports of some libraries name the only input otherwise.
    const name = session.hasInput('pixel_values') ? 'pixel_values' : session.inputNames[0]!;
    return { [name]: pixels, pixel_mask: mask };
  }
}

/** Indices of rows, those of one shape together. */
const byShape = (rows: readonly ImageRow[]): readonly number[][] => {
  const shapes = new Map<string, number[]>();
  rows.forEach(({ input }, index) => {
    const shape = `${input.width}x${input.height}`;
    shapes.set(shape, [...(shapes.get(shape) ?? []), index]);
  });
  return [...shapes.values()];
};

/** Python writes fields that are not set as null. */
const withoutNulls = (config: ProcessorConfig): ProcessorConfig =>
  JSON.parse(JSON.stringify(config), (_, value) => value ?? undefined) as ProcessorConfig;

const makePrepare = (config: ProcessorConfig, rules: ClassRules) => {
  const filter: Filter = filters[config.resample ?? 2] ?? 'bilinear';
  const resize = config.do_resize === false ? undefined : sizeOf(config, rules);
  const crop = cropOf(config, rules, resize);
  const pad = config.do_pad && config.pad_size !== undefined ? exact(config.pad_size) : undefined;
  return async (image: UploadedImage): Promise<ImageRow> => {
    const size = resize ? resizedSize(image, resize, rules) : image;
    if (size.width * size.height > maxResizedPixels) throw tooLarge(image, size);
    const resized = await image.pixels(size, filter);
    const content = crop ? centreCrop(resized, crop) : resized;
    const input = pad ?? { width: content.width, height: content.height };
    if (input.width < content.width || input.height < content.height)
      throw new Error('preprocessor_config.json pads to less than it resizes to');
    return { input, content, size: input.width * input.height };
  };
};

const sizeOf = (config: ProcessorConfig, rules: ClassRules): SizeFields => {
  if (config.size === undefined) throw new Error('preprocessor_config.json has no size');
  return sizeFields(config.size, rules, config.max_size);
};

const exact = (setting: ProcessorConfig['pad_size']): Size => {
  const { width, height } = sizeFields(setting!, {});
  if (width === undefined || height === undefined)
    throw new Error('preprocessor_config.json has a crop or padding without height and width');
  return { width, height };
};

const cropOf = (config: ProcessorConfig, rules: ClassRules, resize?: SizeFields): Size | undefined => {
  const edge = resize?.shortest_edge;
  if (rules.cropsToShortest && edge !== undefined) return { width: edge, height: edge };
  return config.do_center_crop && config.crop_size !== undefined ? exact(config.crop_size) : undefined;
};

/** The middle of the picture; black where the picture is smaller. Rounding as in transformers. */
const centreCrop = (pixels: Pixels, { width, height }: Size): Pixels => {
  if (pixels.width === width && pixels.height === height) return pixels;
  const left = Math.floor((pixels.width - width) / 2);
  const top = Math.floor((pixels.height - height) / 2);
  const data = new Uint8Array(width * height * 3);
  const from = Math.max(0, left);
  const until = Math.min(pixels.width, left + width);
  for (let y = Math.max(0, top); y < Math.min(pixels.height, top + height); y++) {
    const line = pixels.data.subarray((y * pixels.width + from) * 3, (y * pixels.width + until) * 3);
    data.set(line, ((y - top) * width + from - left) * 3);
  }
  return { width, height, data };
};

const pixelScale = (config: ProcessorConfig, rules: ClassRules): PixelScale => {
  const { image_mean: mean, image_std: std, do_rescale = true, rescale_factor = 1 / 255 } = config;
  const normalizes = (config.do_normalize ?? mean !== undefined) && mean !== undefined && std !== undefined;
  const at = (values: number | readonly number[], c: number) =>
    typeof values === 'number' ? values : values[c]!;
  const table = new Float32Array(3 * 256);
  for (let c = 0; c < 3; c++) {
    for (let value = 0; value < 256; value++) {
      const scaled = (do_rescale ? value * rescale_factor : value) - (config.rescale_offset ? 1 : 0);
      const normal = normalizes ? (scaled - at(mean, c)) / at(std, c) : scaled;
      table[c * 256 + value] = normalizes && rules.normalizesTwice ? normal / at(std, c) : normal;
    }
  }
  return { table, channels: config.do_flip_channel_order ? [2, 1, 0] : [0, 1, 2] };
};

const tooLarge = (image: Size, size: Size): TaskwireError =>
  new TaskwireError('image_too_large', {
    param: 'image',
    message: `The model's preprocessing would make ${size.width} x ${size.height} pixels of this image.`,
    got: `${image.width} x ${image.height} pixels`,
    allowed: `${maxResizedPixels} pixels after preprocessing`,
  });
