import type { KvStore } from '../../../src/runner/generate/kv-store.js';
import { provenChunkTokens } from '../../../src/runner/generate/prove-chunks.js';

/** Scores that follow from all tokens read; parts of 32 tokens and more skip the last that `skipped` says. */
const storeOf = ({ skipped = 0, noise = 0, capacity = 4096 }): KvStore => {
  const slot: number[] = [];
  return {
    ...{ slots: 1, capacity, tokens: capacity, heldTokens: 0, bytes: 0 },
    ...{ chunkTokens: 512, batched: false, swaps: true, verify: undefined },
    copy: () => undefined,
    exchange: () => undefined,
    release: () => undefined,
    decode: () => Promise.reject(new Error('nothing is decoded here')),
    async prefill(_slot, ids, past) {
      slot.splice(past, slot.length, ...ids);
      const read = ids.length >= 32 ? slot.slice(0, slot.length - skipped) : slot;
      const scores = new Float32Array(50);
      for (const [i, id] of read.entries()) scores[id % 50]! += Math.sin(id + i);
      if (ids.length >= 32) for (const [i, score] of scores.entries()) scores[i] = score * (1 + noise);
      return { scores, micros: 1 };
    },
  };
};

test('a store that reads long parts as it reads short ones takes long parts', async () => {
  expect(await provenChunkTokens(storeOf({}), 400)).toBe(512);
});

test('half precision is no reason to distrust it', async () => {
  expect(await provenChunkTokens(storeOf({ noise: 0.003 }), 400)).toBe(512);
});

test('a store that reads long parts otherwise takes short ones', async () => {
  expect(await provenChunkTokens(storeOf({ skipped: 1 }), 400)).toBe(31);
});

test('a store without room for long parts is not asked', async () => {
  expect(await provenChunkTokens(storeOf({ skipped: 1, capacity: 30 }), 400)).toBe(512);
});
