/** `/completions`: texts in, their continuations out. */
import { z } from 'zod';
import {
  type Generation,
  type GenerationDelta,
  type Generations,
  request as task,
} from '../../../tasks/text-generation/schema.js';
import { bestOf } from '../../../tasks/text-generation/tgi-wire.js';
import type { Reply } from '../../infer.js';
import type { Endpoint } from './endpoint.js';
import { columnLogprobs, columnLogprobsSchema } from './logprobs.js';
import { samplingShape, samplingToTask } from './sampling.js';
import { usageOf, usageSchema } from './usage.js';

const request = z
  .object({
    ...samplingShape,
    max_tokens: task.shape.max_tokens
      .unwrap()
      .optional()
      .describe("Default: what the model's window leaves and the plan allows. 0 only with `echo`."),
    prompt: task.shape.prompt.unwrap().default(''),
    logprobs: z.int().min(0).max(20).optional().describe('How many alternatives for each token.'),
    echo: z
      .boolean()
      .default(false)
      .describe(
        'Put the prompt before the text, and its log-probabilities before those. In a stream not with token ids or `logprobs`.',
      ),
    best_of: task.shape.n
      .unwrap()
      .optional()
      .describe(
        'Draw so many texts, all paid for, and answer the `n` whose tokens are likeliest on average. Not in a stream.',
      ),
    suffix: z.literal('').optional().describe('Not supported: no text is written before a given end.'),
  })
  .check(({ value: { echo, logprobs, prompt, best_of, n, stream, max_tokens }, issues }) => {
    const refuse = (path: string, message: string, input: unknown) =>
      issues.push({ code: 'custom', path: [path], message, input });
    if (!echo && max_tokens === 0) refuse('max_tokens', 'at least 1 without echo', 0);
    if (echo && stream && logprobs !== undefined) refuse('echo', 'false in a stream with logprobs', echo);
    if (echo && stream && [prompt].flat(2).some((one) => typeof one === 'number'))
      refuse('echo', 'false in a stream for a prompt of token ids', echo);
    if (best_of !== undefined && best_of < n) refuse('best_of', `at least ${n}, as n`, best_of);
    if (best_of !== undefined && best_of > n && stream) refuse('best_of', `${n} in a stream, as n`, best_of);
  });

type CompletionRequest = z.output<typeof request>;

const finishReason = z.enum(['stop', 'length']);

const choice = z.object({
  index: z.int().describe('Prompt by prompt, text by text.'),
  text: z.string(),
  logprobs: columnLogprobsSchema.nullable(),
  finish_reason: finishReason.nullable(),
});

type Choice = z.output<typeof choice>;

const response = z.object({
  id: z.string(),
  object: z.literal('text_completion'),
  created: z.int(),
  model: z.string(),
  choices: z.array(choice),
  usage: usageSchema,
});

const event = response.extend({ usage: usageSchema.nullish() });

const reasonOf = ({ finishReason: reason }: Generation) => (reason === 'length' ? 'length' : 'stop');

/** What `echo` puts before the texts of a prompt; token ids come back as text. */
const echoOf = ({ echo, prompt }: CompletionRequest, index: number, promptText?: string): string =>
  echo ? (promptText ?? String([prompt].flat()[index])) : '';

/** The texts that are answered: where more were drawn, the best of them, with no more said than was asked for. */
const chosen = (
  { choices }: Generations,
  { n, best_of, logprobs }: CompletionRequest,
): readonly Generation[] => {
  if (best_of === undefined || best_of === n) return choices;
  return bestOf(choices, n).map(({ logprobs: reports, ...one }) =>
    logprobs === undefined || !reports ? one : { ...one, logprobs: reports },
  );
};

/** Which text is the best can only be said of tokens that are reported. */
const reportsOf = ({ n, best_of, logprobs }: CompletionRequest): number | false =>
  logprobs ?? (best_of !== undefined && best_of > n && 0);

export const completions: Endpoint<CompletionRequest> = {
  route: '/completions',
  names: { prompt_logprobs: 'echo' },
  task: 'text-generation',
  summary: "Continues texts, in OpenAI's form.",
  request,
  response,
  event,
  toTask: (fields) => ({
    ...samplingToTask(fields),
    prompt: fields.prompt,
    n: fields.best_of ?? fields.n,
    logprobs: reportsOf(fields),
    // 0 tokens are generated only where the prompt is looked at.
    prompt_logprobs: fields.echo && (fields.logprobs ?? (fields.max_tokens === 0 && 0)),
    return_full_text: fields.echo,
  }),
  render({ values }, fields, { id, created, model }) {
    const choices = (values as Generations[]).flatMap((value, i) =>
      chosen(value, fields).map((one) => ({
        text: echoOf(fields, i, value.promptText) + one.text,
        logprobs: columnLogprobs(one.logprobs && [...(value.promptLogprobs ?? []), ...one.logprobs], 0),
        finish_reason: reasonOf(one),
      })),
    );
    return {
      id: `cmpl-${id}`,
      object: 'text_completion',
      created,
      model,
      choices: choices.map((one, index) => ({ index, ...one })),
      usage: usageOf(values as Generations[]),
    };
  },
  stream: (fields, { id, created, model }) => {
    const prompts =
      Array.isArray(fields.prompt) && typeof fields.prompt[0] !== 'number' ? fields.prompt.length : 1;
    const values: Generations[] = [];
    /** Characters of each choice that have gone out. */
    const sent = new Map<number, number>();
    const chunk = (choices: readonly Choice[], usage: object | undefined) => ({
      id: `cmpl-${id}`,
      object: 'text_completion',
      created,
      model,
      choices,
      ...(usage || fields.stream_options?.include_usage ? { usage: usage ?? null } : {}),
    });
    const begin = (index: number) => {
      const echo = sent.has(index) ? '' : echoOf(fields, Math.floor(index / fields.n));
      if (!sent.has(index)) sent.set(index, 0);
      return echo ? [chunk([{ index, text: echo, logprobs: null, finish_reason: null }], undefined)] : [];
    };
    const onDelta = (index: number, { text, logprobs: reports }: GenerationDelta) => {
      const before = begin(index);
      const logprobs = columnLogprobs(reports, sent.get(index)!);
      sent.set(index, sent.get(index)! + text.length);
      return [...before, chunk([{ index, text, logprobs, finish_reason: null }], undefined)];
    };
    const onResult = (promptIndex: number, value: Generations) => {
      values[promptIndex] = value;
      const done = Object.keys(values).length === prompts;
      const usage = done ? usageOf(values) : undefined;
      // Told once: clients add up what they find on chunks.
      const last = fields.stream_options?.include_usage ? -1 : value.choices.length - 1;
      const ends = value.choices.flatMap((one, i) => {
        const index = promptIndex * fields.n + i;
        const end = { index, text: '', logprobs: null, finish_reason: reasonOf(one) } as const;
        return [...begin(index), chunk([end], i === last ? usage : undefined)];
      });
      return usage && last < 0 ? [...ends, chunk([], usage)] : ends;
    };
    return (reply: Reply) => {
      if (reply.type === 'delta') {
        const delta = reply.delta as GenerationDelta;
        return onDelta(reply.index * fields.n + delta.choice, delta);
      }
      return reply.type === 'result' ? onResult(reply.index, reply.value as Generations) : [];
    };
  },
};
