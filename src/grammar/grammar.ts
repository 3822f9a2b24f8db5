/** What a text can be held to, and how that becomes an automaton. The faces and the runner both use it. */
import { createHash } from 'node:crypto';
import { Automaton } from './automaton.js';
import { EbnfError, ebnfPart } from './ebnf.js';
import { schemaPart } from './json-schema.js';
import { anyObject } from './json-text.js';
import { choice, literal, NetworkBuilder, type Part, TooLarge } from './network.js';
import { fullRegex, RegexError } from './regex.js';
import { SchemaError, wrongValue } from './schema-error.js';
import { isSchema } from './schema-keywords.js';

export type Grammar =
  /** Any JSON object. */
  | { readonly type: 'json' }
  | { readonly type: 'schema'; readonly schema: unknown; readonly strict: boolean }
  | { readonly type: 'regex'; readonly regex: string }
  | { readonly type: 'choice'; readonly choices: readonly string[] }
  | { readonly type: 'ebnf'; readonly ebnf: string };

/** Characters of a schema, or of all functions of a request. */
const maxSchemaLength = 256 * 1024;

/** `path` says where in the request it stands, for errors. */
export const grammarPart = (grammar: Grammar, path: string): Part => {
  switch (grammar.type) {
    case 'json':
      return anyObject;
    case 'schema':
      return limited(grammar.schema, schemaPart(grammar.schema, { path, strict: grammar.strict }));
    case 'regex':
      return (builder, from) => named(path, () => fullRegex(grammar.regex)(builder, from));
    case 'choice':
      return choice(...grammar.choices.map(literal));
    case 'ebnf':
      return (builder, from) => named(path, () => ebnfPart(grammar.ebnf)(builder, from));
  }
};

/** A function that may be called. */
export interface FunctionSpec {
  readonly name: string;
  /** `undefined`: it takes none. */
  readonly parameters: unknown;
  readonly strict: boolean;
  /** Where the parameters stand in the request, for errors. */
  readonly path: string;
}

const noArguments = { properties: {} };

/** The arguments of one of these, in no form: what can be said of them before it is known how a model calls. */
export const argumentsOfAny = (functions: readonly FunctionSpec[]): Part =>
  limited(functions, choice(...functions.map(argumentsPart)));

/** A function's arguments: always an object. */
export const argumentsPart =
  ({ parameters = noArguments, strict, path }: FunctionSpec): Part =>
  (builder, from) => {
    if (!isSchema(parameters)) return anyObject(builder, from);
    const { type = 'object' } = parameters;
    if (type !== 'object') throw wrongValue(`${path}.type`, type, '"object"');
    return schemaPart({ ...parameters, type }, { path, strict })(builder, from);
  };

const limited =
  (source: unknown, part: Part): Part =>
  (builder, from) => {
    if (JSON.stringify(source).length > maxSchemaLength) throw new TooLarge();
    return part(builder, from);
  };

/** What was found to be followable, by digest; oldest first. Clients ask for the same again and again. */
const followable = new Set<string>();
const maxFollowable = 512;

/** Throws as `automatonOf` does where nothing can be held to this; `key` is equal for equal grammars. */
export const checkFollowable = (key: string, part: Part, path: string): void => {
  const digest = createHash('sha256').update(key).digest('base64');
  if (followable.has(digest)) return;
  automatonOf(part, path);
  followable.add(digest);
  const [oldest] = followable;
  if (followable.size > maxFollowable) followable.delete(oldest!);
};

/** Throws a `TaskwireError` that names the field. */
export const automatonOf = (part: Part, path: string): Automaton => {
  const builder = new NetworkBuilder();
  try {
    const root = builder.declare();
    builder.define(root, part);
    return new Automaton(builder.finish(root));
  } catch (error) {
    if (error instanceof SchemaError) throw error.toTaskwire();
    if (error instanceof TooLarge)
      throw new SchemaError(path, 'it is too large', 'shorter limits, fewer parts').toTaskwire();
    if (error instanceof RangeError) throw new SchemaError(path, error.message).toTaskwire();
    throw error;
  }
};

const named = <T>(path: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (error instanceof RegexError || error instanceof EbnfError) throw new SchemaError(path, error.message);
    throw error;
  }
};
