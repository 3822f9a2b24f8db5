/** Room of which only parts may ever be used, as that of a cache whose texts are shorter than they may be. */
import koffi from 'koffi';
import { type ElementType, newArray, type TensorData } from './tensor.js';

/** MADV_NOHUGEPAGE of Linux (sys/mman.h). */
const noHugePages = 15;
/** A multiple of every page's size, huge ones left out. */
const alignment = 2n ** 16n;

const advise =
  process.platform === 'linux'
    ? koffi.load(null).func('int madvise(uintptr_t, size_t, int)')
    : (_from: bigint, _bytes: bigint, _advice: number) => 0;

/**
 * Zeros that take memory page by page as they are written. In huge pages, which the runner's other memory has, a few bytes
 * here and there would take it all. It is advice: a system that knows no huge pages needs none.
 */
export const sparseArray = (type: ElementType, length: number): TensorData => {
  const array = newArray(type, length);
  const start = BigInt(koffi.address(array));
  const from = alignUp(start);
  const bytes = alignUp(start + BigInt(array.byteLength)) - alignment - from;
  if (bytes > 0n) advise(from, bytes, noHugePages);
  return array;
};

const alignUp = (address: bigint): bigint => ((address + alignment - 1n) / alignment) * alignment;
