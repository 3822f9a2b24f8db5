/** The engine's face: run a job, ask how a model is, warm it up, drain. One lane per model and variant, and more for those who have their own. */
import type { Event, Job, ModelRef } from '../job.js';
import type { Clock } from '../metering/clock.js';
import { DedicatedLanes } from './dedicated.js';
import { Lane, type LaneObserver, type LaneOptions } from './lane.js';
import { revisionOf } from './model-revision.js';
import { Quarantine } from './quarantine.js';
import type { LaneLimits } from './queue-limits.js';
import { draining } from './runner-host.js';
import type { StartRunner } from './runner-process.js';

export interface EngineOptions {
  readonly start: StartRunner;
  readonly clock: Clock;
  readonly log: LaneOptions['log'];
  readonly observer: LaneObserver;
  readonly limits: LaneLimits;
  readonly holdMs: number;
  readonly device: string;
  readonly threads: number;
  readonly cacheBytes: number;
  /** Runners at most that serve one account or team alone. */
  readonly dedicatedRunners: number;
}

/** Bounds of one model's queue. 512 requests is what most servers take; the bytes keep media from filling memory. */
export const defaultLimits: LaneLimits = {
  jobs: 512,
  entries: 32_768,
  bytes: 512 * 2 ** 20,
  accountShare: 0.75,
};

export interface ModelHealth {
  readonly status: 'ready' | 'loading' | 'unavailable';
  /** What it is doing, or why it is not available. */
  readonly detail?: string;
  /** Nothing is wrong with it: it loads when it is asked. */
  readonly isCold?: true;
  readonly estimatedSeconds?: number;
}

const housekeepingMs = 5_000;

export class Engine {
  readonly #options: EngineOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #quarantine: Quarantine;
  readonly dedicated: DedicatedLanes;
  #running = 0;
  #draining = false;
  #idle: (() => void) | undefined;
  #cancelHousekeeping = () => {};

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#quarantine = new Quarantine(options.clock);
    const { dedicatedRunners: most, clock, log } = options;
    this.dedicated = new DedicatedLanes({
      most,
      clock,
      log,
      find: (model, owner) => this.#lanes.get(laneKey(model, owner)),
      open: (model, owner) => this.#lane(model, owner),
    });
    this.#keepHouse();
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Runs a job; see `Lane.run`. */
  async *run(job: Job): AsyncGenerator<Event, void, void> {
    if (this.#draining) throw draining();
    this.#running++;
    try {
      yield* this.#laneFor(job.model, job.runnerOwner).run(job);
    } finally {
      if (--this.#running === 0) this.#idle?.();
    }
  }

  /** Starts loading a model and resolves when it is ready. */
  async warm(model: ModelRef, owner?: string): Promise<void> {
    if (this.#draining) throw draining();
    await this.#laneFor(model, owner).host.ready();
  }

  /** `owner`: as who has runners of its own will find it. */
  health(model: ModelRef, owner?: string): ModelHealth {
    const host = this.#peek(model, owner)?.host;
    switch (host?.state.state) {
      case 'ready':
        return { status: 'ready' };
      case 'loading':
        return {
          status: 'loading',
          detail: host.state.stage,
          estimatedSeconds: Math.ceil(host.remainingLoadMs / 1000),
        };
      case 'dead':
        return { status: 'unavailable', detail: 'loading failed; it is tried again' };
      default:
        return { status: 'unavailable', detail: 'not loaded; it loads on first use', isCold: true };
    }
  }

  /** Of the files that the model's runner has loaded; of those that it would load when there is none. */
  revision(model: ModelRef, owner?: string): string {
    return this.#peek(model, owner)?.host.revision ?? revisionOf(model.folder);
  }

  get lanes(): ReadonlyMap<string, Lane> {
    return this.#lanes;
  }

  /** Takes no more jobs; resolves when those that run are done or the grace time is over. */
  async drain(graceMs: number): Promise<void> {
    this.#draining = true;
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => {
      const cancelGrace = this.#options.clock.after(graceMs, resolve);
      this.#idle = () => {
        cancelGrace();
        resolve();
      };
    });
  }

  close(): void {
    this.#draining = true;
    this.#cancelHousekeeping();
    for (const lane of this.#lanes.values()) lane.host.kill();
  }

  /** Where work would go, and nothing is loaded for it. */
  #peek(model: ModelRef, owner: string | undefined): Lane | undefined {
    return this.dedicated.peek(model, owner) ?? this.#lanes.get(laneKey(model));
  }

  #laneFor(model: ModelRef, owner: string | undefined): Lane {
    return this.dedicated.laneOf(model, owner) ?? this.#lane(model);
  }

  #lane(model: ModelRef, owner?: string): Lane {
    const key = laneKey(model, owner);
    const existing = this.#lanes.get(key);
    if (existing) return existing;
    const { id, folder, dtype, pipelineUrl, options } = model;
    const { device, threads, cacheBytes } = this.#options;
    const load = { modelId: id, folder, dtype, pipelineUrl, options, device, threads, cacheBytes };
    const lane = new Lane({ ...this.#options, quarantine: this.#quarantine, load, owner });
    this.#lanes.set(key, lane);
    return lane;
  }

  #keepHouse(): void {
    this.#cancelHousekeeping = this.#options.clock.after(housekeepingMs, () => {
      for (const lane of this.#lanes.values()) lane.host.checkStall(lane.working);
      this.dedicated.sweep();
      this.#keepHouse();
    });
  }
}

const laneKey = ({ id, dtype }: ModelRef, owner?: string): string =>
  owner === undefined ? `${id}@${dtype}` : `${id}@${dtype} ${owner}`;
