/**
 * The limit of decoding: one session run a step over n slots with the cache in place, no tokenizer, sampler or server.
 * `raw-decode.js <model folder> <n> <past> <seconds>` prints tokens a second; `n` = 0 reads `past` tokens instead (prefill).
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { DeviceClock } from '../src/runner/device-clock.js';
import { deviceByName } from '../src/runner/devices/index.js';
import { chooseAttentionKernel } from '../src/runner/generate/attention-kernel.js';
import { type DecoderConfig, openKvStore } from '../src/runner/generate/kv-store.js';
import { ModelFolder } from '../src/runner/model-folder.js';
import { Session } from '../src/runner/session.js';
import { Turns } from '../src/runner/turns.js';
import { dtypeOf } from './service.js';

const [folder = '', slotsText = '1', pastText = '64', secondsText = '3'] = process.argv.slice(2);
const [slots, past, seconds] = [Number(slotsText), Number(pastText), Number(secondsText)];
const model = new ModelFolder(folder, dtypeOf(folder), {});
const config = JSON.parse(readFileSync(`${folder}/config.json`, 'utf8')) as DecoderConfig & {
  readonly max_position_embeddings: number;
};
// As the service does.
chooseAttentionKernel(config, config.max_position_embeddings);
const session = await Session.open(model.onnx('model')!, {
  device: deviceByName('cpu'),
  threads: availableParallelism(),
  clock: new DeviceClock(),
  turns: new Turns(1),
  sideBySide: false,
});
// Of so much the texts here are short ones, which lie in huge pages.
const capacity = 8192;
const size = { slots: Math.max(1, slots), capacity, tokens: Math.max(1, slots) * capacity };
const store = await openKvStore({ session, config, inPlace: true, size });
const deadline = () => performance.now() + seconds * 1000;

const read = async (slot: number) => {
  const ids = Array.from({ length: past }, (_, i) => 100 + (((slot + i) * 7919) % 30_000));
  for (let start = 0; start < past; start += store.chunkTokens)
    await store.prefill(slot, ids.slice(start, start + store.chunkTokens), start);
};

if (slots === 0) {
  await read(0);
  const startedAt = performance.now();
  let count = 0;
  for (const end = deadline(); performance.now() < end; count++) await read(0);
  console.log((count * past * 1000) / (performance.now() - startedAt));
} else {
  // Keys that were never written would all be read from one page of zeros, which is in the processor's cache.
  for (let slot = 0; slot < slots; slot++) await read(slot);
  const rows = (at: number) =>
    Array.from({ length: slots }, (_, i) => ({ id: 100 + i * 37 + (at % 1000), past: at }));
  await store.decode(rows(past));
  const startedAt = performance.now();
  let steps = 0;
  for (const end = deadline(); performance.now() < end; steps++)
    await store.decode(rows(past + (steps % 128)));
  console.log((steps * slots * 1000) / (performance.now() - startedAt));
}
