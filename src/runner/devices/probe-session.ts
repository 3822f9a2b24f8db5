import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrtSession } from '../ort/ort-session.js';

/** `y = x + x` over four floats, as an ONNX file of 65 bytes. */
const doubling = Buffer.from(
  'CAgSADo1Cg4KAXgKAXgSAXkiA0FkZBIBcFoPCgF4EgoKCAgBEgQKAggEYg8KAXkSCgoICAESBAoCCARCBAoAEBE=',
  'base64',
);

/** Throws unless a session opens on these providers and computes. */
export const probeSession = async (providers: readonly string[]): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'taskwire-probe-'));
  try {
    const path = join(folder, 'doubling.onnx');
    writeFileSync(path, doubling);
    const session = await OrtSession.open(path, { providers, threads: 1 });
    const { y } = await session.run({ x: { type: 'float32', data: Float32Array.of(1, 2, 3, 4), dims: [4] } });
    if (y?.data.toString() !== '2,4,6,8')
      throw new Error(`the device computes wrongly: 2 x (1,2,3,4) = ${y?.data}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
