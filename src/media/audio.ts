/** Any sound to mono floats at a model's rate, block by block: two hours of it never lie in memory as one piece. */
import { randomUUID } from 'node:crypto';
import { readdirSync, unlinkSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TaskwireError } from '../errors.js';
import { isCutOff, truncated } from './audio-cut-off.js';
import { askFfmpeg, decodeFile, stopped } from './audio-ffmpeg.js';
import { Resampler } from './audio-resample.js';
import { monoSamples, readWav, type Wav } from './wav.js';

export const maxAudioSeconds = 2 * 60 * 60;

export interface SoundOptions {
  /** Samples a second that the model wants. */
  readonly rate: number;
  /** Ends the decoding at once. */
  readonly signal: AbortSignal;
  readonly maxSeconds?: number;
}

export interface Sound {
  /** Length by the file's own word; what is decoded may differ a little. */
  readonly seconds: number;
  /** Mono, full scale at 1; each block at most some seconds. May be read once. */
  readonly blocks: AsyncIterable<Float32Array>;
  /** Ends the decoder and removes what it left on the disk. Safe to call twice. */
  close(): Promise<void>;
}

/** Throws `invalid_media`, `unsupported_media` or `audio_too_long`; so does reading the blocks. */
export const openSound = async (bytes: Uint8Array, options: SoundOptions): Promise<Sound> => {
  const { rate, signal, maxSeconds = maxAudioSeconds } = options;
  const wav = readWav(bytes);
  if (!wav && isCutOff(bytes)) throw truncated();
  const sound = wav ? wavSound(wav, rate) : await ffmpegSound(bytes, { rate, signal, maxSeconds });
  if (sound.seconds > maxSeconds) {
    await sound.close();
    throw tooLong(sound.seconds, maxSeconds);
  }
  return { ...sound, blocks: checked(sound.blocks, rate, maxSeconds) };
};

const wavSound = (wav: Wav, rate: number): Sound => ({
  seconds: wav.frames / wav.rate,
  blocks: wavBlocks(wav, rate),
  async close() {},
});

async function* wavBlocks(wav: Wav, rate: number): AsyncGenerator<Float32Array> {
  const resampler = wav.rate === rate ? undefined : new Resampler(wav.rate, rate);
  for (let from = 0; from < wav.frames; from += wav.rate) {
    const samples = monoSamples(wav, from, Math.min(from + wav.rate, wav.frames));
    yield resampler ? resampler.push(samples) : samples;
  }
  if (resampler) yield resampler.flush();
}

/** Through a file, because an index at the end of an MP4 can only be reached by seeking. */
const ffmpegSound = async (bytes: Uint8Array, options: Required<SoundOptions>): Promise<Sound> => {
  const path = join(tmpdir(), `${filePrefix}${process.pid}-${randomUUID()}`);
  const remove = () => rm(path, { force: true });
  try {
    await writeFile(path, bytes, { mode: 0o600, flag: 'wx', signal: options.signal });
    const { seconds, blocks, close } = await decodeFile(path, options);
    return {
      seconds,
      blocks,
      async close() {
        await close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    if (options.signal.aborted) throw stopped();
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? diskFull(error) : error;
  }
};

const filePrefix = 'taskwire-sound-';

/** Done once, before the first sound. */
export const prepareForSounds = (): void => {
  removeStaleFiles();
  askFfmpeg();
};

/** Removes the files of runners that were killed before they could. */
export const removeStaleFiles = (): void => {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = new RegExp(`^${filePrefix}(\\d+)-`).exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      unlinkSync(join(tmpdir(), name));
    } catch {
      // Another runner was faster, or the file is another user's.
    }
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

async function* checked(
  blocks: AsyncIterable<Float32Array>,
  rate: number,
  maxSeconds: number,
): AsyncGenerator<Float32Array> {
  let samples = 0;
  for await (const block of blocks) {
    samples += block.length;
    if (samples > maxSeconds * rate) throw tooLong(samples / rate, maxSeconds);
    // Float formats can hold what is no number; one would silence the whole window.
    for (let i = 0; i < block.length; i++) if (!Number.isFinite(block[i])) block[i] = 0;
    if (block.length > 0) yield block;
  }
  if (samples > 0) return;
  throw new TaskwireError('invalid_media', {
    param: 'audio',
    message: 'The audio holds no sound: it is empty.',
  });
}

const tooLong = (seconds: number, maxSeconds: number): TaskwireError =>
  new TaskwireError('audio_too_long', {
    param: 'audio',
    message: 'The audio is too long.',
    got: seconds > maxSeconds + 1 ? `${Math.round(seconds)} s` : `more than ${maxSeconds} s`,
    allowed: `${maxSeconds} s`,
  });

const diskFull = (cause: unknown): TaskwireError =>
  new TaskwireError('overloaded', {
    message: 'The service has no room on its disk for this audio at present.',
    cause,
  });
