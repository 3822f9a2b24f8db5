import { isBareYCbCr } from '../../../src/media/image-tiff.js';

type Tag = readonly [tag: number, value: number];

/** A TIFF's header and directory, all of it shorts. */
const tiff = (order: 'II' | 'MM', ...tags: readonly Tag[]): Buffer => {
  const file = Buffer.alloc(10 + 12 * tags.length);
  const isLittle = order === 'II';
  const short = (value: number, at: number) =>
    isLittle ? file.writeUInt16LE(value, at) : file.writeUInt16BE(value, at);
  file.write(order, 'latin1');
  short(42, 2);
  file.writeUInt8(8, isLittle ? 4 : 7);
  short(tags.length, 8);
  for (const [i, [tag, value]] of tags.entries()) {
    short(tag, 10 + 12 * i);
    short(3, 12 + 12 * i);
    file.writeUInt8(1, (isLittle ? 14 : 17) + 12 * i);
    short(value, 18 + 12 * i);
  }
  return file;
};

const width: Tag = [256, 24];
const colours = (photometric: number): Tag => [262, photometric];
const packing = (compression: number): Tag => [259, compression];

test.each(['II', 'MM'] as const)('%s: only YCbCr outside of JPEG is told apart', (order) => {
  expect(isBareYCbCr(tiff(order, width, packing(1), colours(6)))).toBe(true);
  expect(isBareYCbCr(tiff(order, width, packing(5), colours(6)))).toBe(true);
  expect(isBareYCbCr(tiff(order, width, colours(6)))).toBe(true);
  expect(isBareYCbCr(tiff(order, width, packing(6), colours(6)))).toBe(false);
  expect(isBareYCbCr(tiff(order, width, packing(7), colours(6)))).toBe(false);
  expect(isBareYCbCr(tiff(order, width, packing(1), colours(2)))).toBe(false);
  expect(isBareYCbCr(tiff(order, width))).toBe(false);
});

test('a directory that is cut off or not there, and other files, are left to the decoder', () => {
  const file = tiff('II', width, packing(1), colours(6));
  for (let length = 0; length < file.length - 2; length++)
    expect(isBareYCbCr(file.subarray(0, length))).toBe(false);
  expect(isBareYCbCr(Buffer.from('II*\0\xff\xff\xff\xff', 'latin1'))).toBe(false);
  expect(isBareYCbCr(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))).toBe(false);
});
