/**
 * A GPU's driver may compute long parts of a prompt wrongly and short ones right: other kernels take over. ONNX Runtime
 * 1.30's attention for WebGPU is wrong from 32 tokens on where subgroups are small, as in SwiftShader. So a store on a
 * device proves itself before it is used.
 */
import type { KvStore, Scores } from './kv-store.js';

/** What is read by the kernels that also decode. */
const shortChunk = 31;
/** Just beyond a short part, and beyond the next powers of two. */
const provenLengths = [33, 40, 65];
/** Of the scores' size. Half precision alone makes a thousandth; wrong attention made a tenth. */
const tolerance = 0.02;

/** The most tokens that a `prefill` of this store reads right. */
export const provenChunkTokens = async (store: KvStore, vocabulary: number): Promise<number> => {
  for (const length of provenLengths) {
    if (length > Math.min(store.chunkTokens, store.capacity)) break;
    const ids = Array.from({ length }, (_, i) => (i * 7919 + length) % vocabulary);
    const whole = (await store.prefill(0, ids, 0)).scores.slice();
    if (distance(whole, await readInParts(store, ids)) > tolerance) return shortChunk;
  }
  return store.chunkTokens;
};

const readInParts = async (store: KvStore, ids: readonly number[]): Promise<Scores> => {
  let scores: Scores = new Float32Array();
  for (let past = 0; past < ids.length; past += shortChunk)
    ({ scores } = await store.prefill(0, ids.slice(past, past + shortChunk), past));
  return scores;
};

/** Length of the difference over the length of `b`. */
const distance = (a: Scores, b: Scores): number => {
  const length = (values: Scores) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return length(a.map((value, i) => value - b[i]!)) / length(b);
};
