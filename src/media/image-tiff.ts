/** What libvips does not look at in a TIFF: it takes the planes of YCbCr for red, green and blue where no JPEG lies in it. */

/** TIFF 6.0: tags, and the values of theirs that matter here. */
const [compression, photometric] = [259, 262];
const yCbCr = 6;
const jpegs: readonly number[] = [6, 7];

/** Of the first page, which is the one that is decoded. */
export const isBareYCbCr = (bytes: Uint8Array): boolean => {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const order = file.toString('latin1', 0, 4);
  if (order !== 'II*\0' && order !== 'MM\0*') return false;
  const isLittle = order.startsWith('I');
  const short = (at: number) => (isLittle ? file.readUInt16LE(at) : file.readUInt16BE(at));
  try {
    const directory = isLittle ? file.readUInt32LE(4) : file.readUInt32BE(4);
    const values = new Map<number, number>();
    // Entries of twelve bytes: tag, type, count, and a short value at its field's beginning in both byte orders.
    for (let left = short(directory), at = directory + 2; left > 0; left--, at += 12)
      values.set(short(at), short(at + 8));
    return values.get(photometric) === yCbCr && !jpegs.includes(values.get(compression) ?? 1);
  } catch {
    // The directory lies beyond the file's end: the decoder will say so.
    return false;
  }
};
