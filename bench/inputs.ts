/** Distinct inputs for the benchmarks, the same in every run. */
import sharp from 'sharp';
import { Tokenizer } from 'tokenizers';

/** Special tokens included. */
export const tokensPerText = 16;

/** Texts of exactly `tokensPerText` tokens for a tokenizer, made of words that are one token each. */
export const benchTexts = async (tokenizerPath: string): Promise<(i: number) => string> => {
  const tokenizer = Tokenizer.fromFile(tokenizerPath);
  tokenizer.disablePadding();
  tokenizer.disableTruncation();
  const special = (await tokenizer.encode('')).getLength();
  const words: string[] = [];
  for (const word of Object.keys(tokenizer.getVocab()).filter((token) => /^[a-z]{3,9}$/.test(token))) {
    if ((await tokenizer.encode(word)).getLength() === special + 1) words.push(word);
    if (words.length === 500) break;
  }
  const count = tokensPerText - special;
  return (i) =>
    Array.from({ length: count }, (_, k) => words[(i * 31 + k * 17 + i * k) % words.length]).join(' ');
};

/** Photographs' size and detail without being any: 32 JPEGs of 640 x 480. */
export const benchPictures = (): Promise<Buffer[]> =>
  Promise.all(
    Array.from({ length: 32 }, async (_, i) => {
      const coarse = Buffer.from(
        Array.from(
          { length: 20 * 15 * 3 },
          (__, k) => (Math.imul(k + 1, 2654435761 + i * 40503) >>> 24) & 255,
        ),
      );
      const smooth = await sharp(coarse, { raw: { width: 20, height: 15, channels: 3 } })
        .resize(640, 480, { kernel: 'cubic' })
        .raw()
        .toBuffer();
      for (let k = 0; k < smooth.length; k++)
        smooth[k] = Math.max(0, Math.min(255, smooth[k]! + ((Math.imul(k + i, 2246822519) >>> 27) - 16)));
      return sharp(smooth, { raw: { width: 640, height: 480, channels: 3 } })
        .jpeg({ quality: 85 })
        .toBuffer();
    }),
  );

/** Sound of so many seconds: 16 kHz mono 16-bit WAV of a few drifting tones. */
export const benchSound = (i: number, seconds: number): Buffer => {
  const count = seconds * 16_000;
  const wav = Buffer.alloc(44 + count * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + count * 2, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(16_000, 24);
  wav.writeUInt32LE(32_000, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(count * 2, 40);
  for (let t = 0; t < count; t++) {
    const value = Math.sin(t * 0.05 * (1 + 0.1 * i)) + 0.5 * Math.sin(t * 0.21 + i) * Math.sin(t * 0.0007);
    wav.writeInt16LE(Math.round(value * 9000), 44 + t * 2);
  }
  return wav;
};
