/**
 * Whisper's decoder with its cache. Keys and values of the encoder's states are computed by the first run and fed back
 * as they are; those of the tokens grow by every run.
 */
import type { ModelFolder } from '../../src/runner/model-folder.js';
import type { PipelineContext } from '../../src/runner/pipeline.js';
import { type Feeds, floats, int64, type Ran, type Session, type Tensor } from '../../src/runner/session.js';
import type { Hearing } from './recognizer.js';

export interface WhisperConfig {
  readonly decoder_layers: number;
  readonly decoder_attention_heads: number;
  readonly d_model: number;
  /** Positions of the encoder's states: one each 20 ms. */
  readonly max_source_positions: number;
  /** Tokens that fit, the prompt included. */
  readonly max_target_positions: number;
  readonly num_mel_bins?: number;
  readonly median_filter_width?: number;
}

/** What was read so far. Never changed: several continuations may start from one. */
export interface Read {
  readonly states: Tensor;
  readonly cache: Feeds;
  /** Of the tokens of the last run, [tokens, vocabulary]. */
  readonly logits: Float32Array;
}

const pastPrefix = 'past_key_values.';

export class WhisperDecoder {
  readonly vocabulary: number;
  /** Outputs that tell where in the sound each token looked, one a layer; most exports have none. */
  readonly attentionOutputs: readonly string[];
  readonly #first: Session;
  readonly #next: Session;
  readonly #empty: Feeds;

  private constructor(
    first: Session,
    next: Session,
    config: WhisperConfig & { readonly vocab_size: number },
  ) {
    this.#first = first;
    this.#next = next;
    this.vocabulary = config.vocab_size;
    this.attentionOutputs = first.outputNames
      .filter((name) => name.startsWith('cross_attentions.'))
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    const dims = [1, config.decoder_attention_heads, 0, config.d_model / config.decoder_attention_heads];
    const none = (name: string): Tensor =>
      first.inputType(name) === 'float16'
        ? { type: 'float16', data: new Uint16Array(0), dims }
        : { type: 'float32', data: new Float32Array(0), dims };
    const past = first.inputNames.filter((name) => name.startsWith(pastPrefix));
    this.#empty = Object.fromEntries(past.map((name) => [name, none(name)]));
  }

  /** One graph with both runs in it, or one for the first run and one for all others. */
  static async open(model: ModelFolder, context: PipelineContext): Promise<WhisperDecoder> {
    const merged = context.hasPart('decoder_model_merged');
    const first = await context.openSession(merged ? 'decoder_model_merged' : 'decoder_model');
    const next = merged ? first : await context.openSession('decoder_with_past_model');
    return new WhisperDecoder(first, next, model.config());
  }

  /** The first tokens after a beginning. */
  async begin(states: Tensor, ids: readonly number[], hearing: Hearing): Promise<Read> {
    const ran = await hearing.run(this.#first, this.#feeds(states, ids, this.#empty, false));
    return { states, cache: cacheOf(ran), logits: floats(ran, 'logits').data };
  }

  /** More tokens after those. */
  async read({ states, cache }: Read, ids: readonly number[], hearing: Hearing): Promise<Read> {
    const ran = await hearing.run(this.#next, this.#feeds(states, ids, cache, true), { step: true });
    return { states, cache: { ...cache, ...cacheOf(ran) }, logits: floats(ran, 'logits').data };
  }

  /** Where each of `ids` looks when it is read, a tensor [1, heads, tokens, positions] a layer. */
  async attentions(states: Tensor, ids: readonly number[], hearing: Hearing): Promise<Attentions> {
    const ran = await hearing.run(this.#first, this.#feeds(states, ids, this.#empty, false));
    const layers = this.attentionOutputs.map((name) => floats(ran, name));
    return { layers, logits: floats(ran, 'logits').data };
  }

  #feeds(states: Tensor, ids: readonly number[], cache: Feeds, cached: boolean): Feeds {
    return {
      ...cache,
      input_ids: int64(BigInt64Array.from(ids, BigInt), [1, ids.length]),
      encoder_hidden_states: states,
      use_cache_branch: { type: 'bool', data: Uint8Array.of(cached ? 1 : 0), dims: [1] },
    };
  }
}

export interface Attentions {
  readonly layers: readonly Tensor<Float32Array>[];
  /** [tokens, vocabulary] */
  readonly logits: Float32Array;
}

/** `present` outputs under the names they are fed back by; empty ones say that nothing has changed. */
const cacheOf = ({ outputs }: Ran): Feeds =>
  Object.fromEntries(
    Object.entries(outputs)
      .filter(([name, tensor]) => name.startsWith('present.') && tensor.data.length > 0)
      .map(([name, tensor]) => [name.replace('present.', pastPrefix), tensor]),
  );
