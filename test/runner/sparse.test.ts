/** Room that takes memory only where it is written, whatever the allocator prefers. */
import { execFileSync } from 'node:child_process';
import { runnerEnvironment } from '../../src/engine/runner-environment.js';
import { discard, sparseArray } from '../../src/runner/ort/sparse.js';
import { type Advised, advised } from '../helpers/advised.js';
import { describeWithGlibc, describeWithHugePages } from '../helpers/needs.js';

const megabyte = 2 ** 20;
/** Pages at either end may be in other memory, too. */
const ends = 0.1 * megabyte;

/** Makes an array in a process of its own and writes 128 places of it, 2 MB apart. */
const script = (make: string) => `
  import { preferHugePages, sparseArray } from '${new URL('../../src/runner/ort/sparse.js', import.meta.url)}';
  import { advised } from '${new URL('../helpers/advised.js', import.meta.url)}';
  const length = 256 * 2 ** 18;
  const array = ${make};
  for (let i = 0; i < length; i += 2 ** 19) array[i] = 1;
  console.log(JSON.stringify({ small: advised(['nh'], array), huge: advised(['hg'], array) }));
`;

const inProcess = (make: string, env: NodeJS.ProcessEnv = process.env) =>
  JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '--eval', script(make)], {
      encoding: 'utf8',
      env,
    }),
  ) as { readonly small: Advised; readonly huge: Advised };

test('it is made of zeros, and of any size', () => {
  for (const length of [0, 1, 1000, 100_000, 3_000_000]) {
    const array = sparseArray('float32', length);
    expect(array.length).toBe(length);
    expect(array.every((value) => value === 0)).toBe(true);
  }
});

describeWithHugePages('a process whose other memory may be in huge pages', () => {
  test('takes small ones for it', () => {
    const env = runnerEnvironment(process.env);
    expect(inProcess('new Float32Array(length)', env).small.bytes).toBe(0);
    const { small } = inProcess("sparseArray('float32', length)", env);
    expect(small.bytes).toBeGreaterThan(256 * megabyte - ends);
    expect(small.residentBytes).toBeLessThan(128 * 64 * 1024 + megabyte); // 64 kB: the largest of small pages
  });

  test('takes huge ones for the part that prefers them', () => {
    const prefers = (part: number) =>
      inProcess(
        `((room) => (preferHugePages(room, length / ${part}, true), room))(sparseArray('float32', length))`,
      );
    for (const part of [2, 8]) {
      const { small, huge } = prefers(part);
      expect(Math.abs(huge.bytes - (256 * megabyte) / part)).toBeLessThan(ends);
      expect(Math.abs(small.bytes - 256 * megabyte * (1 - 1 / part))).toBeLessThan(ends);
    }
  });
});

describeWithGlibc('with an allocator that keeps what is given back to it, and hands it out again', () => {
  test('it takes no memory that others had before', () => {
    const program = `
      import { sparseArray } from '${new URL('../../src/runner/ort/sparse.js', import.meta.url)}';
      let others = new Float32Array(100 * 2 ** 18).fill(1);
      others = undefined;
      globalThis.gc();
      globalThis.gc(); // ends what the first may have left to another thread
      const kept = process.memoryUsage.rss();
      const array = sparseArray('float32', 90 * 2 ** 18);
      console.log(kept - process.memoryUsage.rss(), array.length);
    `;
    const freed = execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '--eval', program], {
      encoding: 'utf8',
      env: {
        ...process.env,
        GLIBC_TUNABLES: 'glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=1000000000',
      },
    });
    expect(Number.parseInt(freed, 10)).toBeGreaterThan(80 * megabyte);
  });
});

describeWithHugePages('what is given back', () => {
  test('takes no memory, and what lies around it stays', () => {
    const array = sparseArray('float32', 2 ** 24) as Float32Array;
    array.fill(1);
    const before = advised(['nh'], array).residentBytes;
    discard(array, 1001, 2 ** 24 - 1001);
    expect(before - advised(['nh'], array).residentBytes).toBeGreaterThan(64 * megabyte - ends);
    for (const part of [array.subarray(0, 1001), array.subarray(-1001)])
      expect(part.every((value) => value === 1)).toBe(true);
    array.fill(2);
    expect(array.every((value) => value === 2)).toBe(true);
  });
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
