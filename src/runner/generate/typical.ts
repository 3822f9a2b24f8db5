/**
 * Locally typical sampling (Meister et al., 2023): of the tokens, those whose information is nearest to the entropy,
 * the fewest that together have `mass` of the probability.
 */
import type { Candidates } from './sampler.js';

/** Bins of the distance from the entropy, in nats: only those in the bin where the sum passes the mass are sorted. */
const binsPerNat = 64;
/** Information lies within 30 nats of the likeliest token's, and the entropy below 12. */
const mostNats = 48;

export const typical = ({ ids, weights }: Candidates, mass: number): Candidates => {
  const { distances, total } = distancesOf(weights);
  const wanted = mass * total;
  const farthest = farthestOf(distances, weights, wanted);
  let count = 0;
  const keptIds = new Int32Array(ids.length);
  const keptWeights = new Float64Array(ids.length);
  for (let i = 0; i < ids.length; i++) {
    if (distances[i]! > farthest) continue;
    keptIds[count] = ids[i]!;
    keptWeights[count++] = weights[i]!;
  }
  return { ids: keptIds.subarray(0, count), weights: keptWeights.subarray(0, count) };
};

/** How far each token's information, -log p, is from its expectation. */
const distancesOf = (weights: Float64Array): { distances: Float64Array; total: number } => {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i]!;
  const norm = Math.log(total);
  const distances = new Float64Array(weights.length);
  let entropy = 0;
  for (let i = 0; i < weights.length; i++) {
    const information = norm - Math.log(weights[i]!);
    distances[i] = information;
    entropy += (weights[i]! / total) * information;
  }
  for (let i = 0; i < distances.length; i++) distances[i] = Math.abs(distances[i]! - entropy);
  return { distances, total };
};

/** The distance at which the sum of the weights within it reaches `wanted`. */
const farthestOf = (distances: Float64Array, weights: Float64Array, wanted: number): number => {
  const sums = new Float64Array(mostNats * binsPerNat + 1);
  for (let i = 0; i < distances.length; i++) sums[binOf(distances[i]!)]! += weights[i]!;
  let sum = 0;
  let bin = 0;
  while (bin < sums.length - 1 && sum + sums[bin]! < wanted) sum += sums[bin++]!;
  const inBin: number[] = [];
  for (let i = 0; i < distances.length; i++) if (binOf(distances[i]!) === bin) inBin.push(i);
  inBin.sort((a, b) => distances[a]! - distances[b]!);
  for (const i of inBin) {
    sum += weights[i]!;
    if (sum >= wanted) return distances[i]!;
  }
  // Sums in another order may round to less.
  return inBin.length > 0 ? distances[inBin.at(-1)!]! : Number.POSITIVE_INFINITY;
};

const binOf = (distance: number): number =>
  Math.min(mostNats * binsPerNat, Math.floor(distance * binsPerNat));
