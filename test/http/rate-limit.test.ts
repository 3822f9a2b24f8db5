/** Rates as clients meet them: which pass, what the headers say, what counts. */
import { planNamed } from '../../src/admission/plans.js';
import { testCaller, testPlans } from '../helpers/caller.js';
import { type FrozenTime, freezeTime } from '../helpers/frozen-time.js';
import { type LimitedApp, limitedApp } from '../helpers/limited-app.js';

const free = planNamed(testPlans, 'free');
const small = { ...free, requestsPerMinute: 3 };
const callerOn = (plan: typeof free, account: string, change: object = {}) => ({
  ...testCaller(account, `key_${account}`, { plan }),
  ...change,
});

let app: LimitedApp;
let time: FrozenTime;
const callers = {
  free: callerOn(free, 'free'),
  another: callerOn(free, 'another'),
  small: callerOn(small, 'small'),
  unlimited: callerOn({ ...free, requestsPerMinute: undefined }, 'unlimited'),
  'key of free': callerOn(free, 'free', { keyId: 'key_2', requestsPerMinute: 2 }),
  'talks much': callerOn({ ...free, requestsPerMinuteOf: { 'text-generation': 2 } }, 'talks'),
  member: callerOn(small, 'member', { payer: { ...callerOn(small, 'team').payer, id: 'team_1' } }),
  colleague: callerOn(small, 'colleague', { payer: { ...callerOn(small, 'team').payer, id: 'team_1' } }),
};
type Name = keyof typeof callers;
beforeEach(async () => {
  app = await limitedApp(callers);
  time = freezeTime();
});
afterEach(() => {
  time.thaw();
  return app.close();
});

const ask = (caller: Name, status?: number) => app.ask(caller, status);
const statuses = async (caller: Name, ...wanted: number[]) => {
  const got: number[] = [];
  for (const status of wanted) got.push((await ask(caller, status)).status);
  return got;
};

test('of 200 requests at once, exactly the 100 of the plan pass', async () => {
  const all = await Promise.all(Array.from({ length: 200 }, () => ask('free')));
  const count = (wanted: number) => all.filter(({ status }) => status === wanted).length;
  expect([count(200), count(429)]).toEqual([100, 100]);
  expect((await ask('free')).status).toBe(429);
  expect((await ask('another')).status).toBe(200);
});

test('every answer says the limit, what is left of it, and until when', async () => {
  const { headers } = await ask('small');
  expect(headers.get('ratelimit-policy')).toBe('"account";q=3;w=60');
  expect(headers.get('ratelimit')).toBe('"account";r=2;t=60');
  expect(headers.get('x-ratelimit-limit-requests')).toBe('3');
  expect(headers.get('x-ratelimit-remaining-requests')).toBe('2');
  expect(headers.get('x-ratelimit-reset-requests')).toMatch(/^(60|59\.\d)s$/);
  const failed = await ask('small', 400);
  expect(failed.headers.get('ratelimit')).toMatch(/^"account";r=1;t=(60|59)$/);
});

test('who is over the limit hears when the window ends, and which plan has more', async () => {
  await statuses('small', 200);
  time.pass(18_500);
  await statuses('small', 200, 200);
  const { status, headers } = await ask('small');
  expect([status, headers.get('retry-after')]).toEqual([429, '42']);
  expect(headers.get('ratelimit')).toBe('"account";r=0;t=42');
  expect(headers.get('x-ratelimit-reset-requests')).toBe('41.5s');
  const { json } = await app.post('/200', {}, { 'x-caller': 'small' });
  expect(json.error).toMatchObject({ code: 'rate_limited', request_id: expect.stringMatching(/^req_/) });
  expect(json.error.message).toMatch(/More than 3 requests a minute.*plan free.*41\.5 s.*pro has 1000/);
});

test("the window is a minute from the account's first request in it", async () => {
  await statuses('small', 200);
  time.pass(59_000);
  expect(await statuses('small', 200, 200, 200)).toEqual([200, 200, 429]);
  time.pass(1_001);
  const { status, headers } = await ask('small');
  expect([status, headers.get('ratelimit')]).toEqual([200, '"account";r=2;t=60']);
});

test('the minute is over after a minute, though the wall clock is set back meanwhile', async () => {
  expect(await statuses('small', 200, 200, 200)).toEqual([200, 200, 200]);
  time.setWallClock(Date.now() - 3_600_000);
  time.pass(30_000);
  const { status, headers } = await ask('small');
  expect([status, headers.get('retry-after')]).toEqual([429, '30']);
  expect(headers.get('ratelimit')).toBe('"account";r=0;t=30');
  time.pass(30_000);
  expect(await statuses('small', 200, 503, 200, 200, 200)).toEqual([200, 503, 200, 200, 429]);
});

test('answers 429, 402 and 503 do not count; 400s and those of our faults do', async () => {
  expect(await statuses('small', 402, 429, 503, 402)).toEqual([402, 429, 503, 402]);
  expect((await ask('small')).headers.get('ratelimit')).toMatch(/r=2;/);
  expect(await statuses('small', 400, 500, 200)).toEqual([400, 500, 429]);
});

test('what is not counted is not given back to the next window', async () => {
  await statuses('small', 200);
  const late = app.post('/503', {}, { 'x-caller': 'small' });
  await late;
  time.pass(61_000);
  expect(await statuses('small', 200, 200, 200, 200)).toEqual([200, 200, 200, 429]);
});

test('a key has a limit of its own within that of its account; the headers tell both, and the tighter one', async () => {
  const { headers } = await ask('key of free');
  expect(headers.get('ratelimit-policy')).toBe('"account";q=100;w=60, "key";q=2;w=60');
  expect(headers.get('ratelimit')).toMatch(/^"account";r=99;t=60, "key";r=1;t=60$/);
  expect(headers.get('x-ratelimit-limit-requests')).toBe('2');
  expect(await statuses('key of free', 200, 200, 200)).toEqual([200, 429, 429]);
  // What the key's limit refused does not count for the account.
  expect((await ask('free')).headers.get('x-ratelimit-remaining-requests')).toBe('97');
});

test('a plan may limit the models of a task', async () => {
  expect(await statuses('talks much', 200, 200, 200)).toEqual([200, 200, 429]);
  const { headers } = await ask('talks much');
  expect(headers.get('ratelimit-policy')).toBe('"account";q=100;w=60, "model";q=2;w=60');
  expect(headers.get('retry-after')).toMatch(/^(59|60)$/);
});

test('members of a team share its limit', async () => {
  expect(await statuses('member', 200, 200)).toEqual([200, 200]);
  expect(await statuses('colleague', 200, 200)).toEqual([200, 429]);
});

test('a plan without a limit has no headers', async () => {
  const { status, headers } = await ask('unlimited');
  expect([status, headers.get('ratelimit'), headers.get('x-ratelimit-limit-requests')]).toEqual([
    200,
    null,
    null,
  ]);
});
