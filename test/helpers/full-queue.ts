/** A model's queue that is full: what the next request hears, and what becomes of those that wait. */
import type { Answer, Served } from './serve.js';
import { until } from './until.js';

/** For a server of its own: two requests of an account wait at most. */
export const shortQueue = { jobs: 2, entries: 100, bytes: 1e6, accountShare: 0.5 };

/** `lane`: the model's id and variant. The three requests before the refused one are answered in order. */
export const overfill = async (
  full: Pick<Served, 'post' | 'runners' | 'service'>,
  path: string,
  lane: string,
): Promise<{ readonly refused: Answer; readonly served: readonly Answer[] }> => {
  const post = (inputs: string) => full.post(path, { inputs });
  await post('load');
  const stats = () => full.service.engine.lanes.get(lane)!.stats;
  const { onBatch, last } = full.runners;
  full.runners.onBatch = () => {};
  const answers = [post('a')];
  await until(() => stats().runningInputs === 1);
  answers.push(post('b'));
  await until(() => stats().runningInputs === 2);
  answers.push(post('c'));
  await until(() => stats().queuedJobs === 1);
  const refused = await post('d');
  full.runners.onBatch = onBatch;
  for (const batch of last.batches.slice(1)) onBatch(last, batch);
  return { refused, served: await Promise.all(answers) };
};
