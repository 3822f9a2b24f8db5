import { fits, ofSchema, randomText } from '../../helpers/grammar.js';
import { TestRandom } from '../../helpers/random.js';

const bound = (random: TestRandom): number =>
  Number(((random.next() - 0.5) * 10 ** random.integer(-3, 6)).toFixed(random.integer(0, 5)));

test('numbers are allowed exactly where they lie within the limits', () => {
  const random = new TestRandom(99);
  for (let i = 0; i < 300; i++) {
    const [a, b] = [bound(random), bound(random)];
    const [low, high] = [Math.min(a, b), Math.max(a, b) + 1];
    const [lowName, highName] = [
      random.pick(['minimum', 'exclusiveMinimum']),
      random.pick(['maximum', 'exclusiveMaximum']),
    ];
    const type = random.pick(['number', 'integer']);
    const schema = { type, [lowName]: low, [highName]: high };
    const isWithin = (value: number) =>
      (lowName === 'minimum' ? value >= low : value > low) &&
      (highName === 'maximum' ? value <= high : value < high) &&
      (type === 'number' || Number.isInteger(value));
    if (type === 'integer' && !isWithin(Math.ceil(low)) && !isWithin(Math.ceil(low) + 1)) continue;
    const grammar = ofSchema(schema);
    const near = [
      low,
      high,
      low - 0.001,
      low + 0.001,
      high - 0.001,
      high + 0.001,
      Math.round(low),
      Math.round(high),
      0,
      low + random.next() * (high - low),
    ];
    for (const value of near) {
      const text = Number(value.toFixed(6)).toString();
      // Exponents are not written where there are limits; a zero is written without a sign.
      if (/e/.test(text)) continue;
      expect([schema, text, fits(grammar, text)]).toEqual([schema, text, isWithin(Number(text))]);
    }
    for (let k = 0; k < 3; k++) {
      const text = randomText(grammar, random);
      expect([schema, text, isWithin(Number(text))]).toEqual([schema, text, true]);
    }
  }
});

test('limits that JavaScript prints with an exponent count in full', () => {
  const grammar = ofSchema({ type: 'number', minimum: 1e-7, maximum: 1e3 });
  expect(['0.0000001', '0.00000009', '1000', '1000.1'].map((text) => fits(grammar, text))).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

test('digits beyond what a number holds do not lead back to an excluded limit', () => {
  const random = new TestRandom(7);
  for (let i = 0; i < 200; i++) {
    const limit = random.pick([bound(random), 0, 1, -1, 0.1, 2 ** 53]);
    const [name, isWithin] = random.pick([
      ['exclusiveMinimum', (value: number) => value > limit],
      ['exclusiveMaximum', (value: number) => value < limit],
    ] as const);
    const grammar = ofSchema({ type: 'number', [name]: limit });
    const written = limit.toFixed(5);
    // The last digit one lower, and nines behind it; zeros behind all of them, and a one.
    const nines = `${(limit - 0.00001).toFixed(5)}${'9'.repeat(14)}`;
    for (const text of [written, `${written}${'0'.repeat(13)}1`, `-${written}1`, nines, nines.slice(0, -9)])
      if (fits(grammar, text))
        expect([name, limit, text, isWithin(Number(text))]).toEqual([name, limit, text, true]);
  }
});

test.each([
  [{ minimum: 0, exclusiveMaximum: 1 }, ['0', '0.5', '0.999999999999999'], ['0.9999999999999999999', '1']],
  [{ exclusiveMinimum: 0.1 }, ['0.10000000000000002', '0.11'], ['0.1000000000000000001', '0.1']],
  [{ exclusiveMinimum: 0 }, ['0.0000000000000000001', '1'], ['0', '0.0', '-0', '-1']],
  [{ exclusiveMaximum: 0 }, ['-0.0000000000000000001', '-1'], ['0', '-0', '-0.0', '1']],
  [
    { type: 'integer', exclusiveMinimum: 2 ** 53 },
    ['9007199254740994'],
    ['9007199254740992', '9007199254740993'],
  ],
])('%j excludes its limits in all their spellings', (schema, good, bad) => {
  const grammar = ofSchema(schema);
  expect(good.filter((text) => !fits(grammar, text))).toEqual([]);
  expect(bad.filter((text) => fits(grammar, text))).toEqual([]);
});
