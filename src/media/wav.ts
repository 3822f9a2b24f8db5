/**
 * WAV sound without ffmpeg: PCM, float, A-law and mu-law. The npm decoders that were looked at stumble over chunks of
 * odd size and tell no length before decoding (docs/decisions.md).
 */
import { TaskwireError } from '../errors.js';

type Encoding = 'integer' | 'float' | 'alaw' | 'mulaw';

/** Format tags of the RIFF registry. */
const encodings: Readonly<Record<number, Encoding>> = { 1: 'integer', 3: 'float', 6: 'alaw', 7: 'mulaw' };
/** WAVE_FORMAT_EXTENSIBLE: the real tag is the first two bytes of a GUID. */
const extensible = 0xfffe;
const maxRate = 768_000;

export interface Wav {
  readonly rate: number;
  readonly channels: number;
  /** Samples of each channel that are really there, whatever the header says. */
  readonly frames: number;
  readonly encoding: Encoding;
  readonly bytesPerSample: number;
  /** `frames` x `channels` samples, interleaved. */
  readonly data: DataView;
}

/** `undefined`: no WAV, or one in an encoding that only ffmpeg reads. Throws `invalid_media` when the file is broken. */
export const readWav = (bytes: Uint8Array): Wav | undefined => {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 12 || tagAt(file, 0) !== 'RIFF' || tagAt(file, 8) !== 'WAVE') return undefined;
  let format: DataView | undefined;
  for (const { tag, body } of chunks(file)) {
    if (tag === 'fmt ') format = body;
    else if (tag === 'data') return toWav(format, body);
  }
  throw broken('it has no sound data');
};

const tagAt = (view: DataView, at: number): string =>
  String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));

/** Sizes from here on are what writers leave that could not seek back to fill them in. */
const unknownSize = 0x7fff_0000;

/** The file's chunks. Sound that claims more bytes than there are was cut off, other chunks are let go. */
function* chunks(file: DataView): Generator<{ tag: string; body: DataView }> {
  for (let at = 12; at + 8 <= file.byteLength; ) {
    const tag = tagAt(file, at);
    const claimed = file.getUint32(at + 4, true);
    const left = file.byteLength - at - 8;
    const isUnknown = claimed === 0 || claimed >= unknownSize;
    if (tag === 'data' && claimed > left && !isUnknown)
      throw broken(`it is truncated: ${left} of ${claimed} bytes of sound are there`);
    const size = tag === 'data' && isUnknown ? left : Math.min(claimed, left);
    yield { tag, body: new DataView(file.buffer, file.byteOffset + at + 8, size) };
    // Chunks begin at even offsets.
    at += 8 + size + (size % 2);
  }
}

const toWav = (format: DataView | undefined, data: DataView): Wav | undefined => {
  if (!format || format.byteLength < 16) throw broken('it does not say how its sound is coded');
  const tag = format.getUint16(0, true);
  const encoding =
    encodings[tag === extensible && format.byteLength >= 40 ? format.getUint16(24, true) : tag];
  const channels = format.getUint16(2, true);
  const rate = format.getUint32(4, true);
  const bits = format.getUint16(14, true);
  const bytesPerSample = Math.ceil(bits / 8);
  if (!encoding || !isReadable(encoding, bytesPerSample)) return undefined;
  if (channels === 0 || rate === 0 || rate > maxRate) {
    throw broken(`its header says ${channels} channels at ${rate} Hz`);
  }
  const frames = Math.floor(data.byteLength / (channels * bytesPerSample));
  return { rate, channels, frames, encoding, bytesPerSample, data };
};

const isReadable = (encoding: Encoding, bytesPerSample: number): boolean => {
  if (encoding === 'integer') return bytesPerSample >= 1 && bytesPerSample <= 4;
  return encoding === 'float' ? bytesPerSample === 4 || bytesPerSample === 8 : bytesPerSample === 1;
};

/** Samples `from` to `to` as the mean of all channels, full scale at 1. */
export const monoSamples = (
  { channels, encoding, bytesPerSample, data }: Wav,
  from: number,
  to: number,
): Float32Array => {
  const read = reader(encoding, bytesPerSample, data);
  const mono = new Float32Array(to - from);
  let at = from * channels * bytesPerSample;
  for (let i = 0; i < mono.length; i++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++, at += bytesPerSample) sum += read(at);
    mono[i] = sum / channels;
  }
  return mono;
};

/** Scales as ffmpeg does: a sample of n bits is divided by 2^(n - 1). */
const reader = (encoding: Encoding, bytesPerSample: number, data: DataView): ((at: number) => number) => {
  if (encoding === 'alaw') return (at) => fromAlaw(data.getUint8(at)) / 32_768;
  if (encoding === 'mulaw') return (at) => fromMulaw(data.getUint8(at)) / 32_768;
  if (encoding === 'float') {
    return bytesPerSample === 4 ? (at) => data.getFloat32(at, true) : (at) => data.getFloat64(at, true);
  }
  switch (bytesPerSample) {
    case 1: // the only width that is stored without a sign
      return (at) => (data.getUint8(at) - 128) / 128;
    case 2:
      return (at) => data.getInt16(at, true) / 32_768;
    case 3:
      return (at) => (data.getUint16(at, true) + data.getInt8(at + 2) * 65_536) / 8_388_608;
    default:
      return (at) => data.getInt32(at, true) / 2_147_483_648;
  }
};

/** ITU-T G.711: sign, three bits of exponent, four of mantissa, every other bit inverted. */
const fromAlaw = (coded: number): number => {
  const code = coded ^ 0x55;
  const exponent = (code >> 4) & 7;
  const mantissa = ((code & 15) << 4) + 8;
  const size = exponent === 0 ? mantissa : (mantissa + 256) << (exponent - 1);
  return code & 0x80 ? size : -size;
};

/** ITU-T G.711: all bits inverted, biased by 132. */
const fromMulaw = (coded: number): number => {
  const code = ~coded & 0xff;
  const size = ((((code & 15) << 3) + 132) << ((code >> 4) & 7)) - 132;
  return code & 0x80 ? -size : size;
};

const broken = (why: string): TaskwireError =>
  new TaskwireError('invalid_media', { param: 'audio', message: `The WAV file is corrupt: ${why}.` });
