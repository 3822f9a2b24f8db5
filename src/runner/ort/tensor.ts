/** Tensors in JavaScript's memory, and as ONNX Runtime's values. Types and sizes are checked before a pointer is passed. */
import { Handle } from './handle.js';
import { call, callFor, type Pointer, release, viewMemory } from './library.js';

/** ONNX's element types that models here use, with their numbers in ONNXTensorElementDataType. */
const elementTypes = {
  float32: { id: 1, array: Float32Array },
  uint8: { id: 2, array: Uint8Array },
  int32: { id: 6, array: Int32Array },
  int64: { id: 7, array: BigInt64Array },
  bool: { id: 9, array: Uint8Array },
  float16: { id: 10, array: Uint16Array },
} as const;

export type ElementType = keyof typeof elementTypes;
export type TensorData = Float32Array | Uint8Array | Int32Array | BigInt64Array | Uint16Array;

export interface Tensor<Data extends TensorData = TensorData> {
  readonly type: ElementType;
  readonly data: Data;
  readonly dims: readonly number[];
}

const elementTypeOf = (id: number): ElementType => {
  const found = Object.entries(elementTypes).find(([, entry]) => entry.id === id);
  if (!found) throw new Error(`element type ${id} is not supported`);
  return found[0] as ElementType;
};

const cpuMemory = (): Pointer =>
  callFor('CreateCpuMemoryInfo', /* device allocator */ 0, /* default memory */ 0);
let sharedCpuMemory: Pointer | undefined;

/** Describes plain memory; one for the life of the process. */
export const cpuMemoryInfo = (): Pointer => {
  sharedCpuMemory ??= cpuMemory();
  return sharedCpuMemory;
};

/** A tensor as ONNX Runtime knows it. */
export abstract class Value extends Handle {
  readonly type: ElementType;
  readonly dims: readonly number[];

  constructor(pointer: Pointer, { type, dims }: Pick<Tensor, 'type' | 'dims'>, owner?: Handle) {
    super(pointer, 'ReleaseValue', owner);
    this.type = type;
    this.dims = dims;
  }
}

/** A tensor whose memory stays JavaScript's: the value holds on to the array for as long as it lives. */
export class TensorValue extends Value {
  readonly data: TensorData;

  constructor(tensor: Tensor) {
    const { data, dims } = tensor;
    const { id } = checked(tensor);
    const shape = shapeOf(dims);
    const pointer = callFor(
      'CreateTensorWithDataAsOrtValue',
      cpuMemoryInfo(),
      data,
      data.byteLength,
      shape,
      dims.length,
      id,
    );
    super(pointer, tensor);
    this.data = data;
  }
}

/** A tensor in a device's memory; what is in it never comes to JavaScript. */
export class DeviceValue extends Value {
  constructor(allocator: Handle, type: ElementType, dims: readonly number[]) {
    const { id } = elementTypes[type];
    const pointer = callFor('CreateTensorAsOrtValue', allocator.pointer, shapeOf(dims), dims.length, id);
    super(pointer, { type, dims }, allocator);
  }
}

const shapeOf = (dims: readonly number[]): BigInt64Array => {
  if (!dims.every((size) => Number.isSafeInteger(size) && size >= 0))
    throw new Error(`[${dims}] is no shape: sizes are whole numbers from 0`);
  return BigInt64Array.from(dims, BigInt);
};

const checked = ({ type, data, dims }: Tensor) => {
  const entry = elementTypes[type];
  const count = dims.reduce((a, b) => a * b, 1);
  if (!(data instanceof entry.array)) {
    throw new Error(`a ${type} tensor needs a ${entry.array.name}, not a ${data.constructor.name}`);
  }
  if (count !== data.length)
    throw new Error(`a tensor of [${dims}] needs ${count} elements, not ${data.length}`);
  return entry;
};

export const newArray = (type: ElementType, length: number): TensorData =>
  new elementTypes[type].array(length);

/** Copies a value in CPU memory that ONNX Runtime allocated; the value stays the caller's to release. */
export const copyTensor = (value: Pointer): Tensor => {
  const info = callFor('GetTensorTypeAndShape', value);
  try {
    const { type, dims } = readShape(info);
    const count = dims.reduce((a, b) => a * b, 1);
    const { array } = elementTypes[type];
    if (count === 0) return { type, data: new array(0), dims };
    const memory = viewMemory(callFor('GetTensorMutableData', value), count * array.BYTES_PER_ELEMENT);
    return { type, data: new array(memory.slice(0)), dims };
  } finally {
    release('ReleaseTensorTypeAndShapeInfo', info);
  }
};

/** Element type and dimensions of a tensor's description; -1 where a model leaves a dimension open. */
export const readShape = (
  info: Pointer,
): { readonly type: ElementType; readonly dims: readonly number[] } => {
  const dims = new BigInt64Array(callFor<number>('GetDimensionsCount', info));
  if (dims.length > 0) call('GetDimensions', info, dims, dims.length);
  return {
    type: elementTypeOf(callFor<number>('GetTensorElementType', info)),
    dims: Array.from(dims, Number),
  };
};
