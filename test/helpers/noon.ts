import { jest } from '@jest/globals';
import { noon } from './books.js';

/** From here on the date of this test file runs on from noon within a month: no day and no month ends meanwhile. */
export const startAtNoon = (): void => {
  const ahead = noon - Date.now();
  const now = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => now() + ahead);
};
