/**
 * Lanes that serve one account or team alone, for whom the plan says so: nobody else's work waits before theirs. The machine
 * has room for so many of their runners; without room the lane that all share serves.
 */
import type { Logger } from 'pino';
import type { ModelRef } from '../job.js';
import type { Clock } from '../metering/clock.js';
import type { Lane } from './lane.js';

export interface DedicatedOptions {
  /** Runners at once. */
  readonly most: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly find: (model: ModelRef, owner: string) => Lane | undefined;
  /** The lane of this model and owner; always the same one, since it keeps the books of its runners. */
  readonly open: (model: ModelRef, owner: string) => Lane;
}

interface Owned {
  readonly lane: Lane;
  usedAt: number;
}

/** A runner that did nothing for so long is ended. */
const idleMs = 15 * 60_000;
/** When room is short, after so long. */
const idleForOthersMs = 60_000;

const isLoaded = ({ host: { state } }: Lane): boolean => state.state === 'ready' || state.state === 'loading';

const isBusy = ({ stats }: Lane): boolean => stats.queuedInputs + stats.runningInputs > 0;

export class DedicatedLanes {
  readonly #options: DedicatedOptions;
  readonly #owned = new Map<Lane, Owned>();
  /** Who was told that there is no room. */
  readonly #turnedAway = new Set<string>();

  constructor(options: DedicatedOptions) {
    this.#options = options;
  }

  get most(): number {
    return this.#options.most;
  }

  get loaded(): number {
    return [...this.#owned.keys()].filter(isLoaded).length;
  }

  /** The owner's lane, for work that comes now. `undefined`: it has none, or there is no room. */
  laneOf(model: ModelRef, owner: string | undefined): Lane | undefined {
    const lane = this.peek(model, owner, () => this.#makeRoom());
    if (lane) this.#owned.set(lane, { lane, usedAt: this.#options.clock.now() });
    return lane;
  }

  /** The same, and nothing is loaded or ended for it. */
  peek(model: ModelRef, owner: string | undefined, makeRoom = () => this.#idlest() !== undefined) {
    const { most, clock, find, open } = this.#options;
    if (owner === undefined || most === 0) return undefined;
    const lane = find(model, owner);
    if (lane && isLoaded(lane)) return lane;
    const state = lane?.host.state;
    // What can't be loaded is still served, as long as the shared one can.
    if (state?.state === 'dead' && clock.now() < state.retryAt) return undefined;
    if (this.loaded < most || makeRoom()) return lane ?? open(model, owner);
    this.#sayNoRoom(model, owner);
    return undefined;
  }

  /** Ends what was idle for long. Called now and then. */
  sweep(): void {
    const now = this.#options.clock.now();
    for (const owned of this.#owned.values()) {
      if (isBusy(owned.lane)) owned.usedAt = now;
      else if (now - owned.usedAt >= idleMs) owned.lane.host.unload();
    }
  }

  #makeRoom(): boolean {
    const idlest = this.#idlest();
    idlest?.host.unload();
    return idlest !== undefined;
  }

  /** The one that was used longest ago, if that is long enough. */
  #idlest(): Lane | undefined {
    const usedBefore = this.#options.clock.now() - idleForOthersMs;
    return [...this.#owned.values()]
      .filter(
        ({ lane, usedAt }) => lane.host.state.state === 'ready' && !isBusy(lane) && usedAt <= usedBefore,
      )
      .sort((a, b) => a.usedAt - b.usedAt)[0]?.lane;
  }

  #sayNoRoom({ id }: ModelRef, owner: string): void {
    const who = `${id} ${owner}`;
    if (this.#turnedAway.has(who)) return;
    this.#turnedAway.add(who);
    const { log, most } = this.#options;
    log.warn({ event: 'no_room_for_runner', model: id, owner, most }, 'The shared runner serves instead.');
  }
}
