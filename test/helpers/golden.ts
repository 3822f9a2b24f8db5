/** The recorded answers of a reference (scripts/make-golden.py), and how the service's are compared with them. */
import { readFileSync } from 'node:fs';
import type { Task } from '../../tasks/task.js';
import { expectClose } from './expect-close.js';
import { fixture, root } from './fixtures.js';
import type { LiveService } from './live-service.js';

type Json = Readonly<Record<string, unknown>>;

export interface GoldenCase {
  readonly name: string;
  readonly request: Json;
  /** A file of test/fixtures/media. */
  readonly media?: string;
  readonly response: Json;
  /** Facts beside the response. */
  readonly reference?: {
    readonly token_ids: number[] | number[][];
    readonly logprobs?: number[];
    readonly top?: Json[][];
  };
  readonly tolerance: number;
  /** In pixels. */
  readonly box_tolerance?: number;
}

export const goldenCases = ({ name }: Task): readonly GoldenCase[] =>
  (JSON.parse(readFileSync(`${root}tasks/${name}/golden.json`, 'utf8')) as { cases: GoldenCase[] }).cases;

/** The body of its request. */
export const requestOf = (task: Task, { request, media, reference }: GoldenCase): Json => ({
  ...request,
  ...(media ? { [task.media!]: readFileSync(fixture(`media/${media}`)).toString('base64') } : {}),
  // Tokens are told beside their log-probabilities only.
  ...(reference ? { logprobs: request.logprobs ?? true } : {}),
});

/** Asks the task's route; an answer other than 200 is thrown. */
export const askGolden = async (service: LiveService, task: Task, one: GoldenCase): Promise<Json> => {
  // Software devices take their time.
  const patience = { 'x-request-timeout-ms': '600000' };
  const path = `/v1/inference/${task.name}`;
  const { status, json, text } = await service.post(path, requestOf(task, one), patience);
  if (status !== 200) throw new Error([`${status} ${text}`, ...service.faults].join('\n'));
  return json;
};

/** Throws unless the service's answer is the reference's. */
export const expectGolden = (answer: Json, one: GoldenCase): void => {
  const limits = { tolerance: one.tolerance, boxTolerance: one.box_tolerance ?? one.tolerance };
  expectClose(spokenAlike(answer, one), spokenAlike(expectedOf(one), one), limits);
};

/** What must be the same whenever and beside whatever a request ran. */
export const lasting = (answer: Json): Json => {
  const passing = new Set(['request_id', 'inference_status', 'prompt_tokens_details']);
  return JSON.parse(JSON.stringify(answer, (key, value) => (passing.has(key) ? undefined : value)));
};

const expectedOf = ({ response, reference }: GoldenCase): Json => {
  if (!reference) return response;
  const { token_ids: ids, logprobs, top } = reference;
  const results = response.results as Json[] | undefined;
  const tokens = (list: readonly number[]) =>
    list.map((token_id, i) => ({ token_id, ...(logprobs ? { logprob: logprobs[i], top: top![i] } : {}) }));
  if (!results) return { ...response, logprobs: tokens(ids as number[]) };
  return {
    ...response,
    results: results.map((one, i) => ({ ...one, logprobs: tokens((ids as number[][])[i]!) })),
  };
};

interface Spoken {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly words?: readonly { readonly word: string; readonly start: number; readonly end: number }[];
}

/** The reference tells words as segments of their own, and now and then a segment without text. */
const spokenAlike = (answer: Json, { request }: GoldenCase): Json => {
  if (!('segments' in answer)) return answer;
  const segments = (answer.segments as readonly Spoken[]).flatMap((segment) =>
    request.timestamps === 'word' && segment.words
      ? segment.words.map(({ word, ...times }) => ({ text: word, ...times }))
      : [segment],
  );
  return { ...answer, segments: segments.filter(({ text }) => text !== '') };
};
