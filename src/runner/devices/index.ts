/** The devices a session can run on, in the order `auto` tries them. No other file mentions an execution provider. */
import { cpu } from './cpu.js';
import { webgpu } from './webgpu.js';

export interface Device {
  readonly name: string;
  /** The execution providers a session is opened with. */
  readonly executionProviders: readonly string[];
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
