import { setTimeout } from 'node:timers/promises';

/** Waits for what happens elsewhere and sends no event: another process, the far end of a socket. */
export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await setTimeout(2);
};
