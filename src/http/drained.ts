import type { Response } from 'express';

/** A reader that takes nothing for so long has gone, though its connection does not know: its machine was switched off. */
export const goneMs = 120_000;

/** Resolves when a slow reader has room for more, or is gone; leaves no listener behind. */
export const drained = (res: Response, patienceMs = goneMs): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => res.destroy(), patienceMs).unref();
    const done = () => {
      clearTimeout(timer);
      res.off('drain', done).off('close', done);
      resolve();
    };
    if (res.closed) done();
    else res.once('drain', done).once('close', done);
  });
