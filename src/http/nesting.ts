/** How deep JSON may nest: far more than any request needs, and less than what can be written again or sent to a runner. */
export const mostLevels = 1_000;

/** Level by level, since a value may be nested deeper than the stack. */
export const isTooDeep = (value: unknown): boolean => {
  let level: object[] = isNested(value) ? [value] : [];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === mostLevels) return true;
    level = level.flatMap((one) => Object.values(one).filter(isNested));
  }
  return false;
};

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null;
