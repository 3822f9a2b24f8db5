/** Before work that keeps the event loop's thread for a while. */

/** Resolves when what was said so far has been sent, and what had come in by then was heard. */
export const yieldToLoop = (): Promise<void> =>
  new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
