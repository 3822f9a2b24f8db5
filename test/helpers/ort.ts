/** Sessions on the tiny models, below the runner's own layers, and what to feed them. */
import { OrtSession } from '../../src/runner/ort/ort-session.js';
import type { Tensor } from '../../src/runner/ort/tensor.js';
import { fixture } from './fixtures.js';

export const openTiny = (name: string, threads = 1): Promise<OrtSession> =>
  OrtSession.open(fixture(`models/tiny/${name}/onnx/model.onnx`), { providers: [], threads });

export const int64 = (values: readonly number[], rows = 1): Tensor => ({
  type: 'int64',
  data: BigInt64Array.from(values, BigInt),
  dims: [rows, values.length / rows],
});
export const float32 = (dims: readonly number[]): Tensor<Float32Array> => ({
  type: 'float32',
  data: new Float32Array(dims.reduce((a, b) => a * b, 1)),
  dims,
});

/** Feeds of a tiny BERT: `rows` rows of `length` tokens, none of them padding. */
export const textFeeds = (length: number, rows = 1, first = 5): Record<string, Tensor> => {
  const each = (value: (i: number) => number) =>
    int64(
      Array.from({ length: rows * length }, (_, i) => value(i)),
      rows,
    );
  return {
    input_ids: each((i) => first + (i % 90)),
    attention_mask: each(() => 1),
    token_type_ids: each(() => 0),
  };
};
