import { automaton, fits } from '../../helpers/grammar.js';

const ebnf = (source: string) => automaton({ type: 'ebnf', ebnf: source });

test.each<[string, string, string[], string[]]>([
  [
    'rules, classes, repetitions and comments',
    'root ::= "<" item ("," item)* ">" # a list\nitem ::= [a-z]+ | "(" root ")" | [^\\x00-\\x7f] ',
    ['<a>', '<a,b,(<c>)>', '<é>'],
    ['<>', '<a', '<A>', '<a,>'],
  ],
  ['escapes', 'root ::= "\\"\\\\\\n\\u00e9" [\\]\\-^]', ['"\\\né]', '"\\\né-'], ['"\\\néx']],
  ['counts', 'root ::= [0-9]{1,3} "a"{2} ("b" | "c"){1,}', ['1aab', '123aabcb'], ['1234aab', '1ab', '1aa']],
  ['brackets in pairs', 'root ::= "" | "(" root ")" root', ['', '()', '(()())'], ['(', ')(']],
  [
    'what ends only with its beginning',
    'root ::= "a" root "b" | "a" root "c" | ""',
    ['', 'aabc'],
    ['aab', 'abb'],
  ],
])('%s', (_, source, good, bad) => {
  const grammar = ebnf(source);
  expect(good.filter((text) => !fits(grammar, text))).toEqual([]);
  expect(bad.filter((text) => fits(grammar, text))).toEqual([]);
});

test('an ambiguous grammar takes no more than its length', () => {
  const grammar = ebnf('root ::= "a" root "b" | "a" root "c" | ""');
  expect(fits(grammar, `${'a'.repeat(500)}${'bc'.repeat(250)}`)).toBe(true);
});

test.each([
  ['root ::= root "a" | "a"', 'begins with itself'],
  ['root ::= x root | "b"\nx ::= ""', 'begins with itself'],
  ['root ::= "a" root', 'no text'],
  ['root ::= missing', 'no rule named missing'],
  ['item ::= "a"', 'no rule named root'],
  ['root ::= "a"\nroot ::= "b"', 'second rule'],
  ['root = "a"', 'no ::='],
  ['root ::= "a', 'end too early'],
  ['root ::= ("a"', 'parenthesis'],
  ['root ::= [z-a]', 'wrong way'],
  ['root ::= "a"{3,2}', 'repetition'],
  ['root ::= ?', 'where a term'],
  ['root ::= "\\ud800"', 'no character'],
])('%s is refused with a reason', (source, reason) => {
  expect(() => ebnf(source)).toThrow(new RegExp(reason));
});
