/** CTC models (wav2vec2, wav2vec2-bert, hubert, wavlm …): one run a window, every frame's best label. */
import { show, TaskwireError } from '../../src/errors.js';
import type { ModelFolder } from '../../src/runner/model-folder.js';
import type { PipelineContext } from '../../src/runner/pipeline.js';
import { type Feeds, float32, floats, int64, type Session } from '../../src/runner/session.js';
import { CtcDecoder, type CtcVocabulary, readVocabulary, segmentsOf } from './ctc-decode.js';
import type { Hearing, Recognizer } from './recognizer.js';
import type { Samples } from './samples.js';
import type { AsrOptions, AsrParams } from './schema.js';

interface CtcConfig {
  readonly conv_stride?: readonly number[];
  readonly conv_kernel?: readonly number[];
  readonly inputs_to_logits_ratio?: number;
}

interface ExtractorConfig {
  readonly feature_extractor_type?: string;
  readonly sampling_rate?: number;
  readonly do_normalize?: boolean;
}

/** Makes a model's input of one window of samples. */
type MakeFeeds = (samples: Float32Array) => Promise<Feeds>;

/** What is heard at once, and how much of it on either side only gives context where the sound goes on. */
const windowSeconds = 30;
const strideSeconds = 5;

interface CtcWishes {
  readonly language: string | undefined;
  readonly words: boolean;
}

export const openCtc = async (
  model: ModelFolder,
  context: PipelineContext,
): Promise<Recognizer<CtcWishes>> => {
  const config = model.config<CtcConfig>();
  const extractor = model.json<ExtractorConfig>('preprocessor_config.json') ?? {};
  const vocabulary = readVocabulary(model);
  const session = await context.openSession('model');
  const rate = extractor.sampling_rate ?? 16_000;
  // Samples a frame of logits stands for.
  const ratio = config.conv_stride?.reduce((a, b) => a * b, 1) ?? config.inputs_to_logits_ratio ?? 320;
  const makeFeeds = session.hasInput('input_values')
    ? rawFeeds(session, extractor.do_normalize ?? true, receptiveField(config))
    : await extractorFeeds(model);
  const parts = { session, vocabulary, makeFeeds, rate, ratio };
  const { language: spoken } = model.options as AsrOptions;
  return {
    rate,
    check: (params) => check(params, spoken),
    hear: (samples, wishes, hearing) => hear(parts, samples, wishes, hearing),
  };
};

const check = ({ language, timestamps, task }: AsrParams, spoken: string | undefined): CtcWishes => {
  if (task === 'translate') {
    throw new TaskwireError('invalid_field', {
      param: 'task',
      message: 'This model cannot translate.',
      got: show(task),
      allowed: show('transcribe'),
    });
  }
  const wanted = language?.toLowerCase();
  if (wanted !== undefined && spoken !== undefined && wanted !== spoken && wanted !== nameOf(spoken)) {
    throw new TaskwireError('invalid_field', {
      param: 'language',
      message: 'This model knows one language.',
      got: show(language),
      allowed: show(spoken),
    });
  }
  return { language: spoken ?? wanted, words: timestamps === 'word' };
};

const nameOf = (code: string): string | undefined =>
  new Intl.DisplayNames('en', { type: 'language' }).of(code)?.toLowerCase();

interface CtcParts {
  readonly session: Session;
  readonly vocabulary: CtcVocabulary;
  readonly makeFeeds: MakeFeeds;
  readonly rate: number;
  readonly ratio: number;
}

/**
 * Windows overlap by twice the stride, and their logits meet in the middle of the overlap, as transformers' chunked CTC
 * has it: no frame that counts is near a cut.
 */
const hear = async (
  { session, vocabulary, makeFeeds, rate, ratio }: CtcParts,
  samples: Samples,
  wishes: CtcWishes,
  hearing: Hearing,
): Promise<void> => {
  const aligned = (seconds: number) => Math.round((seconds * rate) / ratio) * ratio;
  const [window, stride] = [aligned(windowSeconds), aligned(strideSeconds)];
  const decoder = new CtcDecoder(vocabulary.blank);
  hearing.language = wishes.language;
  try {
    for (let from = 0, last = false; !last; from += window - 2 * stride) {
      await samples.readTo(from + window + 1);
      last = samples.complete && samples.end <= from + window;
      const ran = await hearing.run(
        session,
        await makeFeeds(samples.slice(from, Math.min(from + window, samples.end))),
      );
      const { data, dims } = floats(ran, 'logits');
      const labels = dims.at(-1)!;
      const first = from === 0 ? 0 : stride / ratio;
      const end = last ? data.length / labels : (window - stride) / ratio;
      decoder.push(data.subarray(first * labels, end * labels), labels);
      samples.drop(from + window - 2 * stride);
    }
  } finally {
    hearing.segments.push(...segmentsOf(decoder.heard, vocabulary, ratio / rate, wishes.words));
  }
};

/** Raw samples, brought to mean 0 and variance 1 where the model was trained so. */
const rawFeeds = (session: Session, normalize: boolean, leastSamples: number): MakeFeeds => {
  const masked = session.hasInput('attention_mask');
  return async (samples) => {
    // Less than one frame's worth makes no frame at all.
    const length = Math.max(samples.length, leastSamples);
    const values = new Float32Array(length);
    values.set(normalize ? normalized(samples) : samples);
    const mask = new BigInt64Array(length).fill(1n, 0, samples.length);
    return {
      input_values: float32(values, [1, length]),
      ...(masked ? { attention_mask: int64(mask, [1, length]) } : {}),
    };
  };
};

/** As Wav2Vec2FeatureExtractor does; digital silence stays zero. */
const normalized = (samples: Float32Array): Float32Array => {
  let sum = 0;
  for (const value of samples) sum += value;
  const mean = sum / samples.length;
  let squares = 0;
  for (const value of samples) squares += (value - mean) ** 2;
  const scale = 1 / Math.sqrt(squares / samples.length + 1e-7);
  return samples.map((value) => (value - mean) * scale);
};

/** Samples that one frame of the convolutions sees. */
const receptiveField = ({ conv_kernel: kernels = [], conv_stride: strides = [] }: CtcConfig): number => {
  let field = 1;
  let step = 1;
  for (const [layer, kernel] of kernels.entries()) {
    field += (kernel - 1) * step;
    step *= strides[layer] ?? 1;
  }
  return Math.max(field, 400);
};

/** Models that hear a spectrum: the features come from Transformers.js, loaded only for them. */
const extractorFeeds = async (model: ModelFolder): Promise<MakeFeeds> => {
  const { AutoFeatureExtractor, env } = await import('@huggingface/transformers');
  env.allowRemoteModels = false;
  const extract = await AutoFeatureExtractor.from_pretrained(model.path, { local_files_only: true });
  return async (samples) => {
    const made = (await extract(samples)) as Readonly<Record<string, Feeds[string]>>;
    return Object.fromEntries(
      Object.entries(made).map(([name, { type, data, dims }]) => [name, { type, data, dims }]),
    );
  };
};
