/** What a text can be held to: the forms of `response_format`. */
import { z } from 'zod';
import type { Grammar } from '../../src/grammar/grammar.js';
import { text } from '../fields.js';

/** A JSON schema; `src/grammar` says which parts of it are kept to. */
export const jsonSchema = z.union([z.record(z.string(), z.unknown()), z.boolean()]);

const maxSource = 100_000;

/** `object` decides about unknown fields: some faces refuse them, others ignore them. */
const formsOf = (object: typeof z.object | typeof z.strictObject) =>
  z.discriminatedUnion('type', [
    object({ type: z.literal('text') }),
    object({
      type: z.literal('json_object'),
      schema: jsonSchema.optional().describe('What the object must look like.'),
      value: jsonSchema.optional().describe("`schema`, under the name that Hugging Face's clients give it."),
    }),
    object({
      type: z.literal('json_schema'),
      json_schema: object({
        name: text.optional(),
        description: text.optional(),
        schema: jsonSchema.optional(),
        strict: z
          .boolean()
          .nullish()
          .describe('Refuse a schema that cannot be kept to in full, instead of passing over such parts.'),
      }),
    }),
    object({
      type: z.literal('regex'),
      regex: text.min(1).max(maxSource).describe('The whole text fits it.'),
    }),
    object({ type: z.literal('choice'), choices: z.array(text.min(1)).min(1).max(1000) }),
    object({
      type: z.literal('grammar'),
      grammar: text.min(1).max(maxSource).describe('EBNF: `root ::= "yes" | "no"`.'),
    }),
  ]);

const help =
  'What the text must be: JSON, JSON of a schema, or what an expression, a list or a grammar allows.';

export const responseFormat = formsOf(z.strictObject).optional().describe(help);
export const looseResponseFormat = formsOf(z.object).optional().describe(help);

/** A grammar and where in the request it stands. */
export interface PlacedGrammar {
  readonly grammar: Grammar;
  readonly path: string;
}

/** `undefined`: any text will do. */
export const grammarOf = (format: z.output<typeof responseFormat>): PlacedGrammar | undefined => {
  const at = (place: string, grammar: Grammar) => ({ grammar, path: `response_format.${place}` });
  switch (format?.type) {
    case undefined:
    case 'text':
      return undefined;
    case 'json_object': {
      const place = format.schema === undefined ? 'value' : 'schema';
      const schema = format[place];
      return at(place, schema === undefined ? { type: 'json' } : { type: 'schema', schema, strict: false });
    }
    case 'json_schema': {
      const { schema, strict } = format.json_schema;
      const any: Grammar = { type: 'json' };
      return at(
        'json_schema.schema',
        schema === undefined ? any : { type: 'schema', schema, strict: strict ?? false },
      );
    }
    case 'regex':
      return at('regex', { type: 'regex', regex: format.regex });
    case 'choice':
      return at('choices', { type: 'choice', choices: format.choices });
    case 'grammar':
      return at('grammar', { type: 'ebnf', ebnf: format.grammar });
  }
};
