/**
 * ONNX Runtime's C API, called through koffi on the library that onnxruntime-node ships. `OrtApi` is an append-only
 * table of functions: a position never changes its meaning, so positions and signatures below are its ABI
 * (onnxruntime_c_api.h). Everything unsafe starts here; nothing outside this folder sees a pointer.
 */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import koffi from 'koffi';

/** An address; opaque, passed back as it came. */
export type Pointer = bigint;

/** The versions whose table was checked against this file. */
const knownVersions = ['1.30'];
/** The table's version that is asked for: the oldest that has all calls below. */
const apiVersion = 24;
/** ONNX Runtime's kernels run on koffi's stacks when called asynchronously; 256 kB, its default, is a pthread's least. */
const stackBytes = 8 * 2 ** 20;

/** Position in the table and parameters; all return a status that is null on success. */
const calls = {
  CreateEnv: [3, 'int, const char*, _Out_ void**'],
  CreateSession: [7, 'void*, void*, void*, _Out_ void**'],
  CreateSessionOptions: [10, '_Out_ void**'],
  SetSessionLogSeverityLevel: [22, 'void*, int'],
  SetSessionGraphOptimizationLevel: [23, 'void*, int'],
  SetIntraOpNumThreads: [24, 'void*, int'],
  SetInterOpNumThreads: [25, 'void*, int'],
  SessionGetInputCount: [30, 'void*, _Out_ size_t*'],
  SessionGetOutputCount: [31, 'void*, _Out_ size_t*'],
  SessionGetInputTypeInfo: [33, 'void*, size_t, _Out_ void**'],
  SessionGetOutputTypeInfo: [34, 'void*, size_t, _Out_ void**'],
  SessionGetInputName: [36, 'void*, size_t, void*, _Out_ void**'],
  SessionGetOutputName: [37, 'void*, size_t, void*, _Out_ void**'],
  CreateRunOptions: [39, '_Out_ void**'],
  RunOptionsSetTerminate: [46, 'void*'],
  CreateTensorAsOrtValue: [48, 'void*, int64_t*, size_t, int, _Out_ void**'],
  CreateTensorWithDataAsOrtValue: [49, 'void*, void*, size_t, int64_t*, size_t, int, _Out_ void**'],
  GetTensorMutableData: [51, 'void*, _Out_ void**'],
  CastTypeInfoToTensorInfo: [55, 'void*, _Out_ void**'],
  GetTensorElementType: [60, 'void*, _Out_ int*'],
  GetDimensionsCount: [61, 'void*, _Out_ size_t*'],
  GetDimensions: [62, 'void*, _Out_ int64_t*, size_t'],
  GetTensorTypeAndShape: [65, 'void*, _Out_ void**'],
  CreateMemoryInfo: [68, 'const char*, int, int, int, _Out_ void**'],
  CreateCpuMemoryInfo: [69, 'int, int, _Out_ void**'],
  AllocatorFree: [76, 'void*, void*'],
  GetAllocatorWithDefaultOptions: [78, '_Out_ void**'],
  AddSessionConfigEntry: [130, 'void*, const char*, const char*'],
  CreateAllocator: [131, 'void*, void*, _Out_ void**'],
  RunWithBinding: [133, 'void*, void*, void*'],
  CreateIoBinding: [134, 'void*, _Out_ void**'],
  BindInput: [136, 'void*, const char*, void*'],
  BindOutput: [137, 'void*, const char*, void*'],
  BindOutputToDevice: [138, 'void*, const char*, void*'],
  GetBoundOutputValues: [140, 'void*, void*, _Out_ void**, _Out_ size_t*'],
  SynchronizeBoundInputs: [202, 'void*'],
  SynchronizeBoundOutputs: [203, 'void*'],
  CopyTensors: [386, 'void*, void**, void**, void*, size_t'],
  SessionOptionsAppendExecutionProvider: [216, 'void*, const char*, const char**, const char**, size_t'],
} as const;

/** What frees which kind of object. */
const releases = {
  ReleaseEnv: 92,
  ReleaseStatus: 93,
  ReleaseMemoryInfo: 94,
  ReleaseSession: 95,
  ReleaseValue: 96,
  ReleaseRunOptions: 97,
  ReleaseTypeInfo: 98,
  ReleaseTensorTypeAndShapeInfo: 99,
  ReleaseSessionOptions: 100,
  ReleaseAllocator: 132,
  ReleaseIoBinding: 135,
} as const;

export type CallName = keyof typeof calls;
export type ReleaseName = keyof typeof releases;

type Native = ((...args: unknown[]) => unknown) & { async(...args: unknown[]): void };

/** A status that is not success, in ONNX Runtime's words. */
export class OrtError extends Error {
  constructor(call: string, message: string) {
    super(`${call}: ${message}`);
    this.name = 'OrtError';
  }
}

const libraryPath = (): string => {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')),
    'bin/napi-v6',
    process.platform,
    process.arch,
  );
  const file = readdirSync(folder).find((name) => /^(lib)?onnxruntime(\.|\d|dll)*(so|dylib|dll)/.test(name));
  if (!file)
    throw new Error(`onnxruntime-node has no library for ${process.platform}-${process.arch} in ${folder}`);
  return join(folder, file);
};

const functionAt = (table: readonly Pointer[], index: number, declaration: string): Native =>
  koffi.decode(table[index], koffi.proto(declaration)) as Native;

/** Throws unless the table of that version was checked against this file: calling by a wrong position would crash. */
export const checkVersion = (version: string, path: string): void => {
  if (knownVersions.some((known) => version.startsWith(`${known}.`))) return;
  throw new Error(`ONNX Runtime ${version} in ${path} is not known here; known: ${knownVersions.join(', ')}`);
};

const load = () => {
  const settings = koffi.config();
  // Refused once a library is loaded: where this module is loaded twice in a process, the first has done it.
  if (settings.async_stack_size !== stackBytes) koffi.config({ ...settings, async_stack_size: stackBytes });
  const path = libraryPath();
  // It reports to its maker unless told not to; the second name is that of versions to come.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  process.env.ORT_TELEMETRY_DISABLED ??= '1';
  const library = koffi.load(path);
  const getApiBase = library.func('void* OrtGetApiBase()') as unknown as () => Pointer;
  const [getApi, getVersion] = koffi.decode(getApiBase(), koffi.array('void*', 2)) as [Pointer, Pointer];
  const version = koffi.call(getVersion, koffi.proto('const char* ()')) as string;
  checkVersion(version, path);
  const api = koffi.call(getApi, koffi.proto('void* (uint32_t)'), apiVersion) as Pointer | null;
  if (!api) throw new Error(`ONNX Runtime ${version} does not offer API version ${apiVersion}`);
  const size = 1 + Math.max(...Object.values(calls).map(([index]) => index));
  const table = koffi.decode(api, koffi.array('void*', size)) as Pointer[];
  return {
    // koffi unloads a library when its object is collected; function pointers do not hold on to it.
    library,
    call: mapValues(calls, ([index, parameters]) => functionAt(table, index, `void* (${parameters})`)),
    release: mapValues(releases, (index) => functionAt(table, index, 'void (void*)')),
    errorMessage: functionAt(table, 2, 'const char* (void*)'),
  };
};

const mapValues = <K extends string, V>(
  object: Readonly<Record<K, V>>,
  map: (value: V) => Native,
): Record<K, Native> =>
  Object.fromEntries(
    (Object.entries(object) as Array<[K, V]>).map(([key, value]) => [key, map(value)]),
  ) as Record<K, Native>;

const native = load();

const check = (name: string, status: unknown): void => {
  if (status === null) return;
  const message = native.errorMessage(status) as string;
  native.release.ReleaseStatus(status);
  throw new OrtError(name, message);
};

/** Calls and checks the status. */
export const call = (name: CallName, ...args: unknown[]): void => check(name, native.call[name](...args));

/** Calls a function whose last parameter is where its result goes. */
export const callFor = <T = Pointer>(name: CallName, ...args: unknown[]): T => {
  const result: [T | null] = [null];
  call(name, ...args, result);
  return result[0] as T;
};

const pending = new Set<unknown>();

/** Calls on a thread of the pool; the event loop goes on. The arguments are kept alive until the call has returned. */
export const callAsync = (name: CallName, ...args: unknown[]): Promise<void> =>
  new Promise((resolve, reject) => {
    pending.add(args);
    const settle = (error: unknown, status: unknown) => {
      pending.delete(args);
      try {
        if (error) throw error;
        check(name, status);
        resolve();
      } catch (caught) {
        reject(caught);
      }
    };
    try {
      native.call[name].async(...args, settle);
    } catch (error) {
      pending.delete(args);
      reject(error);
    }
  });

/** A session's run on a thread of the pool; `blocking`: on this one, before the call returns. */
export const runWithBinding = async (
  session: Pointer,
  options: Pointer,
  binding: Pointer,
  blocking: boolean,
): Promise<void> => {
  if (blocking) call('RunWithBinding', session, options, binding);
  else await callAsync('RunWithBinding', session, options, binding);
};

export const release = (name: ReleaseName, pointer: Pointer): void => void native.release[name](pointer);

/** A zero-terminated string that ONNX Runtime allocated; frees it. */
export const takeString = (pointer: Pointer, allocator: Pointer): string => {
  const text = koffi.decode.string(pointer);
  call('AllocatorFree', allocator, pointer);
  return text;
};

/** An array of pointers that ONNX Runtime allocated; frees the array, not what it points to. */
export const takePointers = (pointer: Pointer, count: number, allocator: Pointer): Pointer[] => {
  const pointers = koffi.decode(pointer, koffi.array('void*', count)) as Pointer[];
  call('AllocatorFree', allocator, pointer);
  return pointers;
};

/** Native memory as it lies there: valid only while its owner is. */
export const viewMemory = (pointer: Pointer, bytes: number): ArrayBuffer => koffi.view(pointer, bytes);

/** A path as the platform's file functions want it: UTF-16 on Windows, bytes elsewhere. */
export const nativePath = (path: string): Buffer =>
  process.platform === 'win32' ? Buffer.from(`${path}\0`, 'utf16le') : Buffer.from(`${path}\0`);
