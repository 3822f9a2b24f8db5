/**
 * The limit: the same batch through ONNX Runtime's own JavaScript binding with its defaults, nothing around it (for
 * pictures with decoding and resizing). `raw-session.js <model folder> <kind> <batch> <seconds>` prints inputs a second.
 */
import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { benchPictures, tokensPerText } from './inputs.js';

const [folder = '', kind = '', batchText = '1', secondsText = '3'] = process.argv.slice(2);
const batch = Number(batchText);
const session = await InferenceSession.create(`${folder}/onnx/model.onnx`, { logSeverityLevel: 3 });

const { vocab_size = 0 } = JSON.parse(readFileSync(`${folder}/config.json`, 'utf8')) as {
  vocab_size?: number;
};

const tokens = (): Record<string, Tensor> => {
  const dims = [batch, tokensPerText];
  const count = batch * tokensPerText;
  const ids = BigInt64Array.from({ length: count }, () => BigInt(Math.floor(Math.random() * vocab_size)));
  const all = {
    input_ids: new Tensor('int64', ids, dims),
    attention_mask: new Tensor('int64', new BigInt64Array(count).fill(1n), dims),
    token_type_ids: new Tensor('int64', new BigInt64Array(count), dims),
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => session.inputNames.includes(name)));
};

const pictures = kind === 'image' ? await benchPictures() : [];
let next = 0;

/** Decoded, resized to the model's input and normalised to -1…1, [batch, 3, height, width]. */
const pixels = async (): Promise<Record<string, Tensor>> => {
  const { size } = JSON.parse(readFileSync(`${folder}/preprocessor_config.json`, 'utf8')) as {
    size: Record<string, number>;
  };
  const [width, height] = size.width
    ? [size.width, size.height!]
    : fitInside(640, 480, size.shortest_edge!, size.longest_edge!);
  const data = new Float32Array(batch * 3 * width * height);
  await Promise.all(
    Array.from({ length: batch }, async (_, row) => {
      const raw = await sharp(pictures[next++ % pictures.length])
        .resize(width, height, { fit: 'fill', kernel: 'linear' })
        .raw()
        .toBuffer();
      const plane = width * height;
      for (let i = 0; i < plane; i++) {
        for (let c = 0; c < 3; c++) data[(row * 3 + c) * plane + i] = raw[i * 3 + c]! / 127.5 - 1;
      }
    }),
  );
  return { pixel_values: new Tensor('float32', data, [batch, 3, height, width]) };
};

const fitInside = (width: number, height: number, shortest: number, longest: number): [number, number] => {
  const scale = Math.min(shortest / Math.min(width, height), longest / Math.max(width, height));
  return [Math.floor(width * scale), Math.floor(height * scale)];
};

const feeds = async () => (kind === 'image' ? pixels() : tokens());
await session.run(await feeds());
const startedAt = performance.now();
let runs = 0;
while (performance.now() - startedAt < Number(secondsText) * 1000) {
  await session.run(await feeds());
  runs++;
}
console.log((runs * batch * 1000) / (performance.now() - startedAt));
