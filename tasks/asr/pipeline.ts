/** Speech in the runner: decode the sound as it is needed, hear it window by window, tell what was heard. */
import { openSound, prepareForSounds } from '../../src/media/audio.js';
import type { GeneratePipeline, GenerateTask, OpenPipeline } from '../../src/runner/pipeline.js';
import { openCtc } from './ctc.js';
import { Hearing, type Recognizer } from './recognizer.js';
import { Samples } from './samples.js';
import type { AsrParams, Transcript } from './schema.js';
import { openWhisper } from './whisper.js';

/** Sounds heard side by side; each step of one is a single run, so none waits for another's end. */
const slots = 8;

export const open: OpenPipeline = async (model, context) => {
  prepareForSounds();
  const recognizer: Recognizer = context.hasPart('encoder_model')
    ? await openWhisper(model, context)
    : await openCtc(model, context);
  const pipeline: GeneratePipeline = {
    kind: 'generate',
    slots,
    generate: (task) => generate(task, recognizer),
    warmupInput: () => ({
      input: silence(recognizer.rate),
      params: warmupParams,
    }),
  };
  return pipeline;
};

const warmupParams: AsrParams = {
  language: undefined,
  timestamps: false,
  task: 'transcribe',
  prompt: undefined,
  temperature: 0,
  stream: false,
};

const generate = async (task: GenerateTask, recognizer: Recognizer) => {
  const params = task.params as AsrParams;
  const wishes = recognizer.check(params);
  const sound = await openSound(task.input as Uint8Array, { rate: recognizer.rate, signal: task.signal });
  try {
    task.measured({ audioSeconds: sound.seconds });
    const samples = new Samples(sound.blocks);
    const { signal, bill } = task;
    const hearing = new Hearing(params.stream ? task : { signal, bill });
    await recognizer.hear(samples, wishes, hearing).catch((error) => {
      // Nobody waits any more: what was heard until then is the answer, and what is paid for.
      if (!task.signal.aborted) throw error;
    });
    hearing.tell();
    const seconds = samples.end / recognizer.rate;
    const { segments, language, outputTokens, text } = hearing;
    const value: Transcript = { text, seconds, language, segments };
    return { value, usage: { audioSeconds: seconds - sound.seconds, outputTokens } };
  } finally {
    await sound.close();
  }
};

/** One second of digital silence as a WAV file. */
const silence = (rate: number): Uint8Array => {
  const file = Buffer.alloc(44 + 2 * rate);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20); // PCM
  file.writeUInt16LE(1, 22); // channel
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(2 * rate, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(2 * rate, 40);
  return file;
};
