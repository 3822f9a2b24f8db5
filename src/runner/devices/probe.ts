/** Child entry: `probe.js <device>` ends with 0 when the device computes, else prints why not. */
import { deviceByName } from './index.js';

try {
  await deviceByName(process.argv[2] ?? '').probe();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
