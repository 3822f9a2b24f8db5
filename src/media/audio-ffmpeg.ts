/**
 * Sound in any container by the system's ffmpeg, in a fence: it may open this one file and nothing else, try these
 * containers and decoders and no others, on one thread, and it dies with the request.
 */
import { PassThrough } from 'node:stream';
import ffmpeg, { type FfmpegCommand } from 'fluent-ffmpeg';
import { TaskwireError } from '../errors.js';
import { truncated } from './audio-cut-off.js';
import { FfmpegLog } from './audio-ffmpeg-log.js';

/** What is left out matters: playlists, concat scripts and the like would open other files or the network. */
const containers =
  'wav,w64,aiff,flac,ogg,mp3,matroska,mov,amr,avi,asf,au,caf,mpegts,mpeg,aac,ac3,eac3,dts,wv,tta,ape,flv';
/** No decoder of pictures: not even the probing of a video opens one. */
const decoders = [
  'aac,aac_fixed,aac_latm,ac3,eac3,dca,alac,amrnb,amrwb,libopencore_amrnb,libopencore_amrwb,ape,flac,gsm,gsm_ms',
  'mp1,mp1float,mp2,mp2float,mp3,mp3float,opus,libopus,vorbis,libvorbis,speex,libspeex,tta,wavpack',
  'wmav1,wmav2,wmapro,wmalossless,wmavoice,cook,adpcm_ima_wav,adpcm_ima_qt,adpcm_ms,adpcm_g722,adpcm_g726',
  'pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le',
  'pcm_f64be,pcm_alaw,pcm_mulaw,pcm_u16le,pcm_u16be,pcm_lpcm,pcm_dvd,pcm_bluray',
].join(',');
/** The largest piece of memory it may ask for: far above any sound's packet. */
const maxAllocBytes = 256 * 2 ** 20;
/**
 * The mean of the channels: ffmpeg's own choice for floats is 1.4 times as loud and may overshoot. Beside it the first
 * frame's time is told; `aresample` could fill the time before it, but would hold that silence in memory, and shifts plain
 * files by their encoder's delay.
 */
const filters = 'asplit[first],aresample=rematrix_maxval=1.0;[first]aselect=eq(n\\,0),ashowinfo,anullsink';
/** Tracks of a plain video differ by less. */
const leastLateSeconds = 0.25;
/** Decoded ahead of the reader: a minute at 16 kHz, filled while the model computes. */
const aheadBytes = 4 * 2 ** 20;

export interface FfmpegOptions {
  readonly rate: number;
  readonly signal: AbortSignal;
  /** Decoding stops a little after this. */
  readonly maxSeconds: number;
}

export interface FfmpegSound {
  readonly seconds: number;
  readonly blocks: AsyncIterable<Float32Array>;
  /** Resolves when the process is gone. */
  close(): Promise<void>;
}

/** Starts decoding the file's best sound track; resolves once its length is known. */
export const decodeFile = async (path: string, options: FfmpegOptions): Promise<FfmpegSound> => {
  const { rate, signal, maxSeconds } = options;
  const samples = new PassThrough({ highWaterMark: aheadBytes });
  const command = fenced(path)
    .audioChannels(1)
    .audioFrequency(rate)
    .audioFilters(filters)
    .format('f32le')
    .outputOptions('-t', String(maxSeconds + 1), '-threads', '1');
  const running = new Running(command, signal);
  samples.on('error', () => undefined); // whoever reads gets it; perhaps nobody does any more
  running.ended.catch((error) => samples.destroy(error));
  command.output(samples, { end: true }).run();
  const close = async () => {
    running.kill();
    samples.destroy();
    await running.ended.catch(() => undefined);
  };
  try {
    await running.opened;
    const seconds = running.log.announced ?? (await countSeconds(path, signal));
    const blocks = withLateStart(floatBlocks(samples, running.ended), running, { rate, seconds });
    return { seconds, blocks, close };
  } catch (error) {
    await close();
    throw error;
  }
};

/** fluent-ffmpeg asks ffmpeg once what it can do: better before the first request than during it. */
export const askFfmpeg = (): void =>
  ffmpeg.getAvailableFormats(() => ffmpeg.getAvailableEncoders(() => undefined));

const fenced = (path: string): FfmpegCommand =>
  ffmpeg(`file:${path}`)
    .inputOptions('-nostdin', '-hide_banner', '-threads', '1', '-max_alloc', String(maxAllocBytes))
    .inputOptions('-protocol_whitelist', 'file', '-format_whitelist', containers)
    .inputOptions('-codec_whitelist', decoders)
    .outputOptions('-vn', '-sn', '-dn');

/** One ffmpeg process from start to end, and what it says meanwhile. */
class Running {
  readonly log = new FfmpegLog();
  /** Resolves when it has ended well, rejects with a `TaskwireError` otherwise. */
  readonly ended: Promise<void>;
  /** Resolves once the file's header has been told. */
  readonly opened: Promise<void>;
  /** Resolves once it is told when the sound begins. */
  readonly begun: Promise<void>;
  readonly #command: FfmpegCommand;
  #killed = false;

  constructor(command: FfmpegCommand, signal: AbortSignal) {
    this.#command = command;
    const onAbort = () => this.kill();
    signal.addEventListener('abort', onAbort, { once: true });
    this.ended = new Promise<void>((resolve, reject) => {
      command.on('end', () => (this.log.isShort ? reject(truncated()) : resolve()));
      command.on('error', (error, _stdout, stderr) =>
        reject(this.#killed ? stopped() : explain(error, stderr)),
      );
    }).finally(() => signal.removeEventListener('abort', onAbort));
    command.on('stderr', (line: string) => this.log.read(line));
    this.opened = this.#once((log) => log.isOpen);
    this.begun = this.#once((log) => log.beginsAt !== undefined);
    // It may be asked to end before it has begun: fluent-ffmpeg looks for the program first.
    command.on('start', () => (this.#killed || signal.aborted) && this.kill());
  }

  kill(): void {
    this.#killed = true;
    this.#command.kill('SIGKILL');
  }

  /** Resolves when its log says so, and when it has ended. */
  #once(said: (log: FfmpegLog) => boolean): Promise<void> {
    const once = new Promise<void>((resolve, reject) => {
      this.#command.on('stderr', () => said(this.log) && resolve());
      this.ended.then(resolve, reject);
    });
    once.catch(() => undefined); // not every caller asks
    return once;
  }
}

/** Length of the sound by its packets, for files whose header does not tell (a browser's recordings). Decodes nothing. */
const countSeconds = async (path: string, signal: AbortSignal): Promise<number> => {
  const command = fenced(path).audioCodec('copy').format('null').output('-');
  const running = new Running(command, signal);
  command.run();
  await running.ended;
  return running.log.seconds;
};

/** Silence for the time before a track that begins later than its video: times count from the file's beginning. */
async function* withLateStart(
  blocks: AsyncIterable<Float32Array>,
  { log, begun }: Running,
  { rate, seconds }: { readonly rate: number; readonly seconds: number },
): AsyncGenerator<Float32Array> {
  await begun;
  const late = log.beginsAt ?? 0;
  // A beginning beyond the file's end is a broken clock.
  if (log.hasPictures && late >= leastLateSeconds && late <= seconds) {
    for (let left = Math.round(late * rate); left > 0; left -= rate)
      yield new Float32Array(Math.min(left, rate));
  }
  yield* blocks;
}

async function* floatBlocks(stream: PassThrough, ended: Promise<void>): AsyncGenerator<Float32Array> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % 4);
    rest = bytes.subarray(whole);
    // A copy: chunks need not begin at a multiple of 4, as float arrays must.
    if (whole > 0) yield new Float32Array(Uint8Array.from(bytes.subarray(0, whole)).buffer);
  }
  await ended;
}

/** Nobody waits for the sound any more. */
export const stopped = (): TaskwireError =>
  new TaskwireError('client_closed', { message: 'Decoding was stopped.' });

const reasons: readonly (readonly [RegExp, string])[] = [
  [/does not contain any stream|matches no streams/, 'it has no sound track'],
  [/moov atom not found/, 'it is truncated: the index at its end is missing'],
  [/not on whitelist|Decoder .*not found|decoder not found|Unknown decoder/i, 'its codec is not supported'],
];

/** ffmpeg's complaint in plain words; its own hold paths. */
const explain = (error: Error, stderr: string | null): TaskwireError => {
  if (/Cannot find ffmpeg|ENOENT/.test(error.message)) return missing(error);
  const log = stderr ?? '';
  if (killed.test(error.message) || /received signal \d+/.test(log)) return interrupted(error);
  const why = reasons.find(([pattern]) => pattern.test(log))?.[1] ?? 'it is corrupt or holds no sound';
  return new TaskwireError('invalid_media', {
    param: 'audio',
    message: `The audio cannot be decoded: ${why}.`,
    cause: error,
  });
};

/** By somebody else: a service manager, the kernel out of memory. SIGSEGV and the like are the file's doing. */
const killed = /killed with signal SIG(KILL|TERM|INT|HUP|QUIT|XCPU)\b/;

const interrupted = (cause: Error): TaskwireError =>
  new TaskwireError('runner_failed', {
    message: 'The decoder of the audio was ended from outside before it was done; the file is not to blame.',
    cause,
  });

const missing = (cause: Error): TaskwireError =>
  new TaskwireError('unsupported_media', {
    param: 'audio',
    message: 'Only WAV sound can be read: ffmpeg is not installed on this machine.',
    cause,
  });
