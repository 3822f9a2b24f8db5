/** Texts along a grammar, and schemas at random. */
import type { Automaton, Situation } from '../../src/grammar/automaton.js';
import { automatonOf, type Grammar, grammarPart } from '../../src/grammar/grammar.js';
import type { TestRandom } from './random.js';

export const automaton = (grammar: Grammar): Automaton => automatonOf(grammarPart(grammar, 'it'), 'it');

export const ofSchema = (schema: unknown, strict = false): Automaton =>
  automaton({ type: 'schema', schema, strict });

/** Where the automaton is after a text; `null` where it does not allow it. */
export const after = (grammar: Automaton, text: string): Situation | null => {
  let situation: Situation | null = grammar.start;
  for (const byte of Buffer.from(text)) situation &&= grammar.step(situation, byte);
  return situation;
};

export const fits = (grammar: Automaton, text: string): boolean => after(grammar, text)?.mayEnd ?? false;

/** Bytes that bring a JSON text to its end. */
const closing = new Set(Buffer.from('"}],:'));

/** A text of the grammar, byte by byte at random; throws where it is stuck. */
export const randomText = (grammar: Automaton, random: TestRandom): string => {
  const bytes: number[] = [];
  for (let situation = grammar.start; ; ) {
    const ways = Array.from({ length: 256 }, (_, byte) => ({ byte, next: grammar.step(situation, byte) }));
    const open = ways.filter((way): way is { byte: number; next: Situation } => way.next !== null);
    if (situation.mayEnd && (open.length === 0 || random.next() < 0.3)) return Buffer.from(bytes).toString();
    if (open.length === 0) throw new Error(`stuck behind ${Buffer.from(bytes)}`);
    const ends = open.filter(({ byte }) => closing.has(byte));
    const hurries = ends.length > 0 && random.next() < 0.5;
    const { byte, next } = random.pick(hurries ? ends : open);
    bytes.push(byte);
    situation = next;
  }
};

type Schema = Record<string, unknown>;

const names = ['a', 'b', 'name', 'x y', 'q"', 'nä', 'ab'];
const patterns = [
  '^[a-z]{2,5}$',
  '^\\d{3}-\\d{4}$',
  'x+',
  '^(foo|bar)?"\\\\',
  '[^a-z]$',
  'a|^b|c$',
  '\\S\\s\\w',
];
const formats = ['date', 'time', 'date-time', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid', 'uri', 'duration'];
const constants = ['a', 'b"c', 1, -2.5, null, true, 'ü', [1, 'x'], { k: 'v' }];
const simple = ['string', 'integer', 'number', 'boolean', 'null', 'enum', 'const', 'format', 'pattern'];
const nested = ['array', 'tuple', 'object', 'object', 'open', 'anyOf', 'allOf', 'ref'];

/** A list that the `ref` kind refers to. */
const listNode = {
  type: 'object',
  properties: { v: { type: 'integer' }, next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] } },
  required: ['v', 'next'],
  additionalProperties: false,
};

export const randomSchema = (random: TestRandom): Schema => ({
  ...schemaAt(random, 0),
  $defs: { node: listNode },
});

const schemaAt = (random: TestRandom, depth: number): Schema => {
  const inner = () => schemaAt(random, depth + 1);
  const some = <T>(most: number, make: () => T): T[] => random.array(random.integer(1, most), make);
  switch (random.pick(depth > 2 ? simple : [...simple, ...nested])) {
    case 'string':
      return { type: 'string', ...limits(random, 'minLength', 'maxLength', 8) };
    case 'integer':
      return { type: 'integer', ...range(random) };
    case 'number':
      return { type: 'number', ...range(random) };
    case 'boolean':
      return { type: 'boolean' };
    case 'null':
      return { type: ['null', 'integer'] };
    case 'enum':
      return { enum: some(4, () => random.pick(constants)) };
    case 'const':
      return { const: random.pick(constants) };
    case 'format':
      return { type: 'string', format: random.pick(formats) };
    case 'pattern':
      return { type: 'string', pattern: random.pick(patterns) };
    case 'array':
      return { type: 'array', items: inner(), ...limits(random, 'minItems', 'maxItems', 3) };
    case 'tuple':
      return { type: 'array', prefixItems: some(3, inner), items: random.pick([false, inner()]) };
    case 'anyOf':
      return { anyOf: some(3, inner) };
    case 'allOf':
      return {
        allOf: [
          { type: 'object', properties: { a: inner() }, required: ['a'] },
          { properties: { b: inner() } },
        ],
      };
    case 'ref':
      return { $ref: '#/$defs/node' };
    case 'open':
      return { ...object(random, inner), additionalProperties: random.pick([true, inner()]) };
    default:
      return { ...object(random, inner), additionalProperties: false };
  }
};

const object = (random: TestRandom, inner: () => Schema): Schema => {
  const own = random.shuffled(names).slice(0, random.integer(0, 4));
  return {
    type: 'object',
    properties: Object.fromEntries(own.map((name) => [name, inner()])),
    required: own.filter(() => random.next() < 0.5),
  };
};

const limits = (random: TestRandom, low: string, high: string, most: number): Schema => {
  const least = random.integer(0, most / 2);
  return {
    ...(random.next() < 0.5 ? { [low]: least } : {}),
    ...(random.next() < 0.7 ? { [high]: random.integer(least, most) } : {}),
  };
};

const range = (random: TestRandom): Schema => {
  const cents = () => Math.round((random.next() - 0.5) * 10 ** random.integer(1, 6)) / 100;
  const low = cents();
  return {
    ...(random.next() < 0.6 ? { [random.pick(['minimum', 'exclusiveMinimum'])]: low } : {}),
    ...(random.next() < 0.6
      ? { [random.pick(['maximum', 'exclusiveMaximum'])]: low + 2 + Math.abs(cents()) }
      : {}),
  };
};
