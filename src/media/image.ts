/** Uploaded pictures to upright 8-bit RGB, in the runner: a hostile file may only end a child. */
import sharp, { type KernelEnum, type SharpOptions } from 'sharp';
import { show, TaskwireError } from '../errors.js';
import { type Filter, type Pixels, resample, type Size } from './image-resample.js';
import { isBareYCbCr } from './image-tiff.js';

/** Of one picture, or of the first frame of an animation. */
const maxImagePixels = 50_000_000;

// Several pictures are decoded side by side on libuv's threads, and the model wants the cores: one thread for each.
sharp.concurrency(1);
// No picture is decoded twice.
sharp.cache(false);
// Of libvips' loaders only those of the formats we name: SVG, for one, can refer to other files.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map(
    (format) => `VipsForeignLoad${format}Buffer`,
  ),
});

const options: SharpOptions = {
  autoOrient: true,
  // Truncated files are errors, extra bytes behind the picture are not.
  failOn: 'error',
  // `open` has checked the header by then, with a message of its own.
  limitInputPixels: false,
  // As Pillow does in training: models never saw converted colours, and converting triples the time of a large photo.
  ignoreIcc: true,
};

/** Smaller pictures are resized exactly, in about a millisecond. */
const exactPixels = 2 ** 16;

/** Where libvips reduces as Pillow does (a mean difference of 0.2 to 1.2 of 255). */
const reducingKernels: Partial<Record<Filter, keyof KernelEnum>> = {
  lanczos: 'lanczos3',
  bilinear: 'linear',
  bicubic: 'cubic',
};

export class UploadedImage implements Size {
  /** Upright, as EXIF says. */
  readonly width: number;
  readonly height: number;
  readonly #bytes: Uint8Array;

  private constructor(bytes: Uint8Array, { width, height }: Size) {
    this.#bytes = bytes;
    this.width = width;
    this.height = height;
  }

  /** Reads the header alone, and refuses by it. */
  static async open(bytes: Uint8Array): Promise<UploadedImage> {
    const { autoOrient: size } = await sharp(bytes, options)
      .metadata()
      .catch((error: unknown) => {
        throw unreadable(bytes, error);
      });
    if (size.width * size.height > maxImagePixels) throw tooLarge(size);
    if (isBareYCbCr(bytes)) throw bareYCbCr();
    return new UploadedImage(bytes, size);
  }

  /**
   * Decodes, at another size if one is given. libvips reduces while it decodes; it enlarges half a pixel off (a mean
   * difference of 2 to 7 of 255 from Pillow), so that is done here, as are the filters that it lacks.
   */
  async pixels(size: Size = this, filter: Filter = 'bilinear'): Promise<Pixels> {
    const kernel = this.width * this.height > exactPixels ? reducingKernels[filter] : undefined;
    const width = kernel ? Math.min(size.width, this.width) : this.width;
    const height = kernel ? Math.min(size.height, this.height) : this.height;
    const decoder = sharp(this.#bytes, options).flatten({ background: '#fff' }).toColourspace('srgb');
    if (kernel && (width < this.width || height < this.height)) {
      // `fastShrinkOnLoad` off: JPEG's own reduction leaves at least half of the work to the filter, which keeps its look.
      decoder.resize({ width, height, fit: 'fill', kernel, fastShrinkOnLoad: false });
    }
    const { data, info } = await decoder
      .raw()
      .toBuffer({ resolveWithObject: true })
      .catch((error: unknown) => {
        throw unreadable(this.#bytes, error);
      });
    if (info.channels !== 3 || info.width !== width || info.height !== height)
      throw new Error(`decoded to ${info.width} x ${info.height} x ${info.channels}: this is a bug`);
    return resample({ width, height, data }, size, filter);
  }
}

const tooLarge = ({ width, height }: Size): TaskwireError =>
  new TaskwireError('image_too_large', {
    param: 'image',
    message: 'The image has too many pixels.',
    got: `${width} x ${height} = ${width * height} pixels`,
    allowed: `${maxImagePixels} pixels`,
  });

const bareYCbCr = (): TaskwireError =>
  new TaskwireError('invalid_media', {
    param: 'image',
    message:
      'The colours of this TIFF (YCbCr without JPEG compression) cannot be read here; convert it to RGB.',
  });

const unreadable = (bytes: Uint8Array, cause: unknown): TaskwireError => {
  // libvips tells a TIFF by its directory, which lies at the end: what it does not know there was cut off.
  const isTiff = bytes[0] === bytes[1] && (bytes[0] === 0x49 || bytes[0] === 0x4d);
  const unknown = cause instanceof Error && /unsupported image format/i.test(cause.message) && !isTiff;
  return unknown
    ? new TaskwireError('unsupported_media', {
        param: 'image',
        got: `a file that begins with ${show(Buffer.from(bytes.subarray(0, 8)).toString('latin1'))}`,
        allowed: 'JPEG, PNG, WebP, GIF, TIFF or AVIF',
        cause,
      })
    : new TaskwireError('invalid_media', {
        param: 'image',
        message: 'The image is corrupt or truncated and cannot be decoded.',
        cause,
      });
};

/** A grey picture as a file, for a model's first run. */
export const greyImage = ({ width, height }: Size): Promise<Uint8Array> =>
  sharp({ create: { width, height, channels: 3, background: '#808080' } })
    .png()
    .toBuffer();
