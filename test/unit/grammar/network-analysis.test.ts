import { ebnfPart } from '../../../src/grammar/ebnf.js';
import { NetworkBuilder } from '../../../src/grammar/network.js';
import { callRanks } from '../../../src/grammar/network-analysis.js';

/** How often a state is looked at to bring the grammar's rules into an order, for each state that it has. */
const looksPerState = (source: string): number => {
  const builder = new NetworkBuilder();
  const root = builder.declare();
  builder.define(root, ebnfPart(source));
  let looks = 0;
  const states = new Proxy(builder.states, {
    get(target, name) {
      if (typeof name === 'string' && /^\d+$/.test(name)) looks++;
      return Reflect.get(target, name);
    },
  });
  callRanks({ ...builder.finish(root), states });
  return looks / builder.states.length;
};

test('the order of rules that may be empty takes time in proportion to their number', () => {
  const count = 300;
  const rules = Array.from({ length: count }, (_, i) => `x${i} ::= ""`);
  const calls = Array.from({ length: count }, (_, i) => `x${count - 1 - i}`);
  // Each of them turns out to be empty only after the one before it.
  const source = [...rules, `root ::= ${'""*'.repeat(1_000)} ${calls.join(' ')} "a"`].join('\n');
  expect(looksPerState(source)).toBeLessThan(5);
});
