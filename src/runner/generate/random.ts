/** Random numbers for sampling: one stream a sequence, the same on every machine, untouched by its neighbours. */

export interface Random {
  /** The next number, uniform in [0, 1), 53 bits. */
  next(): number;
}

/** SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014); any 64-bit seed will do. */
export const seededRandom = (seed: bigint): Random => {
  let state = BigInt.asUintN(64, seed);
  return {
    next() {
      state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
      let z = state;
      z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
      z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
      z ^= z >> 31n;
      return Number(z >> 11n) / 2 ** 53;
    },
  };
};
