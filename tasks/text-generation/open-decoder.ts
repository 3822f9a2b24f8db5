import { readFileSync } from 'node:fs';
import { chooseAttentionKernel } from '../../src/runner/generate/attention-kernel.js';
import {
  bytesPerToken,
  type CacheSize,
  type DecoderConfig,
  type KvStore,
  openKvStore,
  sizeCache,
  sizeFixedCache,
} from '../../src/runner/generate/kv-store.js';
import type { ModelFolder } from '../../src/runner/model-folder.js';
import type { PipelineContext } from '../../src/runner/pipeline.js';
import type { GeneratorOptions } from './options-schema.js';

/** The session of a language model, with as large a cache as the budget pays for. */
export const openDecoder = async (
  model: ModelFolder,
  { openSession, hasPart, cacheBytes }: PipelineContext,
  windowTokens: number,
): Promise<KvStore> => {
  const config = model.config<DecoderConfig>();
  chooseAttentionKernel(config, windowTokens);
  const part = hasPart('model') ? 'model' : 'decoder_model_merged';
  const session = await openSession(part, { sideBySide: false });
  const halves = session.inputs.some(
    ({ name, type }) => name.startsWith('past_key_values.') && type === 'float16',
  );
  const wish = {
    affordable: Math.floor(cacheBytes / bytesPerToken(config, halves ? 2 : 4)),
    windowTokens,
    mostSlots: (model.options as GeneratorOptions).max_sequences,
  };
  const inPlace = updatesInPlace(model, part);
  const openStore = (size: CacheSize) => openKvStore({ session, config, inPlace, size });
  if (session.hasDeviceMemory) return openStore(sizeFixedCache(wish));
  return openStore(sizeCache(wish)).catch((error: unknown) => {
    // A system that counts addresses as if they were memory (strict overcommit, `ulimit -v`).
    if (!(error instanceof RangeError)) throw error;
    return openStore(sizeFixedCache({ ...wish, mostSlots: undefined }));
  });
};

/** The operator's name stands in the graph; classic exports are made of smaller ones and return a longer cache. */
const updatesInPlace = (model: ModelFolder, part: string): boolean =>
  readFileSync(model.onnx(part)!).includes('GroupQueryAttention');
