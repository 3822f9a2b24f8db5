/** What a runner process finds in its environment. */
import { availableParallelism } from 'node:os';

/**
 * Of glibc's allocator (GNU C library manual, "Memory Allocation Tunables"): weights lie in huge pages where Linux has them
 * (`madvise`), since a decoding step reads them all; and in the one arena that asks for them: those that threads get of
 * their own, and a session is opened on a thread of the pool, do not (docs/bench-log.md).
 */
const tunables: Readonly<Record<string, string>> = {
  'glibc.malloc.hugetlb': '1',
  'glibc.malloc.arena_max': '1',
};

/**
 * Sessions run on the pool's threads, one a core, and files are read there too; four, the default, would be too few. What
 * `own` says about that or the allocator stands.
 */
export const runnerEnvironment = (own: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const given = own.GLIBC_TUNABLES ?? '';
  const added = Object.entries(tunables)
    .filter(([name]) => !given.includes(`${name}=`))
    .map(([name, value]) => `${name}=${value}`);
  return {
    UV_THREADPOOL_SIZE: String(availableParallelism() + 4),
    ...own,
    GLIBC_TUNABLES: [given, ...added].filter(Boolean).join(':'),
  };
};
