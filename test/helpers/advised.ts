/** Memory whose pages Linux was advised to make small (`nh`) or huge (`hg`), by /proc/self/smaps (`describeWithHugePages`). */
import { readFileSync } from 'node:fs';
import koffi from 'koffi';

export interface Advised {
  readonly bytes: number;
  /** Of mappings that lie wholly in what was asked for, those that take memory. */
  readonly residentBytes: number;
}

/** Of an array, or of this process: the stacks of its threads have small pages, too. */
export const advised = (flags: readonly ('nh' | 'hg')[], array?: NodeJS.TypedArray): Advised => {
  const from = array ? Number(koffi.address(array)) : 0;
  const to = array ? from + array.byteLength : Number.POSITIVE_INFINITY;
  let [bytes, residentBytes] = [0, 0];
  for (const mapping of readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)) {
    const [, known = ''] = /^VmFlags: (.*)$/m.exec(mapping) ?? [];
    if (!flags.some((flag) => known.split(' ').includes(flag))) continue;
    const [start, end] = /^\S+/
      .exec(mapping)![0]
      .split('-')
      .map((address) => Number.parseInt(address, 16));
    bytes += Math.max(0, Math.min(end!, to) - Math.max(start!, from));
    if (start! >= from && end! <= to) residentBytes += 1024 * Number(/^Rss: +(\d+) kB$/m.exec(mapping)![1]);
  }
  return { bytes, residentBytes };
};
