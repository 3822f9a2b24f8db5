import type { Device } from './index.js';
import { probeSession } from './probe-session.js';

/** Any GPU with Vulkan, D3D12 or Metal, through Dawn. What it can't compute falls back to the CPU, node by node. */
export const webgpu: Device = {
  name: 'webgpu',
  executionProviders: ['WebGPU'],
  memory: 'WebGPU_Buf',
  // Concurrent runs on one device crash in the provider.
  concurrentRuns: () => 1,
  probe: () => probeSession(['WebGPU']),
};
