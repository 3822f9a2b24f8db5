/**
 * Every recorded case through the whole service: a process with real runners, on the device that TASKWIRE_DEVICE names.
 * Expected answers are Python's; the tolerance stands beside each.
 */
import { tasks } from '../../tasks/index.js';
import type { Task } from '../../tasks/task.js';
import { expectClose } from '../helpers/expect-close.js';
import { askGolden, expectGolden, goldenCases, lasting } from '../helpers/golden.js';
import { type LiveService, startService, testDevice } from '../helpers/live-service.js';
import { TestRandom } from '../helpers/random.js';

const patienceMs = 300_000;
/** Two runs of one input differ by the order of additions. */
const sameRun = { tolerance: 2e-5, boxTolerance: 0.02 };
/** Their runners take inputs one by one and join them step by step. */
const joinedInRunner = ['text-generation', 'asr'];

type Answer = Readonly<Record<string, unknown>>;

describe.each(tasks.map((task) => [task.name, task] as const))('%s', (_, task: Task) => {
  const cases = goldenCases(task);
  const numbered = cases.map((one, i) => [one.name, one, i] as const);
  let service: LiveService;
  let together: readonly Promise<Answer>[];

  beforeAll(async () => {
    service = await startService();
    // Nothing is loaded yet: all of them wait, and then run in batches.
    together = cases.map((one) => askGolden(service, task, one));
    await Promise.allSettled(together);
  }, patienceMs);
  afterAll(() => service?.close());

  test('runs on the device that was asked for', async () => {
    expect((await service.get('/ready')).json).toMatchObject({ device: testDevice });
  });

  test.each(numbered)('beside all others, like the reference: %s', async (_name, one, i) => {
    expectGolden(await together[i]!, one);
  });

  test.each(numbered)(
    'alone, like the reference and like before: %s',
    async (_name, one, i) => {
      const alone = await askGolden(service, task, one);
      expectGolden(alone, one);
      expectClose(lasting(alone), lasting(await together[i]!), sameRun);
    },
    patienceMs,
  );

  test(
    'in another order',
    async () => {
      const order = new TestRandom(7).shuffled(numbered);
      const answers = await Promise.all(order.map(([, one]) => askGolden(service, task, one)));
      for (const [at, [, one]] of order.entries()) expectGolden(answers[at]!, one);
    },
    patienceMs,
  );

  if (!joinedInRunner.includes(task.name)) {
    test('the runner did get them in batches', async () => {
      const { text } = await service.get('/metrics');
      const sum = (name: string) =>
        [...text.matchAll(new RegExp(`^taskwire_batch_inputs_${name}{.*} (\\d+)$`, 'gm'))].reduce(
          (all, [, n]) => all + Number(n),
          0,
        );
      expect(sum('sum')).toBeGreaterThan(sum('count'));
    });
  }
});
