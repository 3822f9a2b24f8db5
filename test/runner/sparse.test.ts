/** Room that takes memory only where it is written, whatever the allocator prefers. */
import { execFileSync } from 'node:child_process';
import { runnerEnvironment } from '../../src/engine/runner-environment.js';
import { discard, sparseArray } from '../../src/runner/ort/sparse.js';
import { describeWithHugePages } from '../helpers/needs.js';

const script = (make: string) => `
  import { readFileSync } from 'node:fs';
  import { preferHugePages, sparseArray } from '${new URL('../../src/runner/ort/sparse.js', import.meta.url)}';
  const megabytes = 256;
  const array = ${make};
  for (let i = 0; i < array.length; i += 2 ** 19) array[i] = 1;
  const mappings = readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  const sizeOf = (mapping, field) => Number(new RegExp('^' + field + ': +([0-9]+) kB', 'm').exec(mapping)[1]);
  const mine = mappings.filter((mapping) => sizeOf(mapping, 'Size') >= (megabytes - 1) * 1024 && sizeOf(mapping, 'Rss') > 0);
  const inHugePages = mappings.reduce((sum, mapping) => sum + (sizeOf(mapping, 'AnonHugePages') || 0), 0);
  const flags = mine.map((mapping) => /^VmFlags:(.*)$/m.exec(mapping)[1].trim().split(' '));
  console.log(JSON.stringify({ isNever: flags.some((all) => all.includes('nh')), touchedKb: Math.min(...mine.map((mapping) => sizeOf(mapping, 'Rss'))), hugeKb: inHugePages }));
`;

const inRunner = (make: string) =>
  JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '--eval', script(make)], {
      encoding: 'utf8',
      env: runnerEnvironment(process.env),
    }),
  ) as { readonly isNever: boolean; readonly touchedKb: number; readonly hugeKb: number };

test('it is made of zeros, and of any size', () => {
  for (const length of [0, 1, 1000, 100_000, 3_000_000]) {
    const array = sparseArray('float32', length);
    expect(array.length).toBe(length);
    expect(array.every((value) => value === 0)).toBe(true);
  }
});

describeWithHugePages('a process whose other memory may be in huge pages', () => {
  test('takes small ones for it', () => {
    const usual = inRunner('new Float32Array(megabytes * 2 ** 18)');
    expect(usual.isNever).toBe(false);
    // 128 places 2 MB apart.
    const sparse = inRunner("sparseArray('float32', megabytes * 2 ** 18)");
    expect(sparse.isNever).toBe(true);
    expect(sparse.touchedKb).toBeLessThan(128 * 64 + 1024);
  });

  test('takes huge ones for the part that prefers them', () => {
    const prefers = (part: number) =>
      inRunner(
        `((room) => (preferHugePages(room, room.length / ${part}, true), room))(sparseArray('float32', megabytes * 2 ** 18))`,
      );
    const [half, eighth] = [prefers(2).hugeKb, prefers(8).hugeKb];
    expect(half).toBeGreaterThan(100 * 1024);
    expect(half - eighth).toBeGreaterThan(80 * 1024);
  });
});

test('it takes no memory that others had before', () => {
  if (process.platform !== 'linux') return;
  const program = `
    import { sparseArray } from '${new URL('../../src/runner/ort/sparse.js', import.meta.url)}';
    let others = new Float32Array(100 * 2 ** 18).fill(1);
    const taken = process.memoryUsage.rss();
    others = undefined;
    globalThis.gc();
    const array = sparseArray('float32', 90 * 2 ** 18);
    console.log(taken - process.memoryUsage.rss(), array.length);
  `;
  const freed = execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '--eval', program], {
    encoding: 'utf8',
    // The allocator keeps what is given back to it, and hands it out again.
    env: { ...process.env, GLIBC_TUNABLES: 'glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=1000000000' },
  });
  expect(Number.parseInt(freed, 10)).toBeGreaterThan(80e6);
});

test('what is given back takes no memory, and what lies around it stays', () => {
  const array = sparseArray('float32', 2 ** 24) as Float32Array;
  array.fill(1);
  const before = process.memoryUsage.rss();
  discard(array, 1001, 2 ** 24 - 1001);
  if (process.platform === 'linux') expect(before - process.memoryUsage.rss()).toBeGreaterThan(60e6);
  for (const part of [array.subarray(0, 1001), array.subarray(-1001)])
    expect(part.every((value) => value === 1)).toBe(true);
  array.fill(2);
  expect(array.every((value) => value === 2)).toBe(true);
});

test('less than a page is kept', () => {
  const array = sparseArray('float32', 2 ** 20) as Float32Array;
  array.fill(1);
  for (const [from, to] of [
    [0, 0],
    [500, 900],
    [1024 * 1024 - 3, 1024 * 1024],
  ] as const)
    discard(array, from, to);
  expect(array.every((value) => value === 1)).toBe(true);
});
