/** The devices a session can run on, in the order `auto` tries them. No other file mentions an execution provider. */
import { cpu } from './cpu.js';
import { webgpu } from './webgpu.js';

export interface Device {
  readonly name: string;
  /** ONNX Runtime's execution providers, in order; the CPU takes what they can't. */
  readonly executionProviders: readonly string[];
  /** ONNX Runtime's name for the device's own memory; absent where models compute in plain memory. */
  readonly memory?: string;
  /** Runs that may be on the device at once, given the threads of the process. */
  concurrentRuns(threads: number): number;
  /**
   * Opens and runs a tiny model. Throws what is wrong with the device. Runs in a throw-away process, so that a driver
   * that crashes is a reason and not an outage.
   */
  probe(): Promise<void>;
}

export const devices: readonly Device[] = [webgpu, cpu];

export const deviceByName = (name: string): Device => {
  const device = devices.find((candidate) => candidate.name === name);
  if (!device) throw new Error(`unknown device ${name}`);
  return device;
};
