import { Quarantine } from '../../../src/engine/quarantine.js';
import { FakeClock } from '../../helpers/fake-clock.js';

test('an input stays in quarantine for ten minutes, for its model and parameters alone', async () => {
  const clock = new FakeClock();
  const quarantine = new Quarantine(clock);
  quarantine.add('m', 'poison', { top_k: 1 });
  expect(quarantine.has('m', 'poison', { top_k: 1 })).toBe(true);
  expect(quarantine.has('m', 'poison', { top_k: 2 })).toBe(false);
  expect(quarantine.has('m', 'poison ', { top_k: 1 })).toBe(false);
  expect(quarantine.has('other', 'poison', { top_k: 1 })).toBe(false);
  await clock.advance(599_999);
  expect(quarantine.has('m', 'poison', { top_k: 1 })).toBe(true);
  await clock.advance(1);
  expect(quarantine.has('m', 'poison', { top_k: 1 })).toBe(false);
});

test('bytes are told apart by their content, not by the buffer that holds them', () => {
  const quarantine = new Quarantine(new FakeClock());
  quarantine.add('m', Uint8Array.of(1, 2, 3), undefined);
  const padded = Uint8Array.of(9, 1, 2, 3, 9).subarray(1, 4);
  expect(quarantine.has('m', padded, undefined)).toBe(true);
  expect(quarantine.has('m', Uint8Array.of(1, 2, 4), undefined)).toBe(false);
});
