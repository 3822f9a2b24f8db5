import type { Response } from 'express';

/** Resolves when a slow reader has room for more, or is gone; leaves no listener behind. */
export const drained = (res: Response): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      res.off('drain', done).off('close', done);
      resolve();
    };
    if (res.closed) resolve();
    else res.once('drain', done).once('close', done);
  });
