/** Whisper: a sound in windows of 30 s, each begun where the last one's times end. */
import { show, TaskwireError } from '../../src/errors.js';
import type { ModelFolder } from '../../src/runner/model-folder.js';
import type { PipelineContext } from '../../src/runner/pipeline.js';
import type { Session, Tensor } from '../../src/runner/session.js';
import { LogMel } from './log-mel.js';
import type { Hearing, Recognizer } from './recognizer.js';
import type { Samples } from './samples.js';
import type { AsrOptions, AsrParams, Segment, Word } from './schema.js';
import { type Read, type WhisperConfig, WhisperDecoder } from './whisper-decoder.js';
import { probabilityOf } from './whisper-rules.js';
import { type Stretch, stretchesOf } from './whisper-stretches.js';
import { WhisperTokens } from './whisper-tokens.js';
import { type Heard, hearWindow } from './whisper-window.js';
import { WordAligner } from './whisper-words.js';

/** What is left at a sound's end and shorter than this holds no word. */
const leastSeconds = 0.1;
/** A window that its own times would hardly move on is taken for done. */
const leastAdvanceSeconds = 0.2;
const defaultTemperatures = [0, 0.2, 0.4, 0.6, 0.8, 1];

interface WhisperWishes {
  /** Code, or `undefined`: to be heard. */
  readonly language: string | undefined;
  readonly task: AsrParams['task'];
  readonly timestamps: AsrParams['timestamps'];
  readonly prompt: string | undefined;
  readonly temperature: number;
}

export const openWhisper = async (
  model: ModelFolder,
  context: PipelineContext,
): Promise<Recognizer<WhisperWishes>> => {
  const config = model.config<WhisperConfig>();
  const tokens = WhisperTokens.open(model);
  const features = await LogMel.open(model, context, 2 * config.max_source_positions);
  const encoder = await context.openSession('encoder_model');
  const decoder = await WhisperDecoder.open(model, context);
  const aligner = WordAligner.open(decoder, tokens, config);
  const { temperatures = defaultTemperatures } = model.options as AsrOptions;
  const whisper = new Whisper({ config, tokens, features, encoder, decoder, aligner, temperatures });
  return {
    rate: features.rate,
    check: (params) => check(params, tokens, aligner !== undefined),
    hear: (samples, wishes, hearing) => whisper.hear(samples, wishes, hearing),
  };
};

const check = (
  { language, timestamps, task, prompt, temperature }: AsrParams,
  tokens: WhisperTokens,
  canAlign: boolean,
): WhisperWishes => {
  if (timestamps === 'word' && !canAlign) {
    throw new TaskwireError('invalid_field', {
      param: 'timestamps',
      message: 'This model was exported without the outputs that word times are computed from.',
      got: show(timestamps),
      allowed: 'false, "segment"',
    });
  }
  const multilingual = tokens.languages.size > 0;
  if (task === 'translate' && !multilingual) {
    throw new TaskwireError('invalid_field', {
      param: 'task',
      message: 'This model knows English alone and cannot translate.',
      got: show(task),
      allowed: show('transcribe'),
    });
  }
  const code = language === undefined ? undefined : tokens.languageOf(language);
  return { language: code ?? (multilingual ? undefined : 'en'), task, timestamps, prompt, temperature };
};

interface WindowBegin {
  readonly withTimes: boolean;
  /** Tokens of what may have been said before. */
  readonly previous: readonly number[];
}

interface WhisperParts {
  readonly config: WhisperConfig;
  readonly tokens: WhisperTokens;
  readonly features: LogMel;
  readonly encoder: Session;
  readonly decoder: WhisperDecoder;
  readonly aligner: WordAligner | undefined;
  readonly temperatures: readonly number[];
}

class Whisper {
  readonly #parts: WhisperParts;

  constructor(parts: WhisperParts) {
    this.#parts = parts;
  }

  async hear(samples: Samples, wishes: WhisperWishes, hearing: Hearing): Promise<void> {
    const { features } = this.#parts;
    const { rate, windowSamples } = features;
    hearing.language = wishes.language;
    const { config, tokens } = this.#parts;
    // Half of what fits, as the model's authors have it.
    const most = Math.floor(config.max_target_positions / 2) - 1;
    const previous = wishes.prompt === undefined ? [] : await tokens.previous(wishes.prompt, most);
    await samples.readTo(windowSamples + rate);
    // A sound of one window needs no times to go on by; without them the text comes faster and is a little better.
    const single = samples.complete && samples.end <= windowSamples;
    const withTimes = wishes.timestamps !== false || !single;
    for (let from = 0; from === 0 || samples.end - from >= leastSeconds * rate; ) {
      const stretch = { samples, from, withTimes, previous: from === 0 ? previous : [] };
      const advance = await this.#window(stretch, wishes, hearing);
      hearing.tell();
      from += Math.round(advance * rate);
      samples.drop(from - rate);
      await samples.readTo(from + windowSamples + rate);
    }
  }

  /** Hears the window at sample `from`; resolves with the seconds that are done with. */
  async #window(
    { samples, from, ...begin }: WindowBegin & { readonly samples: Samples; readonly from: number },
    wishes: WhisperWishes,
    hearing: Hearing,
  ): Promise<number> {
    const { config, tokens, features, encoder, decoder, aligner } = this.#parts;
    const { withTimes } = begin;
    const temperatures = wishes.temperature > 0 ? [wishes.temperature] : this.#parts.temperatures;
    const ran = await hearing.run(encoder, { input_features: await features.window(samples, from, hearing) });
    const states = ran.outputs.last_hidden_state!;
    const { prompt, read, noSpeechProb } = await this.#begin(states, { ...wishes, ...begin }, hearing);
    const seek = Math.round((from * 100) / features.rate);
    // Whoever times the words reads them behind this prompt, and the end behind them; times fall out.
    const untimed = tokens.prompt(hearing.language, wishes.task, false);
    const maxTokens = config.max_target_positions - Math.max(prompt.length, untimed.length);
    const options = { decoder, tokens, withTimes, maxTokens, temperatures, seed: seek };
    const heard = await hearWindow(read, noSpeechProb, options, hearing);
    hearing.outputTokens += heard.ids.length;
    const seconds = Math.min(features.windowSamples, samples.end - from) / features.rate;
    if (heard.isSilence) return seconds;
    const { stretches, done } = stretchesOf(heard.ids, tokens, seconds);
    const words =
      aligner && wishes.timestamps === 'word'
        ? await aligner.align(
            { states, stretches, seconds, language: hearing.language, prompt: untimed },
            hearing,
          )
        : undefined;
    for (const [i, stretch] of stretches.entries()) {
      const spoken = { ...stretch, text: tokens.text(stretch.ids), words: words?.[i] };
      hearing.segments.push(toSegment(spoken, heard, { seek, begin: from / features.rate }));
    }
    return done < leastAdvanceSeconds ? seconds : done;
  }

  /** Lets the decoder read the prompt; where the language is not known, it is heard after the first token. */
  async #begin(
    states: Tensor,
    { task, withTimes, previous }: WindowBegin & { readonly task: AsrParams['task'] },
    hearing: Hearing,
  ): Promise<{ readonly prompt: readonly number[]; readonly read: Read; readonly noSpeechProb: number }> {
    const { tokens, decoder } = this.#parts;
    const known = hearing.language !== undefined;
    const first = [
      ...previous,
      ...(known ? tokens.prompt(hearing.language, task, withTimes) : [tokens.start]),
    ];
    const begun = await decoder.begin(states, first, hearing);
    const { vocabulary } = decoder;
    const afterStart = begun.logits.subarray(
      previous.length * vocabulary,
      (previous.length + 1) * vocabulary,
    );
    const noSpeechProb = probabilityOf(afterStart, tokens.noSpeech);
    if (known) return { prompt: first, read: begun, noSpeechProb };
    hearing.language = likeliestLanguage(afterStart, tokens);
    const prompt = tokens.prompt(hearing.language, task, withTimes);
    const read = await decoder.read(begun, prompt.slice(1), hearing);
    return { prompt: [...previous, ...prompt], read, noSpeechProb };
  }
}

const likeliestLanguage = (logits: Float32Array, tokens: WhisperTokens): string =>
  [...tokens.languages].reduce((best, one) => (logits[one[1]]! > logits[best[1]]! ? one : best))[0];

interface SpokenStretch extends Stretch {
  readonly text: string;
  readonly words: readonly Word[] | undefined;
}

/** From times in the window to times in the sound, which the window begins at `begin` seconds. */
const toSegment = (
  { start, end, ids, text, words }: SpokenStretch,
  { temperature, avgLogprob, compressionRatio, noSpeechProb }: Heard,
  { seek, begin }: { readonly seek: number; readonly begin: number },
): Segment => ({
  start: begin + start,
  end: begin + end,
  text,
  tokens: ids,
  seek,
  temperature,
  avgLogprob,
  compressionRatio,
  noSpeechProb,
  words: words?.map((word) => ({ ...word, start: begin + word.start, end: begin + word.end })),
});
