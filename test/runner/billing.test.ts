/** The books of a real service: after it was killed in the middle of its work, and beside its devices' own clocks. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';
import { addAccount } from '../helpers/accounts.js';
import { deviceTimeSince } from '../helpers/books.js';
import { type Answer, type Client, clientOf } from '../helpers/client.js';
import { fixture } from '../helpers/fixtures.js';
import { startService } from '../helpers/live-service.js';
import { pricedModels } from '../helpers/priced-models.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { until } from '../helpers/until.js';

const prices = {
  usd_per_million_input_tokens: 1_000,
  usd_per_million_output_tokens: 3_000,
  usd_per_gpu_second: 1,
};

const embed = (client: Client, inputs: string | string[]) =>
  client.post('/v1/inference/embeddings', { model: 'tiny/bert-embed', inputs });

const allRows = async (store: Store, account: string) =>
  (await store.usage.page({ account }, 100_000, undefined)).data;

const microUsd = (answer: Answer) => Math.round(Number(answer.headers.get('x-cost-usd')) * 1e6);

test('after a kill in the middle of its work, rows, ledger and what clients were told agree', async () => {
  const dataDir = temporaryFolder();
  const env = { TASKWIRE_DATA_DIR: dataDir, TASKWIRE_MODELS_DIR: pricedModels(prices, 'bert-embed') };
  const startedAt = Date.now();
  const first = await startService(env);
  const account = await addAccount(first, 'customer', { plan: 'enterprise', billing: 'credit' });
  await first.post(`/v1/admin/accounts/${account.id}/credits`, { amount: 10 });
  const answers: Answer[] = [];
  const clients = 12;
  const load = Array.from({ length: clients }, async (_, i) => {
    for (let n = 0; ; n++) {
      answers.push(await embed(account, `text ${n} of client ${i}`));
      // At once: what has just been told must be on the disk.
      if (answers.length === 100) process.kill(first.pid, 'SIGKILL');
    }
  });
  await Promise.allSettled(load);

  const second = await startService(env);
  const store = await openStore(`sqlite:${join(dataDir, 'taskwire.db')}`);
  try {
    // Holds of the killed one go when its lease has run out.
    await until(async () => (await store.ledger.balance(account.id)).heldMicroUsd === 0, 90_000);
    const rows = await allRows(store, account.id);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const told = new Map(answers.map((answer) => [answer.headers.get('x-request-id')!, microUsd(answer)]));
    const booked = new Map(rows.map((row) => [row.request_id, row.cost_micro_usd]));
    for (const [id, cost] of told) expect([id, booked.get(id)]).toEqual([id, cost]);
    // One request a client was under way: its row may be there, and its answer lost.
    expect(rows.length).toBeLessThanOrEqual(told.size + clients);
    const spent = rows.reduce((sum, row) => sum + row.cost_micro_usd, 0);
    expect(spent).toBeGreaterThan(0);
    expect(await store.ledger.balance(account.id)).toEqual({
      balanceMicroUsd: 10e6 - spent,
      heldMicroUsd: 0,
    });
    expect(await store.ledger.audit()).toEqual([]);
    const { data } = await store.ledger.transactions(account.id, 100_000, undefined);
    expect(data.filter(({ kind }) => kind === 'charge')).toHaveLength(
      rows.filter((row) => row.cost_micro_usd > 0).length,
    );
    const used = rows.reduce((sum, row) => sum + row.device_us, 0);
    expect(await deviceTimeSince(store, account.id, startedAt)).toEqual({ used, reserved: 0 });
    expect((await embed(clientOf(second.url, account.key), 'again')).status).toBe(200);
  } finally {
    await store.close();
    await second.close();
  }
}, 120_000);

const leave = async (client: Client): Promise<void> => {
  const leaving = new AbortController();
  const stream = await client.fetch('/v1/inference/text-generation/stream', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'tiny/llama-gqa', prompt: 'Once', max_tokens: 5000, ignore_eos: true }),
    signal: leaving.signal,
  });
  await stream.body!.getReader().read();
  leaving.abort();
};

const mixedLoad = async (client: Client): Promise<void> => {
  const picture = new Uint8Array(readFileSync(fixture('media/scene-32x32.png')));
  const classify = (bytes: Uint8Array) =>
    client.post('/v1/inference/image-classification?model=tiny/vit', bytes, { 'content-type': 'image/png' });
  const kinds = [
    () => embed(client, ['one', 'two and three', 'four']),
    () => classify(picture),
    () => classify(picture.slice(0, 300)),
    () =>
      client.post('/v1/inference/text-generation', {
        model: 'tiny/llama-gqa',
        prompt: ['Once', 'A'],
        max_tokens: 9,
      }),
    () => leave(client),
  ];
  await Promise.all(Array.from({ length: 40 }, (_, i) => kinds[i % kinds.length]!()));
};

test('usage rows and what is billed to nobody add up to the time that the devices were busy', async () => {
  const dataDir = temporaryFolder();
  const models = pricedModels(prices, 'bert-embed', 'vit', 'llama-gqa');
  const service = await startService({ TASKWIRE_DATA_DIR: dataDir, TASKWIRE_MODELS_DIR: models });
  const store = await openStore(`sqlite:${join(dataDir, 'taskwire.db')}`);
  const micros = async () => {
    const { text } = await service.get('/metrics');
    const sum = (name: string) =>
      Array.from(text.matchAll(new RegExp(`^taskwire_${name}(?:{[^}]*})? (\\S+)$`, 'gm')), ([, value]) =>
        Math.round(Number(value) * 1e6),
      ).reduce((all, one) => all + one, 0);
    return { busy: sum('device_busy_seconds'), unbilled: sum('device_unbilled_seconds') };
  };
  try {
    await mixedLoad(service);
    // Those that were left still have to be taken back.
    await until(async () => (await allRows(store, 'owner')).length === 40, 90_000);
    const rows = await allRows(store, 'owner');
    const count = (status: string) => rows.filter((row) => row.status === status).length;
    expect([count('succeeded') + count('client_closed'), count('invalid_media')]).toEqual([32, 8]);
    // All eight, unless one has read to its end before its client was heard to leave.
    expect(count('client_closed')).toBeGreaterThan(0);
    const { busy, unbilled } = await micros();
    expect(busy).toBeGreaterThan(unbilled);
    expect(rows.reduce((sum, row) => sum + row.device_us, 0) + unbilled).toBe(busy);
    for (const row of rows.filter(({ status }) => status !== 'invalid_media'))
      expect(row.device_us).toBeGreaterThan(0);
  } finally {
    await store.close();
    await service.close();
  }
}, 120_000);
