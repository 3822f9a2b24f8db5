/** Room of which only parts may ever be used, as that of a cache whose texts are shorter than they may be. */
import koffi from 'koffi';
import { type ElementType, newArray, type TensorData } from './tensor.js';

/** Of Linux (sys/mman.h): MADV_DONTNEED, MADV_HUGEPAGE, MADV_NOHUGEPAGE; and of its `sysconf` (unistd.h): _SC_PAGESIZE. */
const notNeeded = 4;
const hugePages = 14;
const noHugePages = 15;
const pageSizeName = 30;

const linux = process.platform === 'linux' ? koffi.load(null) : undefined;
const madvise = linux?.func('int madvise(uintptr_t, size_t, int)');
const pageSize = linux ? BigInt(linux.func('long sysconf(int)')(pageSizeName) as number) : 1n;

/**
 * Zeros that take memory page by page as they are written. In huge pages, which the runner's other memory has, a few bytes
 * here and there would take it all. It is advice: a system that knows no huge pages needs none.
 */
export const sparseArray = (type: ElementType, length: number): TensorData => {
  const array = newArray(type, length);
  // What the allocator had already, it has just written zeros to.
  discard(array, 0, length);
  advise(array, 0, length, noHugePages);
  return array;
};

/** Gives back the memory of a part of it, in whole pages: what lay there may be zeros from now on. Linux only. */
export const discard = (array: TensorData, from: number, to: number): void =>
  advise(array, from, to, notNeeded);

/** Whether what is written from now on to its first elements takes huge pages, as suits what is written densely. */
export const preferHugePages = (array: TensorData, length: number, preferred: boolean): void =>
  advise(array, 0, length, preferred ? hugePages : noHugePages);

/** For all pages that lie wholly between two elements. */
const advise = (array: TensorData, from: number, to: number, advice: number): void => {
  if (!madvise) return;
  const start = BigInt(koffi.address(array));
  const addressOf = (element: number) => start + BigInt(element * array.BYTES_PER_ELEMENT);
  const first = ((addressOf(from) + pageSize - 1n) / pageSize) * pageSize;
  const bytes = addressOf(to) - first;
  if (bytes >= pageSize) madvise(first, bytes - (bytes % pageSize), advice);
};
