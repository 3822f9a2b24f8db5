import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import type { Filter } from '../../src/media/image-resample.js';
import type { ProcessorConfig } from '../../src/runner/image-rules.js';
import { drawnPicture, ImageChild, pngFile } from './image-tools.js';

interface Recorded {
  readonly resized: readonly {
    readonly filter: Filter;
    readonly width: number;
    readonly height: number;
    readonly pixels: string;
  }[];
  readonly processed: readonly {
    readonly config: ProcessorConfig;
    readonly dims: readonly number[];
    readonly every: number;
    readonly values: readonly number[];
  }[];
}

const recorded = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/image-processors.json', import.meta.url), 'utf8'),
) as Recorded;

const drawnPng = (width: number, height: number) =>
  pngFile({ width, height }, drawnPicture(width, height).data);

let child: ImageChild;
beforeAll(() => {
  child = new ImageChild();
});
afterAll(() => child.close());

test.each(recorded.resized)('$filter to $width x $height is what Pillow makes, to the bit', async (one) => {
  const { filter, width, height, pixels } = one;
  const made = await child.value({
    do: 'resample',
    pixels: drawnPicture(9, 7),
    size: { width, height },
    filter,
  });
  expect(Buffer.from(made.data).toString('base64')).toBe(pixels);
});

test.each(['bilinear', 'bicubic', 'lanczos'] as const)(
  'a large picture reduced by libvips (%s) differs little from one resized exactly',
  async (filter) => {
    const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
    const bytes = await sharp({
      create: { width: 900, height: 700, channels: 3, background: 'black', noise },
    })
      .blur(2)
      .jpeg({ quality: 95 })
      .toBuffer();
    const size = { width: 300, height: 224 };
    const whole = await child.value({ do: 'decode', bytes });
    const exact = await child.value({ do: 'resample', pixels: whole, size, filter });
    const fast = await child.value({ do: 'decode', bytes, size, filter });
    let sum = 0;
    for (let i = 0; i < exact.data.length; i++) sum += Math.abs(exact.data[i]! - fast.data[i]!);
    expect(sum / exact.data.length).toBeLessThan(1);
  },
);

// One step of 255 over the smallest standard deviation: Pillow's versions round so far apart.
const oneStep = 1 / 255 / 0.224 + 1e-5;

test.each(recorded.processed.map((one) => [one.config.image_processor_type, one] as const))(
  "%s makes of a picture what transformers' makes (case %#)",
  async (_, { config, dims, every, values }) => {
    const made = await child.value({ do: 'process', bytes: drawnPng(24, 16), config });
    expect(made.dims).toEqual([1, ...dims]);
    const kept = made.values.filter((_value, i) => i % every === 0);
    expect(kept.length).toBe(values.length);
    expect(Math.max(...kept.map((value, i) => Math.abs(value - values[i]!)))).toBeLessThan(oneStep);
  },
);

test('fields that are null count as not there', async () => {
  const [plain] = recorded.processed;
  const config = { ...plain!.config, pad_size: null, do_pad: null, crop_size: null, do_rescale: null };
  const made = await child.value({
    do: 'process',
    bytes: drawnPng(24, 16),
    config: config as unknown as ProcessorConfig,
  });
  expect(made.dims).toEqual([1, ...plain!.dims]);
});

test('a class that Transformers.js has rules for and we do not goes through it', async () => {
  const config = {
    image_processor_type: 'DonutImageProcessor',
    do_resize: true,
    do_thumbnail: true,
    do_pad: true,
    do_normalize: true,
    size: { height: 20, width: 20 },
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
    resample: 2,
  };
  const made = await child.value({ do: 'process', bytes: drawnPng(24, 16), config });
  expect(made.dims).toEqual([1, 3, 20, 20]);
  // Donut centres the picture between black bars: the first line is padding.
  expect(made.values[0]).toBeCloseTo(-1, 5);
});

test('a class that nobody knows is read by the plain rules', async () => {
  const [plain] = recorded.processed;
  const config = { ...plain!.config, image_processor_type: 'FreshImageProcessor' };
  const made = await child.value({ do: 'process', bytes: drawnPng(24, 16), config });
  expect(made.dims).toEqual([1, ...plain!.dims]);
});

test('a strip that a model would blow up is refused', async () => {
  const config = { image_processor_type: 'CLIPImageProcessor', size: { shortest_edge: 224 } };
  const { error } = await child.ask({ do: 'process', bytes: drawnPng(5_000, 1), config });
  expect(error?.code).toBe('image_too_large');
});
