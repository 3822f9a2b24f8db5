/** Which part of a text, or of two, stays when all of it does not fit. */

/** The last word may be cut, so it is left out, unless there is no other. */
export const beginningOf = (text: string, length: number): string => {
  const beginning = text.slice(0, length);
  const space = Math.max(beginning.lastIndexOf(' '), beginning.lastIndexOf('\n'));
  return (space > length / 2 ? beginning.slice(0, space) : beginning).toWellFormed();
};

/** The same of the first word. */
export const endOf = (text: string, length: number): string => {
  const end = text.slice(-length);
  const space = end.search(/[ \n]/);
  return (space >= 0 && space < length / 2 ? end.slice(space) : end).toWellFormed();
};

/** How much of two texts stays: the longer one gives first, and both are equal once it is no longer. */
export const longestFirst = (first: number, second: number, cutTokens: number): [number, number] => {
  const room = Math.max(0, first + second - cutTokens);
  const shorter = Math.min(first, second, second === 0 ? 0 : Math.floor(room / 2));
  return first <= second ? [shorter, room - shorter] : [room - shorter, shorter];
};
