import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FromRunner, Outcome } from '../../src/engine/protocol.js';
import { type Runner, startRunnerProcess } from '../../src/engine/runner-process.js';
import { imageClassification } from '../../tasks/image-classification/index.js';
import type { ImageClassification } from '../../tasks/image-classification/schema.js';
import { objectDetection } from '../../tasks/object-detection/index.js';
import type { ObjectDetection } from '../../tasks/object-detection/schema.js';

const fixtures = new URL('../../../test/fixtures/', import.meta.url);
const media = (name: string) => readFileSync(new URL(`media/${name}`, fixtures));

/** A runner with one tiny model, asked batch by batch. */
class TinyRunner {
  readonly #runner: Runner;
  #heard: (message: FromRunner) => void = () => {};
  #nextId = 1;

  private constructor() {
    this.#runner = startRunnerProcess({
      message: (message) => this.#heard(message),
      exit: ({ lastWords }) => lastWords && console.error(lastWords),
    });
  }

  static async load(model: string, pipelineUrl: string, options = {}): Promise<TinyRunner> {
    const tiny = new TinyRunner();
    const folder = fileURLToPath(new URL(`models/tiny/${model}`, fixtures));
    const ready = new Promise<void>((resolve, reject) => {
      tiny.#heard = (message) => {
        if (message.type === 'ready') resolve();
        if (message.type === 'loadFailed') reject(new Error(message.message));
      };
    });
    const place = { device: 'cpu', threads: 1, cacheBytes: 0, dtype: 'fp32' } as const;
    tiny.#runner.send({ type: 'load', modelId: model, folder, pipelineUrl, options, ...place });
    await ready;
    return tiny;
  }

  /** One outcome an input, in their order. */
  async ask(inputs: readonly Uint8Array[], params: unknown = {}): Promise<Outcome[]> {
    const items = inputs.map((input) => ({ id: this.#nextId++, input, params, scope: '' }));
    const outcomes = new Map<number, Outcome>();
    await new Promise<void>((resolve) => {
      this.#heard = (message) => {
        if (message.type !== 'outcomes') return;
        for (const outcome of message.outcomes) outcomes.set(outcome.id, outcome);
        if (outcomes.size === items.length) resolve();
      };
      this.#runner.send({ type: 'batch', items });
    });
    return items.map(({ id }) => outcomes.get(id)!);
  }

  async values<T>(inputs: readonly Uint8Array[], params: unknown = {}): Promise<T[]> {
    return (await this.ask(inputs, params)).map((outcome) => {
      if (!outcome.ok) throw new Error(outcome.error.message);
      return outcome.value as T;
    });
  }

  close(): void {
    this.#runner.send({ type: 'close' });
  }
}

const alone = async <T>(
  runner: TinyRunner,
  inputs: readonly Uint8Array[],
  params?: unknown,
): Promise<T[]> => {
  const values: T[] = [];
  for (const input of inputs) values.push(...(await runner.values<T>([input], params)));
  return values;
};

describe('image-classification', () => {
  let runner: TinyRunner;
  beforeAll(async () => {
    runner = await TinyRunner.load('vit', imageClassification.pipelineUrl);
  });
  afterAll(() => runner.close());

  const pictures = ['scene-32x32.png', 'scene-53x37.jpg', 'alpha-32x32.png', 'turned-32x32.jpg'].map(media);

  test('pictures in one batch answer as they do alone, in any order', async () => {
    const single = await alone<ImageClassification>(runner, pictures);
    const batched = await runner.values<ImageClassification>(pictures);
    const shuffled = await runner.values<ImageClassification>(pictures.toReversed());
    for (const many of [batched, shuffled.toReversed()]) {
      many.forEach(({ labels, scores }, i) => {
        expect(labels).toEqual(single[i]!.labels);
        for (const [s, score] of scores.entries()) expect(score).toBeCloseTo(single[i]!.scores[s]!, 5);
      });
    }
  });

  test('top_k cuts the list', async () => {
    const [five] = await runner.values<ImageClassification>(pictures.slice(0, 1));
    const [two] = await runner.values<ImageClassification>(pictures.slice(0, 1), { topK: 2 });
    expect(five!.labels).toHaveLength(5);
    expect(two).toEqual({ labels: five!.labels.slice(0, 2), scores: five!.scores.slice(0, 2) });
  });

  test('a broken picture fails alone and costs nothing', async () => {
    const [good, bad] = await runner.ask([pictures[0]!, pictures[1]!.subarray(0, 300)]);
    expect(good).toMatchObject({ ok: true, usage: { images: 1 } });
    expect(good!.usage.deviceMicros).toBeGreaterThan(0);
    expect(bad).toMatchObject({ ok: false, error: { code: 'invalid_media' }, usage: {} });
  });
});

describe('object-detection', () => {
  let runner: TinyRunner;
  beforeAll(async () => {
    runner = await TinyRunner.load('yolos', objectDetection.pipelineUrl, { threshold: 0.25 });
  });
  afterAll(() => runner.close());

  const pictures = ['scene-96x64.png', 'scene-45x61.png', 'scene-150x100.png', 'turned-96x64.jpg'].map(media);

  test('pictures of several shapes in one batch answer as they do alone', async () => {
    const single = await alone<ObjectDetection>(runner, pictures);
    const batched = await runner.values<ObjectDetection>(pictures);
    batched.forEach(({ objects, ...size }, i) => {
      const { objects: expected, ...expectedSize } = single[i]!;
      expect(size).toEqual(expectedSize);
      expect(objects.map(({ label }) => label)).toEqual(expected.map(({ label }) => label));
      objects.forEach(({ score, box }, o) => {
        expect(score).toBeCloseTo(expected[o]!.score, 5);
        expect(Math.abs(box.xmin - expected[o]!.box.xmin)).toBeLessThan(0.02);
      });
    });
  });

  test('boxes lie in the upright picture, best first', async () => {
    const [turned] = await runner.values<ObjectDetection>([media('turned-96x64.jpg')], { threshold: 0 });
    expect([turned!.width, turned!.height]).toEqual([64, 96]);
    expect(turned!.objects).toHaveLength(10);
    const scores = turned!.objects.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    for (const { box } of turned!.objects) {
      expect(0 <= box.xmin && box.xmin <= box.xmax && box.xmax <= 64).toBe(true);
      expect(0 <= box.ymin && box.ymin <= box.ymax && box.ymax <= 96).toBe(true);
    }
  });

  test("the request's threshold counts, else the model's", async () => {
    const picture = [media('scene-96x64.png')];
    const [all] = await runner.values<ObjectDetection>(picture, { threshold: 0 });
    const above = (threshold: number) => all!.objects.filter(({ score }) => score > threshold).length;
    const [models] = await runner.values<ObjectDetection>(picture);
    const [asked] = await runner.values<ObjectDetection>(picture, { threshold: 0.6 });
    expect(models!.objects).toHaveLength(above(0.25));
    expect(asked!.objects).toHaveLength(above(0.6));
    expect(above(0.25)).toBeGreaterThan(above(0.6));
  });
});
