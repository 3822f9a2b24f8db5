/** A service that gives every error a client can meet, each to a key, a model or an input of its own. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { addAccount, addKey, patch, remove } from './accounts.js';
import { freezeTime } from './frozen-time.js';
import { type Scripted, serveScripted, writes } from './scripted.js';
import { temporaryFolder, writeFiles } from './temporary.js';

export interface Refusal {
  readonly status: number;
  readonly code: string;
  /** Of what the client shows. */
  readonly says: RegExp;
  readonly key?: 'wrong' | 'revoked' | 'disabled' | 'limited' | 'spent' | 'poor';
  /** The namespace of the model. */
  readonly model?: 'test' | 'none' | 'secret' | 'cold';
  readonly input?: 'wrong field' | 'large' | 'other media' | 'poison';
}

/** In order: what ends a runner twice is quarantined the next time. */
export const refusals: readonly Refusal[] = [
  { status: 401, code: 'invalid_key', says: /API key/, key: 'wrong' },
  { status: 403, code: 'key_revoked', says: /revoked/, key: 'revoked' },
  { status: 403, code: 'feature_disabled', says: /not enabled/, key: 'disabled' },
  { status: 403, code: 'model_forbidden', says: /secret\//, model: 'secret' },
  { status: 404, code: 'model_not_found', says: /none\//, model: 'none' },
  { status: 400, code: 'invalid_field', says: /temperature|top_k/, input: 'wrong field' },
  { status: 413, code: 'body_too_large', says: /10485760 bytes/, input: 'large' },
  { status: 415, code: 'unsupported_media', says: /media type is not supported/, input: 'other media' },
  { status: 502, code: 'runner_failed', says: /cannot be run again/, input: 'poison' },
  { status: 422, code: 'input_quarantined', says: /ended two runners/, input: 'poison' },
  { status: 429, code: 'rate_limited', says: /requests a minute/, key: 'limited' },
  { status: 429, code: 'gpu_quota_exceeded', says: /GPU-hours of the plan month/, key: 'spent' },
  { status: 402, code: 'insufficient_credits', says: /may cost up to \$.* of credit is there/, key: 'poor' },
  { status: 503, code: 'model_loading', says: /The model is loading/, model: 'cold' },
];

export interface Refusing extends Scripted {
  keyFor(refusal: Refusal): string;
  /** HTTP requests that were answered so far. */
  readonly answered: number;
  /** Lets runners that ended come back: an answer clears what they are held back for. */
  recover(): Promise<void>;
  /** Moves the time by which minutes are counted; it stands still by itself. */
  pass(ms: number): void;
}

/** Node's own channel. */
const answers = 'http.server.response.finish';

const prices = { usd_per_gpu_second: 1, usd_per_million_input_tokens: 1 };
const kinds = {
  writer: { task: 'text-generation', prices },
  labels: { task: 'text-classification', prices },
};
const models = {
  'test/writer': kinds.writer,
  'test/labels': kinds.labels,
  'test/pictures': { task: 'image-classification' },
  'test/sounds': { task: 'asr' },
  'cold/writer': kinds.writer,
  'cold/labels': kinds.labels,
  'secret/writer': { ...kinds.writer, owner: 'alice', visibility: 'private' },
  'secret/labels': { ...kinds.labels, owner: 'alice', visibility: 'private' },
};

export const serveRefusals = async (): Promise<Refusing> => {
  const plans = { enterprise: {}, free: {}, month: { gpu_hours_per_month: 1e-9, next: 'free' } };
  const file = join(writeFiles(temporaryFolder(), { 'plans.json': plans }), 'plans.json');
  const service = await serveScripted({ models, env: { TASKWIRE_PLANS: file, TASKWIRE_HOLD_MS: '900' } });
  const thaw = script(service);
  const { limited, spent, ...keys } = await makeKeys(service);
  // The one request of the key's minute is used up, and so are the few microseconds of the account's month.
  for (const used of [limited, spent]) {
    const { status, text } = await used.post('/v1/inference/test/labels', { input: 'x' });
    if (status !== 200) throw new Error(text);
  }
  const time = freezeTime();
  let count = 0;
  const { host } = new URL(service.url);
  const onAnswer = (message: unknown) => {
    if ((message as { request: IncomingMessage }).request.headers.host === host) count++;
  };
  subscribe(answers, onAnswer);
  return {
    ...service,
    async recover() {
      await service.post('/v1/inference/test/labels', { input: 'x' });
      await service.post('/v1/inference/test/writer', { input: 'x' });
    },
    pass: (ms) => time.pass(ms),
    keyFor: ({ key }) => (key ? { ...keys, limited: limited.key, spent: spent.key }[key] : service.key),
    get answered() {
      return count;
    },
    close() {
      unsubscribe(answers, onAnswer);
      time.thaw();
      thaw();
      return service.close();
    },
  };
};

/** Runners that answer, end with what is poison, and do not load what is cold until they are told. */
const script = ({ runners }: Scripted): (() => void) => {
  writes(runners, { pieces: [['Hi']] });
  const { onLoad: loadWriter, onBatch: write } = runners;
  const waiting: (() => void)[] = [];
  let signs: NodeJS.Timeout | undefined;
  runners.onLoad = (runner) => {
    const { modelId } = runner.load!;
    const load = () => (modelId.endsWith('writer') ? loadWriter(runner) : runner.ready());
    if (!modelId.startsWith('cold/')) return load();
    waiting.push(load);
    signs ??= setInterval(() => runner.stillAlive(), 5_000).unref();
  };
  runners.onBatch = (runner, items) => {
    if (JSON.stringify(items).includes('poison')) return runner.exit();
    if (runner.load!.modelId.endsWith('writer')) return write(runner, items);
    for (const { id } of items)
      runner.answer(id, { labels: ['a'], scores: [1] }, { inputTokens: 3, deviceMicros: 10 });
  };
  return () => {
    clearInterval(signs);
    for (const load of waiting.splice(0)) load();
  };
};

const makeKeys = async (service: Scripted) => {
  await addAccount(service, 'alice');
  const disabled = await addAccount(service, 'dora');
  await patch(service, '/v1/admin/accounts/dora', { inference_enabled: false });
  const limited = await addKey(service, 'alice', { name: 'one', requests_per_minute: 1 });
  const revoked = await addKey(service, 'alice', { name: 'old' });
  await remove(service, `/v1/admin/keys/${revoked.keyId}`);
  const spent = await addAccount(service, 'sam', { plan: 'month' });
  const poor = await addAccount(service, 'paul', { billing: 'credit' });
  return {
    limited,
    spent,
    wrong: 'inf_0000000000000000000000000000000000000000000',
    revoked: revoked.key,
    disabled: disabled.key,
    poor: poor.key,
  };
};
