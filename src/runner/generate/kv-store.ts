/**
 * Where the keys and values of running texts live: slots of fixed capacity. The scheduler decides which text is in which
 * slot; a store knows models and memory, and nothing of texts.
 */
import type { Session } from '../session.js';
import { GrowingStore } from './growing-store.js';
import { InPlaceStore } from './in-place-store.js';
import { provenChunkTokens } from './prove-chunks.js';
import type { SlotMemory } from './slot-table.js';

/** What `config.json` says about a decoder's size. */
export interface DecoderConfig {
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads?: number;
  readonly hidden_size: number;
  readonly head_dim?: number;
  readonly vocab_size: number;
}

/** Scores of the next token, [vocabulary]: valid, and free to change, until the next run. */
export type Scores = Float32Array;

export interface DecodeRow {
  /** The text's last token, whose keys and values are not there yet. */
  readonly id: number;
  /** Tokens that are. */
  readonly past: number;
}

export interface KvStore extends SlotMemory {
  /** The most that all slots take. */
  readonly bytes: number;
  /** The most tokens that one `prefill` takes. */
  readonly chunkTokens: number;
  /** Whether `decode` is one run for all rows, so that a second row costs little. */
  readonly batched: boolean;
  /** Reads `ids` into a slot behind its first `past` tokens. Scores follow the last of them. */
  prefill(
    slot: number,
    ids: readonly number[],
    past: number,
  ): Promise<{ readonly scores: Scores; readonly micros: number }>;
  /** One more token for the texts in slots 0, 1, …; `scores[i]` belongs to slot i. May keep the thread until it is done. */
  decode(
    rows: readonly DecodeRow[],
  ): Promise<{ readonly scores: readonly Scores[]; readonly micros: number }>;
  /**
   * Reads like `prefill`, and gives the scores that follow each of `ids`. What lies behind the tokens that turn out right
   * is overwritten by the next run. `undefined` where the export gives scores for the last token alone.
   */
  readonly verify:
    | ((
        slot: number,
        ids: readonly number[],
        past: number,
      ) => Promise<{ readonly scores: readonly Scores[]; readonly micros: number }>)
    | undefined;
}

export interface KvStoreOptions {
  readonly session: Session;
  readonly config: DecoderConfig;
  /** Whether the graph updates its cache in place (`GroupQueryAttention`); classic exports return a longer one. */
  readonly inPlace: boolean;
  readonly size: CacheSize;
}

/** Keys and values of one token over all layers, in bytes. */
export const bytesPerToken = (config: DecoderConfig, elementBytes: number): number =>
  config.num_hidden_layers * 2 * kvHeads(config) * headWidth(config) * elementBytes;

export const kvHeads = (config: DecoderConfig): number =>
  config.num_key_value_heads ?? config.num_attention_heads;

export const headWidth = (config: DecoderConfig): number =>
  config.head_dim ?? config.hidden_size / config.num_attention_heads;

/** Scores of a whole chunk cross into JavaScript: 2^25 floats (128 MB) bound how long one may be. */
const maxScores = 2 ** 25;
const maxChunkTokens = 512;

export const chunkTokensFor = (config: DecoderConfig): number =>
  Math.max(1, Math.min(maxChunkTokens, Math.floor(maxScores / config.vocab_size)));

export const openKvStore = async (options: KvStoreOptions): Promise<KvStore> => {
  if (!options.session.inputNames.some((name) => name.startsWith('past_key_values.')))
    throw new Error('the model takes no past_key_values: it was exported without a cache');
  if (!options.inPlace) return new GrowingStore(options);
  const store = new InPlaceStore(options);
  const onDevice = !store.batched;
  if (onDevice) store.chunkTokens = await provenChunkTokens(store, options.config.vocab_size);
  return store;
};

export interface CacheSize {
  readonly slots: number;
  /** Tokens that fit a slot. */
  readonly capacity: number;
  /** Tokens that all slots may hold together. */
  readonly tokens: number;
}

export interface CacheWish {
  /** Tokens that the budget pays for. */
  readonly affordable: number;
  readonly windowTokens: number;
  /** The most texts at once. */
  readonly mostSlots?: number | undefined;
}

/** More are hardly faster together, and each alone slower (docs/bench-log.md). */
const usualSlots = 32;
/** A slot that finds no more memory than this is of little use. */
const leastTokens = 256;

/** What a budget pays for where slots take memory as they are written: as long a text as it can hold, in any of them. */
export const sizeCache = ({ affordable, windowTokens, mostSlots = usualSlots }: CacheWish): CacheSize => {
  const capacity = Math.max(1, Math.min(windowTokens, affordable));
  const useful = Math.floor(affordable / Math.min(leastTokens, capacity));
  const slots = Math.max(1, Math.min(mostSlots, useful));
  return { slots, capacity, tokens: Math.max(1, Math.min(affordable, slots * capacity)) };
};

const usualFixedSlots = 16;
/** Rather a few slots that take a long text than many that don't. */
const fewSlots = 4;
const usefulTokens = 2048;

/**
 * The same where all memory is taken at once, as on a device: the whole window in as many slots as fit; where not even four
 * fit, four shorter ones, as long as they are useful.
 */
export const sizeFixedCache = (wish: CacheWish): CacheSize => {
  const { affordable, windowTokens, mostSlots = usualFixedSlots } = wish;
  const shorter = Math.max(usefulTokens, Math.floor(affordable / fewSlots));
  const capacity = Math.min(windowTokens, shorter);
  const slots = Math.max(1, Math.min(mostSlots, Math.floor(affordable / capacity)));
  return { slots, capacity, tokens: slots * capacity };
};
