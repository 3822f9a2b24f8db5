import { automaton, fits, randomText } from '../../helpers/grammar.js';
import { TestRandom } from '../../helpers/random.js';

const expressions = [
  '[A-Z][a-z]+ is (old|young)\\.',
  'a.c',
  '\\d{3}-[A-Fx-z]{2,}',
  '(ab?)*c',
  '[^a-y\\s]{1,3}',
  'x{0}y{2}',
  '(?:é|😀)+?',
  '\\w\\W\\s\\S\\D',
  '[\\d\\-.\\]]*!',
  '\\u00e9\\x41\\u{1F600}',
  'a||b',
  '(?<year>\\d\\d)(|x)',
  '[a\\b]|[-a]|[a-]',
  '\\t\\n\\/\\$',
];

test.each(expressions)('%s allows what JavaScript matches', (source) => {
  const random = new TestRandom(7);
  const grammar = automaton({ type: 'regex', regex: source });
  const expected = new RegExp(`^(?:${source.replaceAll('[\\b', '[\\b')})$`, 'u');
  const texts = new Set(random.array(50, () => randomText(grammar, random)));
  for (const text of texts) expect([text, expected.test(text)]).toEqual([text, true]);
  // One character more, less or other: JavaScript says what is still right.
  for (const text of texts) {
    const letters = Array.from(text);
    const at = random.integer(0, letters.length);
    const changed = [
      ...letters.slice(0, at),
      random.pick(['', 'a', '1', 'é', ' ']),
      ...letters.slice(at + random.integer(0, 1)),
    ].join('');
    expect([changed, fits(grammar, changed)]).toEqual([changed, expected.test(changed)]);
  }
});

test('anchors at the ends change nothing: the whole text is meant', () => {
  const grammar = automaton({ type: 'regex', regex: '^ab$|^c' });
  expect(['ab', 'c', 'abc', 'cc'].map((text) => fits(grammar, text))).toEqual([true, true, false, false]);
});

test.each([
  ['(a', 'closing'],
  ['a)', 'opening'],
  ['[a', 'end'],
  ['a{2,1}', 'wrong way'],
  ['a{99999}', 'count'],
  ['*a', 'nothing to repeat'],
  ['(?=a)', 'ahead'],
  ['(?<!a)b', 'ahead'],
  ['a\\1', '\\\\1'],
  ['a\\b', '\\\\b'],
  ['a^b', '\\^ inside'],
  ['(a$)', '\\$ inside'],
  ['\\ud800', 'no character'],
  ['[z-a]', 'range'],
  ['[]', 'no text'],
  [`${'('.repeat(200)}${')'.repeat(200)}`, 'deep'],
])('%s is refused with a reason', (regex, reason) => {
  expect(() => automaton({ type: 'regex', regex })).toThrow(new RegExp(reason));
});
