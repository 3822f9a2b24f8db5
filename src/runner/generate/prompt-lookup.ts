/**
 * Guesses how a text goes on from what it has said before (prompt lookup decoding; Saxena 2023): where its last tokens
 * stand once more, what followed them there is likely to follow again. Costs no second model.
 */

/** Endings that are looked for, the longest first: a longer one is a surer sign. */
const longestEnding = 3;
const shortestEnding = 2;

/** At most `most` tokens that followed the latest earlier place where `ids` ends alike; none if there is none. */
export const lookUp = (ids: readonly number[], most: number): readonly number[] => {
  for (let length = longestEnding; length >= shortestEnding; length--) {
    const ending = ids.length - length;
    for (let start = ending - 1; start >= 0; start--) {
      if (standsAt(ids, start, ending, length)) return ids.slice(start + length, start + length + most);
    }
  }
  return [];
};

const standsAt = (ids: readonly number[], a: number, b: number, length: number): boolean => {
  for (let i = 0; i < length; i++) if (ids[a + i] !== ids[b + i]) return false;
  return true;
};
