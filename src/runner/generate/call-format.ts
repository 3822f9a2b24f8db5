/** The forms in which models call functions, told by the chat template that they were trained with. */

import { argumentsPart, type FunctionSpec } from '../../grammar/grammar.js';
import { bracketed, comma, member, space } from '../../grammar/json-text.js';
import { textUntil, textWithout } from '../../grammar/marked-text.js';
import { choice, literal, nothing, type Part, repeated, sequence } from '../../grammar/network.js';

export interface CallFormat {
  readonly name: 'hermes' | 'llama3' | 'mistral';
  /** What stands before a call, and behind one; empty: nothing. */
  readonly opener: string;
  readonly closer: string;
  /** A call may begin the text without an opener. */
  readonly isBare: boolean;
  readonly argumentsKey: 'arguments' | 'parameters';
  /** Characters of a call's id. */
  readonly idLength: number;
}

const hermes: CallFormat = {
  name: 'hermes',
  opener: '<tool_call>',
  closer: '</tool_call>',
  isBare: false,
  argumentsKey: 'arguments',
  idLength: 24,
};

const llama3: CallFormat = {
  name: 'llama3',
  opener: '<|python_tag|>',
  closer: '',
  isBare: true,
  argumentsKey: 'parameters',
  idLength: 24,
};

/** Its template insists on ids of nine characters. */
const mistral: CallFormat = {
  name: 'mistral',
  opener: '[TOOL_CALLS]',
  closer: '',
  isBare: false,
  argumentsKey: 'arguments',
  idLength: 9,
};

/** `undefined`: the template says nothing of tools. */
export const callFormatOf = (template: string): CallFormat | undefined => {
  if (template.includes('[TOOL_CALLS]')) return mistral;
  if (template.includes('<tool_call>')) return hermes;
  if (!template.includes('tools')) return undefined;
  return template.includes('<|python_tag|>') || template.includes('"parameters"') ? llama3 : hermes;
};

export const defaultCallFormat = hermes;

export interface CallRules {
  readonly functions: readonly FunctionSpec[];
  /** Whether there must be a call. */
  readonly isForced: boolean;
  /** Whether there may be several. */
  readonly isParallel: boolean;
}

/** What the assistant may say instead of calling; `undefined`: anything. */
type Content = Part | undefined;

/** Texts with calls in that form: content, calls, or the one and then the other. */
export const callsPart = (
  format: CallFormat,
  { functions, isForced, isParallel }: CallRules,
  content: Content,
): Part => {
  const call = choice(...functions.map((one) => callPart(format, one)));
  const calls = callsBehindOpener(format, call, isParallel);
  const opened = sequence(literal(format.opener), space, calls);
  if (isForced) return format.isBare ? calls : opened;
  if (content) return choice(content, format.isBare ? calls : opened);
  if (format.isBare) return choice(calls, plainAnswer, nothing);
  return choice(textWithout(format.opener), sequence(textUntil(format.opener), space, calls));
};

/** All but space and the brace. */
const firstBytes = [
  [0x21, 0x7a],
  [0x7c, 0xff],
] as const;

/** What an assistant that calls without an opener says otherwise: a text that does not begin as a call would. */
const plainAnswer: Part = (builder, from) => {
  const rest = builder.state();
  builder.states[rest]!.room = Number.POSITIVE_INFINITY;
  for (const [low, high] of firstBytes) builder.read(from, low, high, rest);
  builder.read(rest, 0, 0xff, rest);
  return rest;
};

const callsBehindOpener = (format: CallFormat, call: Part, isParallel: boolean): Part => {
  const more = (separator: Part) =>
    repeated(sequence(separator, call), 0, isParallel ? Number.POSITIVE_INFINITY : 0);
  switch (format.name) {
    case 'mistral':
      return sequence(literal('['), space, call, more(comma), space, literal(']'));
    case 'llama3':
      return sequence(call, more(sequence(literal(';'), space)));
    case 'hermes': {
      const close = sequence(space, literal(format.closer));
      const again = sequence(close, space, literal(format.opener), space);
      return sequence(call, more(again), close);
    }
  }
};

const callPart = ({ argumentsKey }: CallFormat, spec: FunctionSpec): Part => {
  const members = sequence(
    member(literal('"name"'), literal(JSON.stringify(spec.name))),
    comma,
    member(literal(`"${argumentsKey}"`), argumentsPart(spec)),
    space,
  );
  return bracketed('{', members, '}');
};
