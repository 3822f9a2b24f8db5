/** Aligns tokens with positions of the sound by what each token attended to (dynamic time warping). */

/** A matrix by rows. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/**
 * The path from the first row and column to the last that collects the most; for each row the column where it begins.
 * Rows and columns only go up along it.
 */
export const rowStarts = ({ rows, columns, data }: Matrix): number[] => {
  const width = columns + 1;
  const collected = new Float64Array((rows + 1) * width).fill(Number.NEGATIVE_INFINITY);
  /** How a cell was reached: 0 from the row and column before, 1 from the row before, 2 from the column before. */
  const steps = new Uint8Array((rows + 1) * width);
  collected[0] = 0;
  for (let row = 1; row <= rows; row++) {
    for (let column = 1; column <= columns; column++) {
      const cell = row * width + column;
      const diagonal = collected[cell - width - 1]!;
      const above = collected[cell - width]!;
      const left = collected[cell - 1]!;
      const step = diagonal > above && diagonal > left ? 0 : above > diagonal && above > left ? 1 : 2;
      steps[cell] = step;
      collected[cell] = data[(row - 1) * columns + column - 1]! + [diagonal, above, left][step]!;
    }
  }
  const starts = new Array<number>(rows).fill(0);
  for (let row = rows, column = columns; row > 0 && column > 0; ) {
    starts[row - 1] = column - 1;
    const step = steps[row * width + column]!;
    if (step !== 2) row--;
    if (step !== 1) column--;
  }
  return starts;
};

/** Makes rows comparable: each column to mean 0 and variance 1 over the rows, then smoothed along the columns. */
export const sharpened = ({ rows, columns, data }: Matrix, medianWidth: number): Matrix => {
  const scaled = new Float32Array(data.length);
  for (let column = 0; column < columns; column++) {
    let sum = 0;
    let squares = 0;
    for (let at = column; at < data.length; at += columns) {
      sum += data[at]!;
      squares += data[at]! ** 2;
    }
    const mean = sum / rows;
    const deviation = Math.sqrt(Math.max(0, squares / rows - mean * mean)) || 1;
    for (let at = column; at < data.length; at += columns) scaled[at] = (data[at]! - mean) / deviation;
  }
  return { rows, columns, data: medians(scaled, columns, medianWidth) };
};

/** Running median of each row, mirrored at its ends. */
const medians = (data: Float32Array, columns: number, width: number): Float32Array => {
  const half = Math.floor(width / 2);
  if (columns <= half) return data;
  const out = new Float32Array(data.length);
  const around = new Float32Array(2 * half + 1);
  for (let row = 0; row < data.length; row += columns) {
    for (let column = 0; column < columns; column++) {
      for (let i = -half; i <= half; i++) {
        const at = Math.abs(column + i);
        around[i + half] = data[row + (at < columns ? at : 2 * (columns - 1) - at)]!;
      }
      out[row + column] = around.toSorted()[half]!;
    }
  }
  return out;
};
