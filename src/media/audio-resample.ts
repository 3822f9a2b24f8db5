/** Changes the sampling rate of a stream: a windowed sinc, evaluated at every output sample. */

/** Zero crossings on each side of the sinc, its cutoff relative to the lower Nyquist, and its window: ffmpeg's choice. */
const halfWidth = 16;
const cutoff = 0.97;
const kaiserBeta = 9;
/** Filters kept at most; rates whose ratio needs more use the nearest one, 1/8192 of a sample off. */
const maxPhases = 4096;

export class Resampler {
  readonly #from: number;
  readonly #to: number;
  readonly #phases: number;
  /** Input samples under one filter: a multiple of 4. */
  readonly #taps: number;
  /** [phases, taps]: filter p weighs the samples around a point p / phases after one of them. */
  readonly #filters: Float64Array;
  /** Input not yet passed by, beginning with sample number `#first`; zeros stand before and after the sound. */
  #pending: Float64Array;
  #first: number;
  #received = 0;
  #made = 0;

  constructor(from: number, to: number) {
    const divisor = greatestCommonDivisor(from, to);
    this.#from = from / divisor;
    this.#to = to / divisor;
    this.#phases = Math.min(this.#to, maxPhases);
    // When the rate falls, the sinc widens to keep out what the new rate cannot carry.
    const band = Math.min(1, (cutoff * to) / from);
    this.#taps = 4 * Math.ceil(halfWidth / band / 2);
    this.#filters = makeFilters(this.#phases, this.#taps, band);
    this.#first = 1 - this.#taps / 2;
    this.#pending = new Float64Array(-this.#first);
  }

  /** The output that the input so far determines. */
  push(input: Float32Array): Float32Array {
    this.#received += input.length;
    return this.#advance(input, Number.POSITIVE_INFINITY);
  }

  /** The rest, up to the last input sample. */
  flush(): Float32Array {
    return this.#advance(
      new Float32Array(this.#taps + 2),
      Math.ceil((this.#received * this.#to) / this.#from),
    );
  }

  #advance(input: Float32Array, end: number): Float32Array {
    const samples = new Float64Array(this.#pending.length + input.length);
    samples.set(this.#pending);
    samples.set(input, this.#pending.length);
    // Output n lies at input n * from / to; its last tap half a filter later, or one more where the phase rounds up.
    const reach = this.#first + samples.length - 1 - this.#taps / 2;
    const last = Math.min(end, Math.ceil((reach * this.#to) / this.#from));
    const output = new Float32Array(Math.max(0, last - this.#made));
    for (let i = 0; i < output.length; i++) output[i] = this.#sampleAt(this.#made + i, samples);
    this.#made += output.length;
    const passed = this.#inputBefore(this.#made) + 1 - this.#taps / 2 - this.#first;
    this.#pending = samples.slice(Math.max(0, passed));
    this.#first += Math.max(0, passed);
    return output;
  }

  /** Number of the input sample at or before output sample n. */
  #inputBefore(n: number): number {
    return Math.floor((n * this.#from) / this.#to);
  }

  #sampleAt(n: number, samples: Float64Array): number {
    const ticks = n * this.#from;
    let before = Math.floor(ticks / this.#to);
    let phase = Math.round(((ticks - before * this.#to) * this.#phases) / this.#to);
    if (phase === this.#phases) {
      phase = 0;
      before++;
    }
    const start = before + 1 - this.#taps / 2 - this.#first;
    // Four sums at a time, because each addition waits for the one before it.
    const filters = this.#filters;
    const end = (phase + 1) * this.#taps;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let tap = phase * this.#taps, at = start; tap < end; tap += 4, at += 4) {
      a += filters[tap]! * samples[at]!;
      b += filters[tap + 1]! * samples[at + 1]!;
      c += filters[tap + 2]! * samples[at + 2]!;
      d += filters[tap + 3]! * samples[at + 3]!;
    }
    return a + b + c + d;
  }
}

const makeFilters = (phases: number, taps: number, band: number): Float64Array => {
  const filters = new Float64Array(phases * taps);
  const one = bessel(kaiserBeta);
  for (let phase = 0; phase < phases; phase++) {
    const filter = filters.subarray(phase * taps, (phase + 1) * taps);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      // Distance from the output's point in input samples.
      const distance = tap - (taps / 2 - 1) - phase / phases;
      const x = Math.PI * distance * band;
      const edge = distance / Math.ceil(halfWidth / band);
      const window = Math.abs(edge) >= 1 ? 0 : bessel(kaiserBeta * Math.sqrt(1 - edge * edge)) / one;
      filter[tap] = (x === 0 ? 1 : Math.sin(x) / x) * window;
      sum += filter[tap]!;
    }
    // A constant stays what it is.
    for (let tap = 0; tap < taps; tap++) filter[tap]! /= sum;
  }
  return filters;
};

/** Modified Bessel function of the first kind, order 0, by its power series. */
const bessel = (x: number): number => {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / 2 / k) ** 2;
    sum += term;
  }
  return sum;
};

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);
