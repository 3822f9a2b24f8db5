/** Identities that were looked up lately, so that a busy key costs one query every few seconds. Unknown ones are not kept. */
import type { Identity } from '../store/keys.js';

/** A revocation in another process works after this long at most, also where nothing tells of it (the command line). */
const keepMs = 2_000;
const maxEntries = 10_000;

interface Entry {
  readonly until: number;
  readonly identity: Promise<Identity | undefined>;
}

export class IdentityCache {
  #entries = new Map<string, Entry>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Callers at the same moment share one look-up. */
  get(name: string, find: () => Promise<Identity | undefined>): Promise<Identity | undefined> {
    const now = this.#now();
    const kept = this.#entries.get(name);
    if (kept && kept.until > now) return kept.identity;
    const entry: Entry = { until: now + keepMs, identity: find() };
    this.#entries.delete(name); // the newest stand last
    this.#entries.set(name, entry);
    if (this.#entries.size > maxEntries) this.#entries.delete(this.#entries.keys().next().value!);
    const drop = (identity?: Identity) => {
      if (!identity && this.#entries.get(name) === entry) this.#entries.delete(name);
    };
    entry.identity.then(drop, () => drop());
    return entry.identity;
  }

  clear(): void {
    this.#entries.clear();
  }
}
