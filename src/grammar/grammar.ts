/** What a text can be held to, and how that becomes an automaton. The faces and the runner both use it. */
import { Automaton } from './automaton.js';
import { EbnfError, ebnfPart } from './ebnf.js';
import { schemaPart } from './json-schema.js';
import { anyObject } from './json-text.js';
import { choice, literal, NetworkBuilder, type Part, TooLarge } from './network.js';
import { fullRegex, RegexError } from './regex.js';
import { SchemaError } from './schema-error.js';

export type Grammar =
  /** Any JSON object. */
  | { readonly type: 'json' }
  | { readonly type: 'schema'; readonly schema: unknown; readonly strict: boolean }
  | { readonly type: 'regex'; readonly regex: string }
  | { readonly type: 'choice'; readonly choices: readonly string[] }
  | { readonly type: 'ebnf'; readonly ebnf: string };

/** `path` says where in the request it stands, for errors. */
export const grammarPart = (grammar: Grammar, path: string): Part => {
  switch (grammar.type) {
    case 'json':
      return anyObject;
    case 'schema':
      return schemaPart(grammar.schema, { path, strict: grammar.strict });
    case 'regex':
      return (builder, from) => named(path, () => fullRegex(grammar.regex)(builder, from));
    case 'choice':
      return choice(...grammar.choices.map(literal));
    case 'ebnf':
      return (builder, from) => named(path, () => ebnfPart(grammar.ebnf)(builder, from));
  }
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
