/** What a runner process finds in its environment. */
import { availableParallelism } from 'node:os';

const hugePages = 'glibc.malloc.hugetlb';

/**
 * Sessions run on the pool's threads, one a core, and files are read there too; four, the default, would be too few. Weights
 * lie in huge pages where Linux has them (`madvise`): a decoding step reads them all (docs/bench-log.md). What `own` says
 * about either stands.
 */
export const runnerEnvironment = (own: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const tunables = own.GLIBC_TUNABLES ?? '';
  return {
    UV_THREADPOOL_SIZE: String(availableParallelism() + 4),
    ...own,
    GLIBC_TUNABLES: tunables.includes(`${hugePages}=`)
      ? tunables
      : [tunables, `${hugePages}=1`].filter(Boolean).join(':'),
  };
};
