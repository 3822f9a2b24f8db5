/** ONNX Runtime through our layer: what is wrong is said before a pointer is passed, and memory outlives its use. */
import { setImmediate } from 'node:timers/promises';
import { Binding } from '../../src/runner/ort/binding.js';
import { checkVersion } from '../../src/runner/ort/library.js';
import { OrtSession } from '../../src/runner/ort/ort-session.js';
import { type Tensor, TensorValue } from '../../src/runner/ort/tensor.js';
import { garbageCollector } from '../helpers/collect-garbage.js';
import { fixture } from '../helpers/fixtures.js';
import { float32, int64, openTiny, textFeeds } from '../helpers/ort.js';
import { TestRandom } from '../helpers/random.js';
import { temporaryFolder, writeFiles } from '../helpers/temporary.js';

/** Takes seconds. */
const longFeeds = () => textFeeds(64, 8192);

describe('a session', () => {
  let session: OrtSession;
  beforeAll(async () => {
    session = await openTiny('bert-sentiment', 2);
  });
  afterAll(() => session.dispose());

  const with_ = (changed: Record<string, Tensor>) => session.run({ ...textFeeds(4), ...changed });

  test('says what the model takes and gives', () => {
    expect(session.inputs.map(({ name }) => name)).toEqual(['input_ids', 'attention_mask', 'token_type_ids']);
    expect(session.inputs[0]).toEqual({ name: 'input_ids', type: 'int64', dims: [-1, -1] });
    expect(session.outputs).toEqual([{ name: 'logits', type: 'float32', dims: [-1, 3] }]);
  });

  test.each(['input_ids', 'attention_mask', 'token_type_ids'])('a missing %s is named', async (name) => {
    const feeds = Object.fromEntries(Object.entries(textFeeds(4)).filter(([one]) => one !== name));
    await expect(session.run(feeds)).rejects.toThrow(`the model's input ${name} was not fed`);
  });

  test('an input that the model does not have is named, with those it has', async () => {
    await expect(with_({ pixel_values: float32([1, 2]) })).rejects.toThrow(
      'the model has no input pixel_values; it has input_ids, attention_mask, token_type_ids',
    );
  });

  test('a wrong type is named', async () => {
    await expect(with_({ attention_mask: float32([1, 4]) })).rejects.toThrow(
      'input attention_mask is int64, not float32',
    );
  });

  test('a wrong rank is named', async () => {
    const { data } = int64([1, 2, 3, 4]);
    await expect(with_({ input_ids: { type: 'int64', data, dims: [4] } })).rejects.toThrow(
      'input input_ids has the shape [-1,-1], not [4]',
    );
  });

  test('a wrong size where the model knows it is named', async () => {
    const vit = await openTiny('vit');
    try {
      await expect(vit.run({ pixel_values: float32([1, 1, 32, 32]) })).rejects.toThrow(
        'input pixel_values has the shape [-1,3,32,32], not [1,1,32,32]',
      );
    } finally {
      vit.dispose();
    }
  });

  test.each<[string, Tensor, RegExp]>([
    [
      'too few elements',
      { type: 'int64', data: new BigInt64Array(3), dims: [1, 4] },
      /needs 4 elements, not 3/,
    ],
    [
      'too many elements',
      { type: 'int64', data: new BigInt64Array(5), dims: [1, 4] },
      /needs 4 elements, not 5/,
    ],
    ['another array', { type: 'int64', data: new Float32Array(8), dims: [1, 4] }, /needs a BigInt64Array/],
    ['two negative sizes', { type: 'int64', data: new BigInt64Array(4), dims: [-1, -4] }, /is no shape/],
    ['a broken size', { type: 'int64', data: new BigInt64Array(3), dims: [2, 1.5] }, /is no shape/],
  ])('%s: an error, and no run', async (_, tensor, message) => {
    await expect(with_({ input_ids: tensor })).rejects.toThrow(message);
  });

  test('sizes that do not fit each other are an error of the run, and the next run is fine', async () => {
    const expected = await session.run(textFeeds(4));
    await expect(with_({ attention_mask: int64([1, 1]) })).rejects.toThrow(/RunWithBinding/);
    expect(await session.run(textFeeds(4))).toEqual(expected);
  });

  test('an aborted run ends early with the reason, and the session works on', async () => {
    const expected = await session.run(textFeeds(9));
    const controller = new AbortController();
    const aborted = session.run(longFeeds(), { signal: controller.signal });
    for (let i = 0; i < 10; i++) await setImmediate();
    controller.abort();
    // Had it run to its end, it would have resolved.
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    expect(await session.run(textFeeds(9))).toEqual(expected);
  });

  test('a run whose signal has fired does not begin', async () => {
    const reason = new Error('nobody waits');
    await expect(session.run(textFeeds(3), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('a signal that fires after the run does nothing', async () => {
    const controller = new AbortController();
    await session.run(textFeeds(3), { signal: controller.signal });
    controller.abort();
    expect((await session.run(textFeeds(3))).logits?.dims).toEqual([1, 3]);
  });

  test('aborting some of many runs leaves the others as they are', async () => {
    const random = new TestRandom(3);
    const lengths = random.array(40, () => random.integer(1, 60));
    const alone = [];
    for (const length of lengths) alone.push(await session.run(textFeeds(length, 1, length)));
    const runs = lengths.map((length, i) => {
      const controller = new AbortController();
      const run = session.run(textFeeds(length, 1, length), { signal: controller.signal });
      if (i % 3 === 0) controller.abort();
      return run;
    });
    for (const [i, result] of (await Promise.allSettled(runs)).entries()) {
      // A short run may be over before its signal fires.
      if (i % 3 === 0 && result.status === 'rejected') expect(result.reason.name).toBe('AbortError');
      else expect(result).toEqual({ status: 'fulfilled', value: alone[i] });
    }
  });

  test('collecting garbage during runs takes no memory from under them', async () => {
    const gc = garbageCollector();
    // Arrays of up to 64 bytes lie where the collector moves things, unless they were given to native code.
    const lengths = [1, 2, 3, 5, 8, 9, 60];
    const expected = new Map<number, unknown>();
    for (const length of lengths) expected.set(length, await session.run(textFeeds(length)));
    for (let round = 0; round < 15; round++) {
      const runs = lengths.map((length) => session.run(textFeeds(length)));
      let rubbish: unknown[] = [];
      for (let i = 0; i < 5; i++) {
        rubbish = Array.from({ length: 2000 }, () => new BigInt64Array(4).fill(-1n));
        gc();
        await setImmediate();
      }
      expect(rubbish).toHaveLength(2000);
      for (const [i, length] of lengths.entries()) expect(await runs[i]).toEqual(expected.get(length));
    }
    // Beside other tests a collection takes its time.
  }, 120_000);
});

test('a session can be disposed of twice, and says so when it is used after', async () => {
  const session = await openTiny('bert-sentiment');
  session.dispose();
  session.dispose();
  await expect(session.run(textFeeds(3))).rejects.toThrow('used after ReleaseSession');
  expect(() => new Binding(session)).toThrow('used after ReleaseSession');
  expect(() => session.deviceValue('Cpu', 'float32', [1])).toThrow('used after ReleaseSession');
});

test('a session that is disposed of during a run finishes the run', async () => {
  const session = await openTiny('bert-sentiment');
  const expected = await session.run(textFeeds(50, 20));
  const runs = Array.from({ length: 8 }, () => session.run(textFeeds(50, 20)));
  session.dispose();
  for (const run of runs) expect(await run).toEqual(expected);
  await expect(session.run(textFeeds(3))).rejects.toThrow('used after ReleaseSession');
});

test.each([
  ['no such file', 'none.onnx', /CreateSession/],
  ['no model', 'text.onnx', /CreateSession/],
  ['an empty file', 'empty.onnx', /CreateSession/],
])('%s is an error when it is opened', async (_, name, message) => {
  const folder = writeFiles(temporaryFolder(), { 'text.onnx': 'Once upon a time', 'empty.onnx': '' });
  await expect(OrtSession.open(`${folder}/${name}`, { providers: [], threads: 1 })).rejects.toThrow(message);
});

test('a provider that is not there is an error when it is opened', async () => {
  const path = fixture('models/tiny/vit/onnx/model.onnx');
  await expect(OrtSession.open(path, { providers: ['QNN'], threads: 1 })).rejects.toThrow(
    /AppendExecutionProvider/,
  );
});

test.each(['1.29.0', '1.31.0', '1.3.0', '2.30.0', ''])(
  'version "%s" of the library is refused',
  (version) => {
    expect(() => checkVersion(version, '/lib/onnxruntime.so')).toThrow(
      `ONNX Runtime ${version} in /lib/onnxruntime.so is not known here; known: 1.30`,
    );
  },
);

test('a known version of the library is taken, whatever its last number', () => {
  expect(() => checkVersion('1.30.7', '/lib/onnxruntime.so')).not.toThrow();
});

describe('values', () => {
  test('a tensor can be disposed of twice, and says so when it is used after', () => {
    const value = new TensorValue(float32([2, 3]));
    value.dispose();
    value.dispose();
    expect(() => value.pointer).toThrow('used after ReleaseValue');
    expect(() => value.hold()).toThrow('used after ReleaseValue');
  });

  test("a value in a device's memory outlives its session, and can be disposed of twice", async () => {
    const session = await openTiny('vit');
    const value = session.deviceValue('Cpu', 'float32', [4, 256]);
    session.dispose();
    expect(typeof value.pointer).toBe('bigint');
    value.dispose();
    value.dispose();
    expect(() => value.pointer).toThrow('used after ReleaseValue');
  });

  test('values are copied to what is like them, and to nothing else', async () => {
    const session = await openTiny('vit');
    const given = new TensorValue(float32([2, 2]));
    expect(() => session.copyValues([given], [new TensorValue(float32([4]))])).toThrow(
      'a value of float32 [2,2] cannot be copied to one of float32 [4]',
    );
    expect(() => session.copyValues([given], [])).toThrow('cannot be copied to none');
    session.dispose();
  });

  test('a shape of broken or negative sizes is refused', async () => {
    const session = await openTiny('vit');
    expect(() => session.deviceValue('Cpu', 'float32', [2, -1])).toThrow('is no shape');
    expect(() => session.deviceValue('No such memory', 'float32', [2])).toThrow(
      /CreateMemoryInfo|CreateAllocator/,
    );
    session.dispose();
  });
});
