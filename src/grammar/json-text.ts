/** JSON's own grammar: space between tokens, strings, numbers, and values of any kind. */
import { type CharacterSet, character, characters, common, everythingBut, oneOf } from './characters.js';
import {
  calling,
  choice,
  literal,
  type NetworkBuilder,
  nothing,
  once,
  optional,
  type Part,
  repeated,
  sequence,
  shared,
} from './network.js';

const unlimited = Number.POSITIVE_INFINITY;
const controls: CharacterSet = [[0, 0x1f]];
const special = characters([...controls, ...oneOf('"\\')]);
/** What stands in a string as itself. */
export const plain = everythingBut(special);
const digit = oneOf('0123456789');

/**
 * Where a line may be broken: nothing, a space, or a new line with its indentation. As printers write it, no more: a model
 * that once begins with white space may not stop.
 */
export const space: Part = shared(
  'space',
  choice(
    nothing,
    literal(' '),
    sequence(literal('\n'), choice(repeated(literal(' '), 0, 20), repeated(literal('\t'), 1, 6))),
  ),
);
export const comma = sequence(literal(','), space);

const hex = character(oneOf('0123456789abcdefABCDEF'));
/** Without the halves of pairs, which count as characters of their own nowhere. */
const unicodeEscape = sequence(
  literal('u'),
  choice(
    sequence(character(oneOf('0123456789abcABCefEF')), hex),
    sequence(character(oneOf('dD')), character(oneOf('01234567'))),
  ),
  hex,
  hex,
);
const escaped = sequence(literal('\\'), choice(character(oneOf('"\\/bfnrt')), unicodeEscape));

/** One character of a string, in any spelling. */
const stringCharacter = shared('string character', choice(character(plain), escaped));

/** A character of the set as a string has it: escaped where it must be, and only there. */
export const writtenInString = (set: CharacterSet): Part => {
  const toEscape = common(set, special).flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i)),
  );
  const ways = toEscape.map((one) => literal(JSON.stringify(one).slice(1, -1)));
  const unescaped = common(set, plain);
  return choice(...(unescaped.length > 0 || ways.length === 0 ? [character(unescaped)] : []), ...ways);
};

/** So many characters, each state knowing how many may still follow. */
const run =
  (one: Part, least: number, most: number): Part =>
  (builder, from) => {
    let at = from;
    for (let i = 0; i < least; i++) {
      builder.states[at]!.room = most - i;
      at = one(builder, at);
    }
    const end = builder.state();
    for (let i = least; i < most && most < unlimited; i++) {
      builder.states[at]!.room = most - i;
      builder.skip(at, end);
      at = one(builder, at);
    }
    builder.skip(at, end);
    if (most < unlimited) return end;
    builder.states[end]!.room = unlimited;
    builder.skip(one(builder, end), end);
    return end;
  };

const quoted = (content: Part): Part => sequence(literal('"'), content, literal('"'));

export const string = (least = 0, most = unlimited): Part =>
  least === 0 && most === unlimited
    ? shared('string', quoted(run(stringCharacter, 0, unlimited)))
    : quoted(run(stringCharacter, least, most));

export const stringOf = quoted;

/** Any string but these, spelled without escapes, so that none of them comes in disguise. */
export const stringBut = (texts: readonly string[]): Part => {
  const rest = run(character(plain), 0, unlimited);
  const after = (wanted: readonly string[]): Part => {
    const byFirst = new Map<string, string[]>();
    for (const text of wanted) {
      const [first] = text;
      if (first !== undefined) byFirst.set(first, [...(byFirst.get(first) ?? []), text.slice(first.length)]);
    }
    const others = common(plain, everythingBut(oneOf([...byFirst.keys()].join(''))));
    const ways = [...byFirst].map(([first, left]) =>
      sequence(character(common(plain, oneOf(first))), after(left)),
    );
    return choice(sequence(character(others), rest), ...ways, ...(wanted.includes('') ? [] : [nothing]));
  };
  return quoted(after(texts));
};

/** So many digits that 64-bit numbers fit; an exponent that stays finite. */
const maxDigits = 19;
const sign = optional(literal('-'));
const natural = choice(
  literal('0'),
  sequence(character(oneOf('123456789')), repeated(character(digit), 0, maxDigits - 1)),
);
const fraction = sequence(literal('.'), repeated(character(digit), 1, maxDigits));
const exponent = sequence(
  character(oneOf('eE')),
  optional(character(oneOf('+-'))),
  repeated(character(digit), 1, 2),
);

export const integer: Part = shared('integer', sequence(sign, natural));
export const number: Part = shared('number', sequence(sign, natural, optional(fraction), optional(exponent)));
export const boolean: Part = choice(literal('true'), literal('false'));
export const nil: Part = literal('null');

/** So many items, with commas between them, and space behind the last one. */
export const separated = (item: Part, least: number, most: number): Part => {
  if (most <= 0) return nothing;
  return once(item, (one) => {
    const list = sequence(one, repeated(sequence(comma, one), Math.max(0, least - 1), most - 1), space);
    return least <= 0 ? optional(list) : list;
  });
};

/** The content brings its own space behind it, if it is any. */
export const bracketed = (open: string, content: Part, close: string): Part =>
  sequence(literal(open), space, content, literal(close));

export const member = (name: Part, value: Part): Part =>
  sequence(name, literal(':'), optional(literal(' ')), value);

/** Any value: the rule calls itself. */
const valueRule = (builder: NetworkBuilder): number => builder.rule('value', anyValue);
export const value: Part = (builder, from) => calling(valueRule(builder))(builder, from);

const anyArray = bracketed('[', separated(value, 0, unlimited), ']');
export const anyObject: Part = shared(
  'object',
  bracketed('{', separated(member(string(), value), 0, unlimited), '}'),
);
const anyValue = choice(anyObject, anyArray, string(), number, boolean, nil);
