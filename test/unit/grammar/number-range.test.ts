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
