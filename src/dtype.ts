/** The precisions that hub exports come in, and how their files are named: `onnx/<part><suffix>.onnx`. */
export const dtypeSuffix = {
  fp32: '',
  fp16: '_fp16',
  q8: '_quantized',
  int8: '_int8',
  uint8: '_uint8',
  q4: '_q4',
  q4f16: '_q4f16',
  bnb4: '_bnb4',
} as const;

export type Dtype = keyof typeof dtypeSuffix;

/** Which one serves when nobody asked: the most exact that is there. */
export const dtypePreference: readonly Dtype[] = [
  'fp32',
  'fp16',
  'q8',
  'int8',
  'uint8',
  'q4',
  'q4f16',
  'bnb4',
];

/**
 * What a suffix of a model id asks for (`org/name/fp-16`). bf16 and fp8 do not exist as ONNX CPU exports: the nearest
 * precision serves them, and the model list says so.
 */
export const dtypeBySuffix: Readonly<Record<string, readonly Dtype[]>> = {
  'fp-32': ['fp32'],
  fp32: ['fp32'],
  'fp-16': ['fp16'],
  fp16: ['fp16'],
  'bf-16': ['fp16'],
  bf16: ['fp16'],
  'fp-8': ['int8', 'q8', 'uint8'],
  fp8: ['int8', 'q8', 'uint8'],
  int8: ['int8', 'q8', 'uint8'],
  q8: ['q8', 'int8', 'uint8'],
  uint8: ['uint8', 'q8'],
  int4: ['q4', 'bnb4', 'q4f16'],
  q4: ['q4'],
  q4f16: ['q4f16'],
  bnb4: ['bnb4'],
};
