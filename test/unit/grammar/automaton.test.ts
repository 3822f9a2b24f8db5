import type { Automaton, Situation } from '../../../src/grammar/automaton.js';
import { after, automaton, fits } from '../../helpers/grammar.js';
import { TestRandom } from '../../helpers/random.js';

/** How many situations are held by what follows on the start. */
const heldFromStart = ({ start }: Automaton): number => {
  const held = new Set<Situation>([start]);
  for (const { next } of held) for (const one of next) if (one) held.add(one);
  return held.size;
};

const openings = (random: TestRandom, depth: number): string[] =>
  random.array(depth, () => random.pick(['[', '{"b":']));

const closingOf = (opened: readonly string[]): string =>
  opened.map((one) => (one === '[' ? ']' : '}')).reduceRight((text, one) => text + one, '');

test('what is learnt from texts without end does not pile up', () => {
  const random = new TestRandom(5);
  const grammar = automaton({ type: 'json' });
  let most = 0;
  for (let i = 0; i < 400; i++) {
    // No two texts open alike, so each one is news.
    expect(after(grammar, `{"a":${openings(random, 40).join('')}1`)).not.toBeNull();
    most = Math.max(most, heldFromStart(grammar));
  }
  expect(most).toBeGreaterThan(1_000);
  expect(most).toBeLessThan(10_000);
});

test('who is in the middle of a text when everything is forgotten still finds its end', () => {
  const random = new TestRandom(6);
  const grammar = automaton({ type: 'json' });
  const opened = openings(random, 40);
  const beginning = `{"a":${opened.join('')}1`;
  let middle = after(grammar, beginning);
  for (let i = 0; i < 400; i++) after(grammar, `{"a":${openings(random, 40).join('')}1`);
  const ending = `${closingOf(opened)}}`;
  for (const byte of Buffer.from(ending)) middle &&= grammar.step(middle, byte);
  expect([middle?.mayEnd, fits(grammar, beginning + ending)]).toEqual([true, true]);
});
