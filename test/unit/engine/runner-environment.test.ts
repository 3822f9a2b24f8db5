/** What runners find in their environment, beside what their parent has there. */
import { runnerEnvironment } from '../../../src/engine/runner-environment.js';

test('weights go to huge pages, beside other settings of the allocator', () => {
  expect(runnerEnvironment({}).GLIBC_TUNABLES).toBe('glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1');
  expect(runnerEnvironment({ GLIBC_TUNABLES: 'glibc.malloc.tcache_count=9' }).GLIBC_TUNABLES).toBe(
    'glibc.malloc.tcache_count=9:glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1',
  );
});

test('what was set stands, and all else is passed on', () => {
  const own = {
    GLIBC_TUNABLES: 'glibc.malloc.arena_max=2:glibc.malloc.hugetlb=0',
    UV_THREADPOOL_SIZE: '3',
    HOME: '/somewhere',
  };
  expect(runnerEnvironment(own)).toEqual(own);
  expect(runnerEnvironment({ GLIBC_TUNABLES: 'glibc.malloc.arena_max=2' }).GLIBC_TUNABLES).toBe(
    'glibc.malloc.arena_max=2:glibc.malloc.hugetlb=1',
  );
  expect(Number(runnerEnvironment({}).UV_THREADPOOL_SIZE)).toBeGreaterThan(4);
});
