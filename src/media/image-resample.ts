/**
 * Resizes as Pillow does, bit for bit: the pictures that models learned from were resized so. Fixed-point arithmetic,
 * weights of 22 bits, first across, then down (test/runner/image.test.ts holds it to Pillow's output).
 */

/** 8-bit RGB, row by row: `data` is [height, width, 3]. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export type Filter = 'nearest' | 'lanczos' | 'bilinear' | 'bicubic' | 'box' | 'hamming';

interface Kernel {
  /** How far it reaches, in pixels of the coarser picture. */
  readonly radius: number;
  readonly weight: (distance: number) => number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Keys' cubic with a = -0.5, also known as Catmull-Rom. */
const cubic = (x: number): number => {
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
};

const kernels: Readonly<Record<Exclude<Filter, 'nearest'>, Kernel>> = {
  box: { radius: 0.5, weight: (d) => (d > -0.5 && d <= 0.5 ? 1 : 0) },
  bilinear: { radius: 1, weight: (d) => Math.max(0, 1 - Math.abs(d)) },
  hamming: {
    radius: 1,
    weight: (d) => (Math.abs(d) < 1 ? sinc(d) * (0.54 + 0.46 * Math.cos(Math.PI * d)) : 0),
  },
  bicubic: { radius: 2, weight: (d) => cubic(Math.abs(d)) },
  lanczos: { radius: 3, weight: (d) => (d >= -3 && d < 3 ? sinc(d) * sinc(d / 3) : 0) },
};

const precisionBits = 22;
const half = 1 << (precisionBits - 1);

/** What one axis of the output is made of: output i is the sum over j of `weights[i * stride + j] * input[starts[i] + j]`. */
interface Taps {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  readonly weights: Int32Array;
  readonly stride: number;
}

const nearestTaps = (scale: number, to: number): Taps => {
  const starts = new Int32Array(to);
  // Summed up rather than multiplied, as Pillow does: between two pixels the rounding error decides.
  for (let i = 0, at = scale * 0.5; i < to; i++, at += scale) starts[i] = at;
  return {
    starts,
    counts: new Int32Array(to).fill(1),
    weights: new Int32Array(to).fill(2 * half),
    stride: 1,
  };
};

const makeTaps = (from: number, to: number, filter: Filter): Taps => {
  const scale = from / to;
  if (filter === 'nearest') return nearestTaps(scale, to);
  const { radius, weight } = kernels[filter];
  const stretch = Math.max(1, scale);
  const reach = radius * stretch;
  const stride = Math.ceil(reach) * 2 + 1;
  const taps = {
    starts: new Int32Array(to),
    counts: new Int32Array(to),
    weights: new Int32Array(to * stride),
    stride,
  };
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach + 0.5));
    const raw = Array.from({ length: end - start }, (_, j) => weight((start + j - centre + 0.5) / stretch));
    const sum = raw.reduce((a, b) => a + b, 0);
    taps.starts[i] = start;
    taps.counts[i] = end - start;
    raw.forEach((value, j) => {
      const fixed = (value / sum) * 2 * half;
      taps.weights[i * stride + j] = Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    });
  }
  return taps;
};

const toByte = (fixed: number): number => {
  const value = fixed >> precisionBits;
  return value < 0 ? 0 : value > 255 ? 255 : value;
};

const across = ({ width, height, data }: Pixels, to: number, filter: Filter): Pixels => {
  const { starts, counts, weights, stride } = makeTaps(width, to, filter);
  const out = new Uint8Array(to * height * 3);
  for (let y = 0, o = 0; y < height; y++) {
    for (let x = 0; x < to; x++, o += 3) {
      const count = counts[x]!;
      let p = (y * width + starts[x]!) * 3;
      let r = half;
      let g = half;
      let b = half;
      for (let j = 0; j < count; j++, p += 3) {
        const weight = weights[x * stride + j]!;
        r = (r + data[p]! * weight) | 0;
        g = (g + data[p + 1]! * weight) | 0;
        b = (b + data[p + 2]! * weight) | 0;
      }
      out[o] = toByte(r);
      out[o + 1] = toByte(g);
      out[o + 2] = toByte(b);
    }
  }
  return { width: to, height, data: out };
};

const down = ({ width, height, data }: Pixels, to: number, filter: Filter): Pixels => {
  const { starts, counts, weights, stride } = makeTaps(height, to, filter);
  const line = width * 3;
  const out = new Uint8Array(to * line);
  const sums = new Int32Array(line);
  for (let y = 0; y < to; y++) {
    sums.fill(half);
    // Two lines at a time: a quarter faster than one, and than pixel by pixel.
    for (let j = 0; j < counts[y]!; j += 2) {
      const paired = j + 1 < counts[y]!;
      const first = (starts[y]! + j) * line;
      const second = paired ? first + line : first;
      const weight = weights[y * stride + j]!;
      const secondWeight = paired ? weights[y * stride + j + 1]! : 0;
      for (let x = 0; x < line; x++)
        sums[x] = sums[x]! + data[first + x]! * weight + data[second + x]! * secondWeight;
    }
    for (let x = 0, o = y * line; x < line; x++, o++) out[o] = toByte(sums[x]!);
  }
  return { width, height: to, data: out };
};

export const resample = (pixels: Pixels, size: Size, filter: Filter): Pixels => {
  const wide = pixels.width === size.width ? pixels : across(pixels, size.width, filter);
  return wide.height === size.height ? wide : down(wide, size.height, filter);
};
