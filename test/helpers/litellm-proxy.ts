/** LiteLLM's proxy as a process of its own, before the service under test. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort } from '../../bench/service.js';
import { liteLlmPython } from './needs.js';

/** Nothing is asked of the internet: prices and tokenizers come with the package. */
export const liteLlmEnv = { LITELLM_LOCAL_MODEL_COST_MAP: 'True', HF_HUB_OFFLINE: '1' };

export interface LiteLlmProxy {
  readonly url: string;
  readonly key: string;
  close(): Promise<void>;
}

const startTimeoutMs = 240_000;

export const startLiteLlmProxy = async (
  config: string,
  env: Readonly<Record<string, string>>,
): Promise<LiteLlmProxy> => {
  const port = await freePort();
  const key = `sk-${randomUUID()}`;
  const url = `http://127.0.0.1:${port}`;
  const args = ['--config', config, '--host', '127.0.0.1', '--port', `${port}`];
  const child = spawn(join(dirname(liteLlmPython), 'litellm'), args, {
    env: { ...process.env, ...liteLlmEnv, LITELLM_MASTER_KEY: key, ...env },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const answers = () =>
    fetch(`${url}/health/liveliness`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (const giveUpAt = Date.now() + startTimeoutMs; !(await answers()); await setTimeout(250))
    if (child.exitCode !== null || Date.now() > giveUpAt)
      throw new Error(`the proxy did not start: ${child.exitCode}`);
  return {
    url,
    key,
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
};
