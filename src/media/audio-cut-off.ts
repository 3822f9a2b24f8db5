/**
 * Sound files that end before their container says so. ffmpeg decodes what there is of one and calls it a success; here
 * the sizes are read that containers state of themselves, before anything is decoded. What these do not tell, the length
 * that was announced may (`audio-ffmpeg-log.ts`).
 */
import { TaskwireError } from '../errors.js';

export const truncated = (): TaskwireError =>
  new TaskwireError('invalid_media', {
    param: 'audio',
    message: 'The audio cannot be decoded: it is truncated.',
  });

/** How many bytes the file must have by its own word; `undefined` where its writer did not know, as of a live stream. */
type StatedEnd = (file: Buffer) => number | undefined;

export const isCutOff = (bytes: Uint8Array): boolean => {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [, statedEnd] =
    containers.find(([magic, , at = 0]) => textAt(file, at, magic.length) === magic) ?? [];
  try {
    return (statedEnd?.(file) ?? 0) > file.length + leftOut;
  } catch (error) {
    // A header that ends within itself.
    if (error instanceof RangeError) return true;
    throw error;
  }
};

/** Some writers count bytes of padding at the end that they do not write. */
const leftOut = 8;

const textAt = (file: Buffer, at: number, length: number): string => file.toString('latin1', at, at + length);

/** 0 and what is near the largest number stand for a size that the writer could not go back to fill in. */
const known32 = (size: number): number | undefined => (size === 0 || size >= 0x7fff_0000 ? undefined : size);
const known64 = (size: bigint): number | undefined =>
  size === 0n || size >= 2n ** 62n ? undefined : Number(size);
const after = (at: number, size: number | undefined): number | undefined =>
  size === undefined ? undefined : at + size;

const riff: StatedEnd = (file) => after(8, known32(file.readUInt32LE(4)));
const aiff: StatedEnd = (file) => after(8, known32(file.readUInt32BE(4)));
const au: StatedEnd = (file) => after(file.readUInt32BE(4), known32(file.readUInt32BE(8)));
const wave64: StatedEnd = (file) => known64(file.readBigUInt64LE(16));

/** EBU Tech 3306: the sizes that RIFF has no room for are in a chunk of their own, which comes first. */
const rf64: StatedEnd = (file) =>
  textAt(file, 12, 4) === 'ds64' ? after(8, known64(file.readBigUInt64LE(20))) : undefined;

const caf: StatedEnd = (file) => {
  for (let at = 8; at + 12 <= file.length; ) {
    const size = file.readBigUInt64BE(at + 4);
    if (textAt(file, at, 4) === 'data') return after(at + 12, known64(size));
    at += 12 + Number(size);
  }
  return undefined;
};

/** Boxes that a file cannot do without; what else may stand at its end is no sound. */
const boxes = /^(ftyp|moov|moof|mdat)$/;

const mp4: StatedEnd = (file) => {
  let end = 0;
  while (end + 8 <= file.length) {
    const [size, name] = [file.readUInt32BE(end), textAt(file, end + 4, 4)];
    // 1: the size is too large for its field; 0: as far as the file goes.
    const whole = size === 1 ? known64(file.readBigUInt64BE(end + 8)) : size;
    if (whole === undefined || whole < 8) return undefined;
    if (!boxes.test(name) && end + whole > file.length) return undefined;
    end += whole;
  }
  return end;
};

/** RFC 8794: the first byte's leading zeros say how many bytes a number has; all ones is "unknown". */
const ebmlSize = (file: Buffer, at: number): { size: number | undefined; next: number } => {
  const first = file.readUInt8(at);
  const bytes = Math.clz32(first) - 23;
  let size = BigInt(first) & ((1n << BigInt(8 - bytes)) - 1n);
  for (let i = 1; i < bytes; i++) size = (size << 8n) | BigInt(file.readUInt8(at + i));
  const isUnknown = size === (1n << BigInt(7 * bytes)) - 1n;
  return { size: isUnknown ? undefined : Number(size), next: at + bytes };
};

const matroska: StatedEnd = (file) => {
  const header = ebmlSize(file, 4);
  const segmentAt = header.next + (header.size ?? 0);
  if (file.readUInt32BE(segmentAt) !== 0x18538067) return undefined;
  const segment = ebmlSize(file, segmentAt + 4);
  return after(segment.next, segment.size);
};

/** The first half of 75B22636-668E-11CF-A6D9-00AA0062CE6C, read as it is stored. */
const asfData = 0x11cf_668e_75b2_2636n;

const asf: StatedEnd = (file) => {
  const dataAt = Number(file.readBigUInt64LE(16));
  return file.readBigUInt64LE(dataAt) === asfData
    ? after(dataAt, known64(file.readBigUInt64LE(dataAt + 16)))
    : undefined;
};

/** RFC 3533: page after page, each with a table of its parts' sizes. */
const ogg: StatedEnd = (file) => {
  let end = 0;
  while (textAt(file, end, 4) === 'OggS') {
    const parts = file.readUInt8(end + 26);
    let size = 27 + parts;
    for (let i = 0; i < parts; i++) size += file.readUInt8(end + 27 + i);
    end += size;
  }
  return end;
};

/** Tags of sound, pictures and notes, each followed by its size. */
const flv: StatedEnd = (file) => {
  let end = file.readUInt32BE(5);
  while (end + 4 < file.length && [8, 9, 18].includes(file.readUInt8(end + 4)))
    end += 4 + 11 + (file.readUInt32BE(end + 4) & 0xff_ffff);
  return end;
};

const containers: readonly (readonly [magic: string, statedEnd: StatedEnd, at?: number])[] = [
  ['AVI ', riff, 8],
  ['FORM', aiff],
  ['.snd', au],
  ['riff', wave64],
  ['RF64', rf64],
  ['caff', caf],
  ['ftyp', mp4, 4],
  ['\x1a\x45\xdf\xa3', matroska],
  ['\x30\x26\xb2\x75', asf],
  ['OggS', ogg],
  ['FLV\x01', flv],
];
