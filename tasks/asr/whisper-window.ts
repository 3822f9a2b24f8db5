/** One window of sound to tokens: greedy, and with a seeded draw where greedy decoding goes wrong. */
import { seededRandom } from '../../src/runner/generate/random.js';
import { compressionRatio, type Hearing } from './recognizer.js';
import type { Read, WhisperDecoder } from './whisper-decoder.js';
import { applyRules, choose } from './whisper-rules.js';
import type { WhisperTokens } from './whisper-tokens.js';

/** When a window's text is not believed, and when it is taken for silence: the thresholds of the model's authors. */
const maxCompressionRatio = 2.4;
const minAvgLogprob = -1;
const maxNoSpeechProb = 0.6;
/** A tail of so many tokens that is one short piece over and over will not stop by itself. */
const loopTokens = 60;
const longestPieceTokens = 12;

export interface Heard {
  /** The end token left out. */
  readonly ids: readonly number[];
  readonly temperature: number;
  readonly avgLogprob: number;
  readonly compressionRatio: number;
  readonly noSpeechProb: number;
  readonly isSilence: boolean;
}

export interface WindowOptions {
  readonly decoder: WhisperDecoder;
  readonly tokens: WhisperTokens;
  readonly withTimes: boolean;
  /** Tokens that may be written after the prompt. */
  readonly maxTokens: number;
  /** Tried in this order until a text is believed; the last is taken as it is. */
  readonly temperatures: readonly number[];
  /** Draws depend on it, so that the same sound gives the same text. */
  readonly seed: number;
}

/** `read` has read the prompt. */
export const hearWindow = async (
  read: Read,
  noSpeechProb: number,
  options: WindowOptions,
  hearing: Hearing,
): Promise<Heard> => {
  let heard: Heard | undefined;
  for (const temperature of options.temperatures) {
    heard = { ...(await write(read, temperature, options, hearing)), noSpeechProb };
    const isSilence = noSpeechProb > maxNoSpeechProb && heard.avgLogprob < minAvgLogprob;
    if (isSilence) return { ...heard, isSilence };
    if (heard.compressionRatio <= maxCompressionRatio && heard.avgLogprob >= minAvgLogprob) return heard;
  }
  return heard!;
};

const write = async (
  start: Read,
  temperature: number,
  { decoder, tokens, withTimes, maxTokens, seed }: WindowOptions,
  hearing: Hearing,
): Promise<Omit<Heard, 'noSpeechProb'>> => {
  const random = seededRandom(BigInt(seed));
  const ids: number[] = [];
  let read = start;
  let logprobs = 0;
  let ended = false;
  while (!ended) {
    const logits = read.logits.slice(-decoder.vocabulary);
    applyRules(logits, ids, tokens, withTimes);
    const { id, logprob } = choose(logits, temperature, random);
    logprobs += logprob;
    ended = id === tokens.end;
    if (ended) break;
    ids.push(id);
    if (ids.length >= maxTokens || endsInLoop(ids)) break;
    read = await decoder.read(read, [id], hearing);
  }
  return {
    ids,
    temperature,
    // The end token counts, as it does where the threshold comes from.
    avgLogprob: logprobs / (ids.length + 1),
    compressionRatio: compressionRatio(tokens.text(ids).trim()),
    isSilence: false,
  };
};

const endsInLoop = (ids: readonly number[]): boolean => {
  if (ids.length < loopTokens) return false;
  const tail = ids.slice(-loopTokens);
  for (let size = 1; size <= longestPieceTokens; size++) {
    if (tail.every((id, i) => i < size || id === tail[i - size])) return true;
  }
  return false;
};
