/**
 * Preprocessing a picture, file to tensor: ours against Transformers.js' processor of the same configuration, in one
 * process, alone. Prints a table; runs no model.
 */
import { availableParallelism } from 'node:os';
import { env, ImageProcessor as Foreign, LogLevel, RawImage } from '@huggingface/transformers';
import sharp from 'sharp';
import { ImageProcessor } from '../src/runner/image-processor.js';
import type { ProcessorConfig } from '../src/runner/image-rules.js';
import type { ModelFolder } from '../src/runner/model-folder.js';
import type { Feeds, Session } from '../src/runner/session.js';

env.logLevel = LogLevel.ERROR;

const mean = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225], do_normalize: true };
const configs: readonly (readonly [string, ProcessorConfig])[] = [
  ['ViT 224', { image_processor_type: 'ViTImageProcessor', size: { height: 224, width: 224 }, ...mean }],
  [
    'CLIP 224, bicubic',
    {
      image_processor_type: 'CLIPImageProcessor',
      size: { shortest_edge: 224 },
      crop_size: { height: 224, width: 224 },
      do_center_crop: true,
      resample: 3,
      ...mean,
    },
  ],
  // Both edges given: what transformers makes of 800/1333, Transformers.js enlarges beyond the shortest edge.
  [
    'YOLOS 888 x 1333',
    { image_processor_type: 'YolosImageProcessor', size: { height: 888, width: 1333 }, ...mean },
  ],
];

const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
/** As camera files go: detail at every scale, a tenth of a byte to half a byte a pixel. */
const photo = async (width: number, height: number): Promise<Buffer> => {
  const create = { channels: 3, background: 'black', noise } as const;
  const coarse = await sharp({ create: { ...create, width: 64, height: 48 } })
    .png()
    .toBuffer();
  const base = await sharp(coarse).resize(width, height, { fit: 'fill' }).png().toBuffer();
  const grain = await sharp({ create: { ...create, width, height } })
    .blur(1)
    .ensureAlpha(0.2)
    .png()
    .toBuffer();
  return sharp(base)
    .composite([{ input: grain }])
    .jpeg({ quality: 88 })
    .toBuffer();
};

interface Cost {
  readonly wallMs: number;
  /** Of all threads. */
  readonly cpuMs: number;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

const measure = async (times: number, work: () => Promise<unknown>): Promise<Cost> => {
  const costs: Cost[] = [];
  for (let i = -3; i < times; i++) {
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    await work();
    const wallMs = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(cpu);
    if (i >= 0) costs.push({ wallMs, cpuMs: (user + system) / 1000 });
  }
  return { wallMs: median(costs.map((one) => one.wallMs)), cpuMs: median(costs.map((one) => one.cpuMs)) };
};

/** Takes what it is fed and does nothing. */
const idle = {
  hasInput: () => true,
  inputNames: ['pixel_values'],
  run: async (_: Feeds) => ({ outputs: {}, micros: 0 }),
} as unknown as Session;

const openOurs = async (config: ProcessorConfig) => {
  const processor = await ImageProcessor.open({
    path: 'bench',
    json: () => config,
  } as unknown as ModelFolder);
  return async (bytes: Buffer) => {
    const { row } = await processor.prepare(bytes);
    await processor.run([row], idle, { read: () => [undefined] });
  };
};

const openTheirs = (config: ProcessorConfig) => {
  const processor = new Foreign(config as never);
  return async (bytes: Buffer) => processor(await RawImage.fromBlob(new Blob([new Uint8Array(bytes)])));
};

const show = ({ wallMs, cpuMs }: Cost) => `${wallMs.toFixed(1).padStart(7)} (${cpuMs.toFixed(1)})`.padEnd(18);

console.log(
  `Milliseconds a picture, wall (CPU of all threads); Node ${process.version}, ${availableParallelism()} cores\n`,
);
console.log(
  `${'processor'.padEnd(20)}${'JPEG'.padEnd(22)}${'ours'.padEnd(18)}${'Transformers.js'.padEnd(18)}CPU ratio`,
);
for (const [width, height] of [
  [500, 375],
  [640, 480],
  [1600, 1200],
  [4032, 3024],
] as const) {
  const bytes = await photo(width, height);
  for (const [name, config] of configs) {
    const ours = await openOurs(config);
    const theirs = openTheirs(config);
    const times = width > 2000 ? 9 : 25;
    const a = await measure(times, () => ours(bytes));
    const b = await measure(times, () => theirs(bytes));
    const file = `${width}x${height} ${Math.round(bytes.length / 1024)} kB`;
    console.log(`${name.padEnd(20)}${file.padEnd(22)}${show(a)}${show(b)}${(b.cpuMs / a.cpuMs).toFixed(1)}`);
  }
}
