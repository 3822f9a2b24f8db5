import { join } from 'node:path';
import { planNamed, readPlans, shippedPlans } from '../../../src/admission/plans.js';
import { temporaryFolder, writeFiles } from '../../helpers/temporary.js';

const fileOf = (plans: object): string =>
  join(writeFiles(temporaryFolder(), { 'plans.json': plans }), 'plans.json');

const hourMicros = 3_600e6;

test.each([
  // name, $/month, requests a minute, GPU-hours a month, next: the contract's table
  ['free', 0, 100, 10, 'pro'],
  ['pro', 9, 1_000, 100, 'team'],
  ['team', 20, 5_000, 500, 'enterprise'],
  ['enterprise', undefined, undefined, undefined, undefined],
])('the plan %s is the one that is advertised', (name, usd, requestsPerMinute, hours, next) => {
  expect(planNamed(readPlans(shippedPlans), name)).toMatchObject({
    priceMicroUsdPerMonth: usd === undefined ? undefined : usd * 1e6,
    requestsPerMinute,
    deviceMicrosPerMonth: hours === undefined ? undefined : hours * hourMicros,
    perSeat: name === 'team',
    dedicatedRunners: name === 'enterprise',
    next,
  });
});

test('a file of other plans replaces them', () => {
  const plans = readPlans(fileOf({ tiny: { gpu_hours_per_month: 0.5, requests_per_minute_of: { asr: 3 } } }));
  expect([...plans.keys()]).toEqual(['tiny']);
  expect(planNamed(plans, 'tiny')).toMatchObject({
    deviceMicrosPerMonth: hourMicros / 2,
    requestsPerMinute: undefined,
    requestsPerMinuteOf: { asr: 3 },
    grantMicroUsdPerMonth: 0,
  });
  expect(() => planNamed(plans, 'free')).toThrow('There is no plan free; there are tiny.');
});

test('a file with faults is refused, each fault by its place', () => {
  const file = fileOf({ a: { requests_per_minute: 0, requets: 1, next: 'b' }, 'B!': {} });
  expect(() => readPlans(file)).toThrow(/a\.requests_per_minute: /);
  expect(() => readPlans(file)).toThrow(/a: .*requets/);
  expect(() => readPlans(file)).toThrow(/B!/);
  expect(() => readPlans(fileOf({ a: { next: 'b' } }))).toThrow('a.next: names no plan');
  expect(() => readPlans('/nowhere.json')).toThrow(/Plans that cannot be read \(\/nowhere.json\): ENOENT/);
});
