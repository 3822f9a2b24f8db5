/**
 * Vectors as JSON text. Nine significant digits tell any two 32-bit floats apart, so nothing is lost; JavaScript's own
 * printing works in 64 bits, gives seventeen digits, and takes five times as long (bench/render).
 */

const significant = 9;
const powers = Float64Array.from({ length: 2 * significant + 8 }, (_, exponent) => 10 ** exponent);
const largestPlain = 10 ** significant;
const smallestPlain = 1e-6;
/** Sign, "0.", five zeros, nine digits, a comma. */
const mostBytes = 24;

const [zero, minus, point, comma, open, close] = Array.from('0-.,[]', (character) =>
  character.charCodeAt(0),
) as [number, number, number, number, number, number];

let scratch = Buffer.allocUnsafe(mostBytes * 4096);

/** `[0.1,-2.5,…]`; NaN and infinities become `null`, as JSON.stringify has it. */
export const vectorToJson = (vector: Float32Array): string => {
  if (scratch.length < (vector.length + 1) * mostBytes)
    scratch = Buffer.allocUnsafe((vector.length + 1) * mostBytes);
  let at = 0;
  scratch[at++] = open;
  for (let i = 0; i < vector.length; i++) {
    if (i > 0) scratch[at++] = comma;
    at = writeNumber(vector[i]!, at);
  }
  scratch[at++] = close;
  return scratch.toString('latin1', 0, at);
};

const writeNumber = (value: number, start: number): number => {
  let at = start;
  const size = Math.abs(value);
  // Zero, the tiny, the huge and what is no number: rare, so JavaScript prints them.
  if (!(size >= smallestPlain && size < largestPlain)) {
    return at + scratch.write(Number.isFinite(value) ? String(value) : 'null', at, 'latin1');
  }
  if (value < 0) scratch[at++] = minus;
  let exponent = exponentOf(size);
  let digits = (size * powers[significant - 1 - exponent]! + 0.5) | 0;
  if (digits === largestPlain) {
    digits = largestPlain / 10;
    exponent++;
  }
  let count = significant;
  for (let rest = (digits / 10) | 0; digits === rest * 10; rest = (digits / 10) | 0) {
    digits = rest;
    count--;
  }
  return exponent < 0
    ? writeFraction(digits, count, exponent, at)
    : writeDecimal(digits, count, exponent, at);
};

/** The power of ten that the number begins with. */
const exponentOf = (size: number): number => {
  let exponent = 0;
  if (size >= 1) while (size >= powers[exponent + 1]!) exponent++;
  else
    do exponent--;
    while (size * powers[-exponent]! < 1);
  return exponent;
};

/** 0.00ddd */
const writeFraction = (digits: number, count: number, exponent: number, start: number): number => {
  scratch[start] = zero;
  scratch[start + 1] = point;
  const first = start + 1 - exponent;
  for (let at = start + 2; at < first; at++) scratch[at] = zero;
  writeDigits(digits, first, first + count);
  return first + count;
};

/** ddd.dd, or ddd00 */
const writeDecimal = (digits: number, count: number, exponent: number, start: number): number => {
  const whole = exponent + 1;
  if (count <= whole) {
    writeDigits(digits, start, start + count);
    for (let at = start + count; at < start + whole; at++) scratch[at] = zero;
    return start + whole;
  }
  const below = powers[count - whole]!;
  writeDigits((digits / below) | 0, start, start + whole);
  scratch[start + whole] = point;
  writeDigits(digits % below, start + whole + 1, start + count + 1);
  return start + count + 1;
};

const writeDigits = (digits: number, start: number, end: number): void => {
  // Below 2^31: integer arithmetic.
  let left = digits | 0;
  for (let at = end - 1; at >= start; at--) {
    const rest = (left / 10) | 0;
    scratch[at] = zero + (left - rest * 10);
    left = rest;
  }
};
