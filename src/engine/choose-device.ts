/** Decides at start which device models run on; every candidate proves itself in a process of its own. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Logger } from 'pino';

export interface DeviceChoice {
  readonly chosen: string;
  /** Device name to the reason why it was not taken. */
  readonly passedOver: Readonly<Record<string, string>>;
}

const probeEntry = fileURLToPath(new URL('../runner/devices/probe.js', import.meta.url));
const probeMs = 20_000;

/** Faster devices first. */
const preference = ['webgpu', 'cpu'] as const;

/** `auto` takes the first that computes; a named device must compute, or the start fails and says why. */
export const chooseDevice = async (wanted: string, log: Logger): Promise<DeviceChoice> => {
  const passedOver: Record<string, string> = {};
  for (const device of wanted === 'auto' ? preference : [wanted]) {
    const reason = device === 'cpu' ? undefined : await probe(device);
    if (reason === undefined) {
      log.info({ event: 'device_chosen', device, passedOver });
      return { chosen: device, passedOver };
    }
    passedOver[device] = reason;
  }
  throw new Error(`TASKWIRE_DEVICE=${wanted} cannot be used: ${passedOver[wanted]}`);
};

/** Why the device can't be used, in one line; `undefined` if it can. */
const probe = async (device: string): Promise<string | undefined> => {
  try {
    await promisify(execFile)(process.execPath, [probeEntry, device], { timeout: probeMs });
    return undefined;
  } catch (error) {
    const { stderr = '', signal, message } = error as { stderr?: string; signal?: string; message: string };
    // ONNX Runtime puts source position and condition before what it has to say.
    const lastLine = stderr
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^.* was false\. /, '');
    return lastLine || (signal ? `the probe ended with ${signal}` : message);
  }
};
