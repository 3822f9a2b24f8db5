/** The service as a process: its first start, its device, its books, its end. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childrenOf, isAlive } from '../helpers/children.js';
import { type LiveService, startService } from '../helpers/live-service.js';
import { describeWithFfmpeg } from '../helpers/needs.js';
import { ffmpeg } from '../helpers/sounds.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { until } from '../helpers/until.js';

const cli = fileURLToPath(new URL('../../src/cli.js', import.meta.url));

let service: LiveService;
const start = async (env: Readonly<Record<string, string>> = {}): Promise<LiveService> => {
  service = await startService(env);
  return service;
};
afterEach(() => service?.close(), 120_000);

describe('a start', () => {
  test('makes a key that only its owner may read, and keeps it', async () => {
    const { key, keyFile } = await start();
    expect(key).toMatch(/^inf_[0-9a-f]{64}$/);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    await service.close();
    expect((await start({ TASKWIRE_DATA_DIR: dirname(keyFile) })).key).toBe(key);
  });

  test('warms the models it is told to, without being asked for anything', async () => {
    await start({ TASKWIRE_WARM: 'tiny/bert-embed,tiny/nobody,tiny/vit' });
    const anyone = { authorization: '' };
    const status = async (id: string) => (await service.get(`/v1/models/${id}/health`, anyone)).json.status;
    await until(async () => (await status('tiny/vit')) === 'ready');
    expect(await status('tiny/bert-embed')).toBe('ready');
    expect(await status('tiny/yolos')).toBe('unavailable');
  });

  test('with settings that cannot be used says all of them and ends', async () => {
    const env = { ...process.env, PORT: 'http', TASKWIRE_DEVICE: 'abacus' };
    const child = spawn(process.execPath, [cli, 'serve'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
    expect(said).toMatch(/PORT=http.*TASKWIRE_DEVICE=abacus/s);
    expect(said).not.toMatch(/\bat \w+ \(/);
  });

  test.each([
    ['an address that is taken', { TASKWIRE_DEVICE: 'cpu' }, 'EADDRINUSE'],
    ['a device that is not there', { TASKWIRE_DEVICE: 'webgpu', VK_DRIVER_FILES: '/nowhere' }, 'webgpu'],
  ])('on %s says so and ends, though it waits for a Redis', async (_, change, why) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const env = { ...process.env, PORT: String(port), TASKWIRE_DATA_DIR: temporaryFolder(), ...change };
    const child = spawn(process.execPath, [cli, 'serve'], {
      env: { ...env, LOG_LEVEL: 'silent', REDIS_URL: 'redis://127.0.0.1:1' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const [code] = await once(child, 'close').finally(() => taken.close());
    expect([code, said]).toEqual([1, expect.stringContaining(why)]);
  });
});

describe('on a machine without a GPU', () => {
  // Vulkan looks for its drivers where this says: there are none.
  const env = { VK_ICD_FILENAMES: '/nonexistent.json', VK_DRIVER_FILES: '/nonexistent.json' };

  test('`auto` takes the CPU, and /ready says why not the GPU', async () => {
    await start({ ...env, TASKWIRE_DEVICE: 'auto' });
    const { json } = await service.get('/ready');
    expect(json).toMatchObject({ status: 'ready', device: 'cpu' });
    expect(json.devices_passed_over.webgpu).toMatch(/WebGPU|Vulkan|adapter/);
    expect(json.devices_passed_over.webgpu).not.toContain('\n');
  });

  test('`webgpu` ends the start with the reason', async () => {
    const all = {
      ...process.env,
      ...env,
      PORT: '0',
      TASKWIRE_DEVICE: 'webgpu',
      TASKWIRE_DATA_DIR: temporaryFolder(),
    };
    const fails = () =>
      execFileSync(process.execPath, [cli, 'serve'], { env: all, encoding: 'utf8', stdio: 'pipe' });
    expect(fails).toThrow(/TASKWIRE_DEVICE=webgpu cannot be used: .*(WebGPU|Vulkan|adapter)/);
  });
});

describe('while it runs', () => {
  // Long enough for a busy machine to finish what it writes.
  beforeEach(() => start({ TASKWIRE_DRAIN_MS: '60000' }), 120_000);

  const writing = { model: 'tiny/llama-gqa', prompt: 'Once upon', ignore_eos: true, max_tokens: 100 };

  test('device time is billed to the microsecond: what is not, is warm-up', async () => {
    const embed = (inputs: readonly string[]) =>
      service.post('/v1/inference/embeddings', { model: 'tiny/bert-embed', inputs });
    const inputs = Array.from({ length: 40 }, (_, i) => `text ${'river '.repeat(i % 11)}`);
    const metric = async (name: string) => {
      const { text } = await service.get('/metrics');
      const lines = text.split('\n').filter((line) => line.startsWith(`taskwire_device_${name}_seconds`));
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    };
    const unbilled: number[] = [];
    let billed = 0;
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all([
        embed(inputs),
        ...inputs.map((input) => embed([input])),
        service.post('/v1/inference/text-generation', writing),
      ]);
      for (const { headers } of answers) billed += Number(headers.get('x-gpu-seconds'));
      unbilled.push(await metric('unbilled'));
      expect(await metric('busy')).toBeCloseTo(billed + unbilled.at(-1)!, 6);
    }
    expect(billed).toBeGreaterThan(0);
    expect(unbilled[0]).toBeGreaterThan(0);
    for (const later of unbilled) expect(later).toBeCloseTo(unbilled[0]!, 6);
  });

  test('SIGTERM lets a stream finish, then nobody listens and no runner is left', async () => {
    const stream = await service.fetch('/v1/inference/text-generation/stream', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(writing),
    });
    const runners = childrenOf(service.pid).map(({ pid }) => pid);
    const closed = service.close();
    const events = (await stream.text()).split('\n').filter((line) => line.startsWith('data: '));
    expect(JSON.parse(events.at(-1)!.slice(6))).toMatchObject({ finished: true, tokens_used: 100 });
    await closed;
    await expect(service.get('/health')).rejects.toThrow();
    expect(runners).toHaveLength(1);
    await until(() => runners.every((pid) => !isAlive(pid)));
  }, 120_000);

  test('a signal to its process group, as a terminal sends it, does not reach its runners', async () => {
    await service.post('/v1/inference/text-generation', writing);
    const [runner] = childrenOf(service.pid);
    // Linux, proc_pid_stat(5): the fifth field is the group.
    const [, group] = /\) \S \d+ (\d+)/.exec(readFileSync(`/proc/${runner!.pid}/stat`, 'utf8')) ?? [];
    expect(group).toBe(String(runner!.pid));
  });

  test('its runners end with it, however it ends', async () => {
    await service.post('/v1/inference/text-generation', writing);
    const [runner] = childrenOf(service.pid);
    process.kill(service.pid, 'SIGKILL');
    await service.ended;
    await until(() => !isAlive(runner!.pid));
  });
});

describeWithFfmpeg('while it decodes', () => {
  test('the decoder ends with it, however it ends', async () => {
    await start();
    const minutes = ffmpeg(['-f', 'lavfi', '-i', 'sine=440:d=1200:r=16000', '-f', 'flac', 'pipe:1']);
    const headers = { 'content-type': 'audio/flac' };
    const answer = service.post('/v1/inference/asr?model=tiny/whisper', new Uint8Array(minutes), headers);
    const lost = answer.then(
      () => 'answered',
      () => 'lost',
    );
    const decoders = () => {
      const runners = childrenOf(service.pid);
      return runners.flatMap(({ pid }) => childrenOf(pid)).filter(({ command }) => command === 'ffmpeg');
    };
    await until(() => decoders().length > 0);
    const [decoder] = decoders();
    process.kill(service.pid, 'SIGKILL');
    await service.ended;
    await until(() => !isAlive(decoder!.pid));
    expect(await lost).toBe('lost');
  });
});
