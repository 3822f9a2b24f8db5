/** `/tokenize` and `/decode`: a model's tokenizer by itself. It works in the model's runner; no session runs. */
import { z } from 'zod';
import { request as embeddings } from '../../../tasks/embeddings/schema.js';
import { asArray, maxInputs, text } from '../../../tasks/fields.js';
import type { Task } from '../../../tasks/task.js';
import { TaskwireError } from '../../errors.js';
import type { TokenParams, TokenPiece, Work } from '../../job.js';
import type { TeiRoute } from './route.js';

/** Of all inputs together: each character may become a token, and each token an object. */
const mostCharacters = 2 ** 17;
const mostIds = 2 ** 17;
/** What ids are kept in. */
const largestId = 2 ** 32 - 1;

/** The task's model answers, but nothing of the task is asked. */
const asks =
  (request: z.ZodObject, split: (fields: never) => { works: Work[]; params: TokenParams }) =>
  ({ stream: _, media, ...task }: Task): Task => {
    if (media) {
      const message = `A model of ${task.name} has no tokenizer.`;
      throw new TaskwireError('task_mismatch', { param: 'model', message });
    }
    return { ...task, request, split: (fields) => split(fields as never) };
  };

/** So little work that its size does not count among that of sessions. */
const workOf = (input: string | readonly number[]): Work => ({ input, size: 1, bytes: input.length * 2 });

const tokenizeRequest = z.object({
  inputs: z
    .union([text, z.array(text).min(1).max(maxInputs)])
    .refine(
      (inputs) => asArray(inputs).reduce((sum, { length }) => sum + length, 0) <= mostCharacters,
      `at most ${mostCharacters} characters in all`,
    ),
  add_special_tokens: z.boolean().default(true),
  prompt_name: embeddings.shape.prompt_name,
});

type TokenizeRequest = z.output<typeof tokenizeRequest>;

const piece = z.object({
  id: z.int(),
  text: z.string(),
  special: z.boolean(),
  start: z.int().nullable().describe('Offset in characters (Unicode code points); of special tokens none.'),
  stop: z.int().nullable(),
});

export const tokenize: TeiRoute<TokenizeRequest> = {
  path: '/tokenize',
  task: 'embeddings',
  summary: 'The tokens of texts, by the tokenizer of any model that reads text.',
  request: tokenizeRequest,
  response: z.array(z.array(piece)).describe('One list an input, in order.'),
  asTask: asks(
    tokenizeRequest,
    ({ inputs, add_special_tokens: special, prompt_name: promptName }: TokenizeRequest) => ({
      works: asArray(inputs).map(workOf),
      params: { tokenWork: 'encode', special, promptName },
    }),
  ),
  toTask: (fields) => fields,
  render: ({ values }) => values as readonly (readonly TokenPiece[])[],
};

const ids = z.array(z.int().min(0).max(largestId)).max(mostIds);

const decodeRequest = z.object({
  ids: z
    .union([ids, z.array(ids).min(1).max(maxInputs)])
    .refine((lists) => lists.flat().length <= mostIds, `at most ${mostIds} ids in all`),
  skip_special_tokens: z.boolean().default(true),
});

type DecodeRequest = z.output<typeof decodeRequest>;

const listsOf = (given: DecodeRequest['ids']): readonly (readonly number[])[] =>
  Array.isArray(given[0]) ? (given as number[][]) : [given as number[]];

export const decode: TeiRoute<DecodeRequest> = {
  path: '/decode',
  task: 'embeddings',
  summary: 'The texts of tokens, by the tokenizer of any model that reads text.',
  request: decodeRequest,
  response: z.array(z.string()).describe('One text a list of ids, in order.'),
  asTask: asks(decodeRequest, ({ ids: given, skip_special_tokens: skip }: DecodeRequest) => ({
    works: listsOf(given).map(workOf),
    params: { tokenWork: 'decode', special: !skip },
  })),
  toTask: (fields) => fields,
  render: ({ values }) => values as readonly string[],
};
