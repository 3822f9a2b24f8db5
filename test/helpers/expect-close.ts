/** Compares an answer with an expected one whose numbers were computed elsewhere, in another order of additions. */

export interface Tolerance {
  /** The largest difference of two numbers. */
  readonly tolerance: number;
  /** The same for the corners of boxes, in pixels. */
  readonly boxTolerance?: number;
}

/**
 * Where `actual` differs, one line each. An object may hold more than is expected of it; arrays may not.
 */
const differences = (actual: unknown, expected: unknown, limits: Tolerance, path = 'answer'): string[] => {
  if (typeof expected === 'number' && typeof actual === 'number') {
    return Math.abs(actual - expected) <= limits.tolerance
      ? []
      : [`${path}: ${actual}, expected ${expected}`];
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length)
      return [`${path}: ${shape(actual)}, expected ${shape(expected)}`];
    return expected.flatMap((item, i) => differences(actual[i], item, limits, `${path}[${i}]`));
  }
  if (typeof expected === 'object' && expected !== null && typeof actual === 'object' && actual !== null) {
    return Object.entries(expected).flatMap(([key, value]) => {
      const inside = key === 'box' ? { tolerance: limits.boxTolerance ?? limits.tolerance } : limits;
      return differences((actual as Record<string, unknown>)[key], value, inside, `${path}.${key}`);
    });
  }
  return Object.is(actual, expected) ? [] : [`${path}: ${shape(actual)}, expected ${shape(expected)}`];
};

const shape = (value: unknown): string =>
  Array.isArray(value) ? `${value.length} items` : (JSON.stringify(value) ?? String(value));

export const expectClose = (actual: unknown, expected: unknown, limits: Tolerance): void => {
  const found = differences(actual, expected, limits);
  if (found.length > 0) throw new Error(`${found.length} differences:\n${found.slice(0, 20).join('\n')}`);
};
