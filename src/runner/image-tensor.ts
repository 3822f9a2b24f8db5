/** Pictures of one shape to the tensors that vision models take. */
import type { ImageRow } from './image-processor.js';
import { float32, int64, type Tensor } from './session.js';

/** How 8-bit channels become the model's numbers. */
export interface PixelScale {
  /** [3, 256]: the number for each value of red, green and blue. */
  readonly table: Float32Array;
  /** Which channel each plane holds. */
  readonly channels: readonly number[];
}

/** Side of `pixel_mask`, which models scale to their feature maps: what exports fix it to, and any size does for the others. */
const maskSide = 64;

/** `pixels` [rows, 3, height, width], zero where a row is padded; `mask` [rows, 64, 64], 0 there. */
export const toInputs = (
  rows: readonly ImageRow[],
  scale: PixelScale,
): { readonly pixels: Tensor<Float32Array>; readonly mask: Tensor<BigInt64Array> } => {
  const { width, height } = rows[0]!.input;
  const rowLength = 3 * width * height;
  const pixels = new Float32Array(rows.length * rowLength);
  const mask = new BigInt64Array(rows.length * maskSide * maskSide);
  rows.forEach((row, r) => {
    const target = pixels.subarray(r * rowLength, (r + 1) * rowLength);
    if ('planes' in row.content) target.set(row.content.planes);
    else writePlanes(row.content, scale, { target, width, height });
    writeMask(row, mask.subarray(r * maskSide * maskSide, (r + 1) * maskSide * maskSide));
  });
  return {
    pixels: float32(pixels, [rows.length, 3, height, width]),
    mask: int64(mask, [rows.length, maskSide, maskSide]),
  };
};

interface Planes {
  readonly target: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** The one loop over all pixels: interleaved bytes to planes of numbers, by table. */
const writePlanes = (
  content: { readonly width: number; readonly height: number; readonly data: Uint8Array },
  { table, channels }: PixelScale,
  { target, width, height }: Planes,
): void => {
  const { data } = content;
  const [first, second, third] = channels.map((channel) => ({
    channel,
    values: table.subarray(channel * 256, (channel + 1) * 256),
  })) as [Plane, Plane, Plane];
  const plane = width * height;
  for (let y = 0, p = 0; y < content.height; y++) {
    for (let o = y * width; o < y * width + content.width; o++, p += 3) {
      target[o] = first.values[data[p + first.channel]!]!;
      target[o + plane] = second.values[data[p + second.channel]!]!;
      target[o + 2 * plane] = third.values[data[p + third.channel]!]!;
    }
  }
};

interface Plane {
  readonly channel: number;
  readonly values: Float32Array;
}

const writeMask = ({ input, content }: ImageRow, mask: BigInt64Array): void => {
  // A cell counts as picture when its centre does.
  const columns = Math.round((content.width / input.width) * maskSide);
  const lines = Math.round((content.height / input.height) * maskSide);
  for (let y = 0; y < lines; y++) mask.fill(1n, y * maskSide, y * maskSide + columns);
};
