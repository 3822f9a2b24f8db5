/** Sounds for tests: WAV files from numbers, and every other container by the system's ffmpeg. */
import { execFileSync } from 'node:child_process';
import { openSound } from '../../src/media/audio.js';

export const tone = (hertz: number, seconds: number, rate = 16_000): Float32Array =>
  Float32Array.from(
    { length: Math.round(seconds * rate) },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / rate),
  );

/** A 16-bit WAV file; `channels` of equal length, full scale at 1. */
export const wavFile = (channels: readonly Float32Array[], rate = 16_000): Buffer => {
  const frames = channels[0]?.length ?? 0;
  const dataBytes = 2 * frames * channels.length;
  const file = Buffer.alloc(44 + dataBytes);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(36 + dataBytes, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(channels.length, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(2 * rate * channels.length, 28);
  file.writeUInt16LE(2 * channels.length, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(dataBytes, 40);
  let at = 44;
  for (let i = 0; i < frames; i++) {
    for (const channel of channels) at = file.writeInt16LE(Math.round(channel[i]! * 32_767), at);
  }
  return file;
};

/** Runs ffmpeg; what it writes to its standard output. */
export const ffmpeg = (args: readonly string[], input?: Uint8Array): Buffer =>
  execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...args], {
    maxBuffer: 2 ** 30,
    ...(input ? { input } : {}),
  });

export const joined = (blocks: readonly Float32Array[]): Float32Array => {
  const all = new Float32Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
};

/** What our own reader makes of a file, whole. */
export const decodeSound = async (bytes: Uint8Array, maxSeconds?: number) => {
  const { signal } = new AbortController();
  const sound = await openSound(bytes, { rate: 16_000, signal, ...(maxSeconds ? { maxSeconds } : {}) });
  try {
    const blocks: Float32Array[] = [];
    for await (const block of sound.blocks) blocks.push(block);
    return { seconds: sound.seconds, samples: joined(blocks) };
  } finally {
    await sound.close();
  }
};

/** Hertz of a tone, by how often it crosses zero. */
export const pitchOf = (samples: Float32Array, rate = 16_000): number => {
  let crossings = 0;
  for (let i = 1; i < samples.length; i++) if (samples[i - 1]! < 0 !== samples[i]! < 0) crossings++;
  return (crossings * rate) / samples.length / 2;
};
