import { TransientMap } from '../../src/transient-map.js';
import { garbageCollector } from '../helpers/collect-garbage.js';

const mapOf = (...names: string[]) => {
  const map = new TransientMap<string, { readonly name: string }>();
  for (const name of names) map.set(name, { name });
  return map;
};
const namesIn = (map: ReturnType<typeof mapOf>) => [...map.values()].map(({ name }) => name);

test('members come in the order in which they were added', () => {
  const map = mapOf('a', 'b', 'c');
  map.delete('a');
  map.set('a', { name: 'a again' });
  expect(namesIn(map)).toEqual(['b', 'c', 'a again']);
  expect(map.size).toBe(3);
});

test('a member that is replaced keeps its place', () => {
  const map = mapOf('a', 'b');
  map.set('a', { name: 'another' });
  expect(namesIn(map)).toEqual(['another', 'b']);
  expect(map.get('a')).toEqual({ name: 'another' });
});

test('what is not there is undefined, and removing it does nothing', () => {
  const map = mapOf('a');
  map.delete('b');
  expect(map.get('b')).toBeUndefined();
  expect(map.size).toBe(1);
});

test('nothing is left of it when it is cleared', () => {
  const map = mapOf('a', 'b');
  map.clear();
  expect(namesIn(map)).toEqual([]);
  expect(map.get('a')).toBeUndefined();
});

test('what was removed does not survive quick collections', () => {
  const collect = garbageCollector();
  const map = new TransientMap<number, readonly number[]>();
  let id = 0;
  /** The most that was there after a collection. */
  const churn = (count: number): number => {
    let most = 0;
    for (const end = id + count; id < end; id++) {
      map.set(id, Array(1000).fill(id));
      map.delete(id - 32);
      if (id % 100 !== 0) continue;
      collect({ type: 'minor' });
      most = Math.max(most, process.memoryUsage().heapUsed);
    }
    return most;
  };
  churn(2_000);
  const before = process.memoryUsage().heapUsed;
  // A plain Map keeps 30 MB here.
  expect(churn(5_000) - before).toBeLessThan(10e6);
});
