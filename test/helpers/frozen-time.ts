/** Both clocks of the service stand still in this process until a test moves them; timers run on. */
import { jest } from '@jest/globals';
import { systemClock } from '../../src/metering/clock.js';

export interface FrozenTime {
  pass(ms: number): void;
  /** Somebody sets the wall clock; no time passes. */
  setWallClock(ms: number): void;
  thaw(): void;
}

export const freezeTime = (): FrozenTime => {
  let wall = Date.now();
  let now = systemClock.now();
  const spies = [
    jest.spyOn(Date, 'now').mockImplementation(() => wall),
    jest.spyOn(systemClock, 'now').mockImplementation(() => now),
  ];
  return {
    pass(ms) {
      wall += ms;
      now += ms;
    },
    setWallClock(ms) {
      wall = ms;
    },
    thaw() {
      for (const spy of spies) spy.mockRestore();
    },
  };
};
