/** What the golden cases (test/golden) do not show of the picture tasks. */
import { readFileSync } from 'node:fs';
import { imageClassification } from '../../tasks/image-classification/index.js';
import { objectDetection } from '../../tasks/object-detection/index.js';
import type { ObjectDetection } from '../../tasks/object-detection/schema.js';
import { fixture } from '../helpers/fixtures.js';
import { LiveRunner } from '../helpers/live-runner.js';

const media = (name: string) => readFileSync(fixture(`media/${name}`));
const load = (model: string, pipelineUrl: string, options = {}) =>
  LiveRunner.load({ folder: fixture(`models/tiny/${model}`), pipelineUrl, options });

describe('image-classification', () => {
  let runner: LiveRunner;
  beforeAll(async () => {
    runner = await load('vit', imageClassification.pipelineUrl);
  });
  afterAll(() => runner.close());

  test('a broken picture fails alone and costs nothing', async () => {
    const truncated = media('scene-53x37.jpg').subarray(0, 300);
    const [good, bad] = await runner.outcomes([media('scene-32x32.png'), truncated], {});
    expect(good).toMatchObject({ ok: true, usage: { images: 1 } });
    expect(good!.usage.deviceMicros).toBeGreaterThan(0);
    expect(bad).toMatchObject({ ok: false, error: { code: 'invalid_media' }, usage: {} });
  });
});

describe('object-detection', () => {
  let runner: LiveRunner;
  beforeAll(async () => {
    runner = await load('yolos', objectDetection.pipelineUrl, { threshold: 0.25 });
  });
  afterAll(() => runner.close());

  const detect = async (name: string, params: object = {}) =>
    (await runner.answer<ObjectDetection>(media(name), params)).value;

  test('boxes lie in the upright picture, best first', async () => {
    const turned = await detect('turned-96x64.jpg', { threshold: 0 });
    expect([turned.width, turned.height]).toEqual([64, 96]);
    expect(turned.objects).toHaveLength(10);
    const scores = turned.objects.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    for (const { box } of turned.objects) {
      expect(0 <= box.xmin && box.xmin <= box.xmax && box.xmax <= 64).toBe(true);
      expect(0 <= box.ymin && box.ymin <= box.ymax && box.ymax <= 96).toBe(true);
    }
  });

  test("the request's threshold counts, else the model's", async () => {
    const picture = 'scene-96x64.png';
    const all = await detect(picture, { threshold: 0 });
    const above = (threshold: number) => all.objects.filter(({ score }) => score > threshold).length;
    expect((await detect(picture)).objects).toHaveLength(above(0.25));
    expect((await detect(picture, { threshold: 0.6 })).objects).toHaveLength(above(0.6));
    expect(above(0.25)).toBeGreaterThan(above(0.6));
  });
});
