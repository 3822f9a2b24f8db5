/** Log-probabilities in OpenAI's two forms: per token for chats, columns for completions. */
import { z } from 'zod';
import type { Generation, Generations } from '../../../tasks/text-generation/schema.js';

type Reports = NonNullable<Generation['logprobs']>;
/** Of a prompt and its text. */
type ColumnReports = NonNullable<Generations['promptLogprobs']>;

const entry = z.object({
  token: z.string(),
  logprob: z.number(),
  bytes: z.array(z.int()).nullable().describe('null where the token is only part of a character.'),
});

export const chatLogprobsSchema = z.object({
  content: z.array(entry.extend({ top_logprobs: z.array(entry) })).nullable(),
  refusal: z.null(),
});

export const columnLogprobsSchema = z.object({
  tokens: z.array(z.string()),
  token_logprobs: z.array(z.number().nullable()).describe('null for the first token of a prompt.'),
  top_logprobs: z.array(z.record(z.string(), z.number()).nullable()).nullable(),
  text_offset: z.array(z.int()),
});

const entryOf = ({ token, logprob }: { readonly token: string; readonly logprob: number }) => ({
  token,
  logprob,
  bytes: token.includes('\ufffd') ? null : [...Buffer.from(token)],
});

export const chatLogprobs = (reports: Reports | undefined): z.output<typeof chatLogprobsSchema> | null =>
  reports
    ? {
        content: reports.map((report) => ({ ...entryOf(report), top_logprobs: report.top.map(entryOf) })),
        refusal: null,
      }
    : null;

/** The token that was taken is among them, also when it was not one of the likeliest. */
const alternativesOf = ({ top, token, logprob }: ColumnReports[number]) =>
  logprob === null
    ? null
    : Object.fromEntries([...top, { token, logprob }].map((one) => [one.token, one.logprob]));

/** `offset`: UTF-16 units of the text before these tokens. */
export const columnLogprobs = (
  reports: ColumnReports | undefined,
  offset: number,
): z.output<typeof columnLogprobsSchema> | null => {
  if (!reports) return null;
  let at = offset;
  const text_offset = reports.map(({ token }) => {
    at += token.length;
    return at - token.length;
  });
  return {
    tokens: reports.map(({ token }) => token),
    token_logprobs: reports.map(({ logprob }) => logprob),
    top_logprobs: reports.some(({ top }) => top.length > 0) ? reports.map(alternativesOf) : null,
    text_offset,
  };
};
