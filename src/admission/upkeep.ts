/** What the store needs done from time to time while the service runs: a sign of life, lost holds, old rows. */
import type { Logger } from 'pino';
import type { Store } from '../store/store.js';

export interface UpkeepOptions {
  readonly store: Store;
  readonly holder: string;
  /** Usage rows are kept so long; 0: for ever. */
  readonly usageDays: number;
  readonly log: Logger;
  readonly beatMs?: number;
  /** Whose last sign of life is older has ended: its holds are released. */
  readonly leaseMs?: number;
}

export interface Upkeep {
  /** Whether the store has taken its sign of life. */
  readonly isWell: boolean;
  /** After the last settlement. */
  stop(): Promise<void>;
}

const forgetMs = 3_600_000;
const dayMs = 86_400_000;
const rowsAtOnce = 1_000;

/** Resolves when the holds of processes that have ended before are released. */
export const startUpkeep = async (options: UpkeepOptions): Promise<Upkeep> => {
  const { store, holder, usageDays, log, beatMs = 5_000, leaseMs = 20_000 } = options;
  let aliveUntil = 0;
  const beat = async () => {
    const begunAt = Date.now();
    await store.holds.keepAlive(holder, begunAt + leaseMs);
    aliveUntil = begunAt + leaseMs;
    const released = await store.holds.releaseLost(Date.now());
    if (released > 0)
      log.warn({ event: 'holds_released', released }, 'Requests were lost with their process.');
  };
  const forget = async () => {
    if (usageDays === 0) return;
    while ((await store.usage.forget(Date.now() - usageDays * dayMs, rowsAtOnce)) === rowsAtOnce);
  };
  const logged = (work: () => Promise<void>) => () =>
    work().catch((error: unknown) => log.error({ event: 'upkeep_failed', err: error }));
  await beat();
  void logged(forget)();
  const timers = [setInterval(logged(beat), beatMs), setInterval(logged(forget), forgetMs)];
  for (const timer of timers) timer.unref();
  return {
    get isWell() {
      return Date.now() < aliveUntil;
    },
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await store.holds.leave(holder);
    },
  };
};
