/** One decoder model, fed token by token with the keys and values of what it has read. */
import { TaskwireError } from '../../errors.js';
import { type Feeds, float32, floats, int64, type Session, type Tensor } from '../session.js';

export interface DecoderConfig {
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads?: number;
  readonly hidden_size: number;
  readonly head_dim?: number;
  readonly vocab_size: number;
}

/** Keys and values of the tokens read so far. Never changed once made, so several texts can go on from one. */
export interface Past {
  readonly tokens: number;
  /** By input name; each [1, heads, tokens, width]. */
  readonly tensors: Feeds;
}

export interface Forward {
  /** Scores of the next token, [vocabulary]. The caller's to change. */
  readonly logits: Float32Array;
  readonly past: Past;
  readonly micros: number;
}

/** Logits of a whole chunk cross into JavaScript: 2^24 floats (64 MB) bound how long one may be. */
const maxLogits = 2 ** 24;
const maxChunkTokens = 512;

export class CachedDecoder {
  readonly #session: Session;
  readonly #chunkTokens: number;
  readonly empty: Past;

  constructor(session: Session, config: DecoderConfig) {
    this.#session = session;
    this.#chunkTokens = Math.max(1, Math.min(maxChunkTokens, Math.floor(maxLogits / config.vocab_size)));
    const heads = config.num_key_value_heads ?? config.num_attention_heads;
    const width = config.head_dim ?? config.hidden_size / config.num_attention_heads;
    const names = session.inputNames.filter((name) => name.startsWith('past_key_values.'));
    const none = float32(new Float32Array(0), [1, heads, 0, width]);
    this.empty = { tokens: 0, tensors: Object.fromEntries(names.map((name) => [name, none])) };
  }

  /** Reads `ids` after `past`, in chunks; `onRun` is told each chunk's device time and may stop it by throwing. */
  async read(ids: readonly number[], past: Past, onRun: (micros: number) => void): Promise<Forward> {
    let forward: Forward | undefined;
    for (let start = 0; start < ids.length; start += this.#chunkTokens) {
      forward = await this.#run(ids.slice(start, start + this.#chunkTokens), forward?.past ?? past);
      onRun(forward.micros);
    }
    if (!forward)
      throw new TaskwireError('invalid_field', { param: 'prompt', message: 'The prompt has no tokens.' });
    return forward;
  }

  async #run(ids: readonly number[], past: Past): Promise<Forward> {
    const total = past.tokens + ids.length;
    const positions = BigInt64Array.from(ids, (_, i) => BigInt(past.tokens + i));
    const ran = await this.#session.run({
      input_ids: int64(BigInt64Array.from(ids, BigInt), [1, ids.length]),
      attention_mask: int64(new BigInt64Array(total).fill(1n), [1, total]),
      position_ids: int64(positions, [1, ids.length]),
      use_cache_branch: { type: 'bool', data: Uint8Array.of(past.tokens > 0 ? 1 : 0), dims: [1] },
      ...past.tensors,
    });
    const { data, dims } = floats(ran, 'logits');
    const vocabulary = dims.at(-1)!;
    const tensors = Object.fromEntries(
      Object.keys(past.tensors).map((name): [string, Tensor] => [
        name,
        ran.outputs[name.replace('past_key_values', 'present')]!,
      ]),
    );
    return {
      logits: data.slice(data.length - vocabulary),
      past: { tokens: total, tensors },
      micros: ran.micros,
    };
  }
}
