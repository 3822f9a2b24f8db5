/** Bindings: memory that stays, shapes that change, and nothing that is pulled from under a run. */
import { setImmediate } from 'node:timers/promises';
import { Binding } from '../../src/runner/ort/binding.js';
import type { OrtSession } from '../../src/runner/ort/ort-session.js';
import { type Tensor, TensorValue } from '../../src/runner/ort/tensor.js';
import { garbageCollector } from '../helpers/collect-garbage.js';
import { float32, int64, openTiny, textFeeds } from '../helpers/ort.js';

const width = 32;
let session: OrtSession;
beforeAll(async () => {
  session = await openTiny('bert-embed', 2);
});
afterAll(() => session.dispose());

/** Binds copies of `feeds` and room for the output; returns that room. */
const bindAll = (binding: Binding, feeds: Readonly<Record<string, Tensor>>): Tensor<Float32Array> => {
  for (const [name, feed] of Object.entries(feeds)) binding.input(name, new TensorValue(feed));
  const output = float32([...feeds.input_ids!.dims, width]);
  binding.output('last_hidden_state', new TensorValue(output));
  return output;
};

test('a binding is run again and again with other shapes and other memory', async () => {
  const binding = new Binding(session);
  const shapes = [
    [4, 1],
    [60, 3],
    [1, 1],
    [2, 50],
    [60, 3],
    [4, 1],
  ] as const;
  for (const [length, rows] of shapes) {
    const feeds = textFeeds(length, rows);
    const output = bindAll(binding, feeds);
    await binding.run();
    expect(output).toEqual((await session.run(feeds)).last_hidden_state);
  }
  binding.dispose();
});

test('what is written into bound memory is what the next run reads', async () => {
  const binding = new Binding(session);
  const feeds = textFeeds(6);
  const output = bindAll(binding, feeds);
  for (const first of [5, 20, 70]) {
    const { input_ids: changed } = textFeeds(6, 1, first);
    (feeds.input_ids!.data as BigInt64Array).set(changed!.data as BigInt64Array);
    await binding.run();
    expect(output).toEqual((await session.run({ ...feeds, input_ids: changed! })).last_hidden_state);
  }
  binding.dispose();
});

test('room of its own stays while the shape does, and lives through a run that it is disposed of in', async () => {
  const binding = new Binding(session);
  const roomsFor = (feeds: Readonly<Record<string, Tensor>>) =>
    Object.entries(feeds).map(([name, { type, dims, data }]) => {
      const room = binding.room({ name, type, dims }) as BigInt64Array;
      room.set(data as BigInt64Array);
      return room;
    });
  const feeds = textFeeds(6, 2);
  const output = bindAll(binding, feeds);
  const first = roomsFor(feeds);
  await binding.run();
  expect(output).toEqual((await session.run(feeds)).last_hidden_state);
  const others = textFeeds(6, 2, 40);
  const again = roomsFor(others);
  for (const [i, room] of again.entries()) expect(room).toBe(first[i]);
  await binding.run();
  expect(output).toEqual((await session.run(others)).last_hidden_state);
  const longer = textFeeds(9, 2);
  const longOutput = float32([2, 9, width]);
  binding.output('last_hidden_state', new TensorValue(longOutput));
  for (const [i, room] of roomsFor(longer).entries()) expect(room).not.toBe(first[i]);
  const running = binding.run();
  binding.dispose();
  garbageCollector()();
  await running;
  expect(longOutput).toEqual((await session.run(longer)).last_hidden_state);
});

test('room that is too small for an output is an error, and nothing is written', async () => {
  const binding = new Binding(session);
  bindAll(binding, textFeeds(6));
  const memory = new Float32Array(6 * width).fill(7);
  const small = { type: 'float32', data: memory.subarray(0, 2 * width), dims: [1, 2, width] } as const;
  binding.output('last_hidden_state', new TensorValue(small));
  await expect(binding.run()).rejects.toThrow(/RunWithBinding/);
  expect(memory.subarray(2 * width)).toEqual(new Float32Array(4 * width).fill(7));
  binding.dispose();
});

test('wrong names, types and ranks are named before anything is bound', () => {
  const binding = new Binding(session);
  const ids = new TensorValue(int64([1, 2]));
  const floats = new TensorValue(float32([1, 2]));
  expect(() => binding.input('pixel_values', ids)).toThrow(
    'the model has no input pixel_values; it has input_ids',
  );
  expect(() => binding.input('input_ids', floats)).toThrow('input input_ids is int64, not float32');
  expect(() => binding.output('logits', floats)).toThrow('no output logits; it has last_hidden_state');
  expect(() => binding.output('last_hidden_state', ids)).toThrow('last_hidden_state is float32, not int64');
  expect(() => binding.output('last_hidden_state', floats)).toThrow('has the shape [-1,-1,32], not [1,2]');
  binding.dispose();
});

test.each(['input_ids', 'attention_mask', 'last_hidden_state'])(
  'a run without %s bound is refused',
  async (name) => {
    const binding = new Binding(session);
    const feeds = textFeeds(3);
    for (const [one, feed] of Object.entries(feeds))
      if (one !== name) binding.input(one, new TensorValue(feed));
    if (name !== 'last_hidden_state')
      binding.output('last_hidden_state', new TensorValue(float32([1, 3, width])));
    await expect(binding.run()).rejects.toThrow(new RegExp(`put ${name} was not bound`));
    binding.dispose();
  },
);

test('a binding can be disposed of twice, and says so when it is used after', async () => {
  const binding = new Binding(session);
  bindAll(binding, textFeeds(3));
  binding.dispose();
  binding.dispose();
  await expect(binding.run()).rejects.toThrow('used after ReleaseIoBinding');
  expect(() => binding.input('input_ids', new TensorValue(int64([1])))).toThrow(
    'used after ReleaseIoBinding',
  );
});

test('a value that was disposed of is not bound', () => {
  const binding = new Binding(session);
  const value = new TensorValue(int64([1, 2]));
  value.dispose();
  expect(() => binding.input('input_ids', value)).toThrow('used after ReleaseValue');
  binding.dispose();
});

test('binding, values and session that are disposed of during a run last until its end', async () => {
  const gc = garbageCollector();
  const other = await openTiny('bert-embed');
  const feeds = textFeeds(60, 200);
  const expected = await session.run(feeds);
  const binding = new Binding(other);
  const output = bindAll(binding, textFeeds(60, 200));
  const run = binding.run();
  binding.dispose();
  other.dispose();
  for (let i = 0; i < 5; i++) {
    gc();
    await setImmediate();
  }
  await run;
  expect(output).toEqual(expected.last_hidden_state);
  await expect(binding.run()).rejects.toThrow('used after');
});

test('a blocking run is over when the call returns, and fails like any other', async () => {
  const binding = new Binding(session);
  const feeds = textFeeds(7, 2);
  const output = bindAll(binding, feeds);
  const expected = await session.run(feeds);
  const run = binding.run({ blocking: true });
  expect(output).toEqual(expected.last_hidden_state);
  await run;
  binding.input('input_ids', new TensorValue(textFeeds(5).input_ids!));
  await expect(binding.run({ blocking: true })).rejects.toThrow(/RunWithBinding/);
  bindAll(binding, feeds);
  await binding.run({ blocking: true });
  binding.dispose();
  await expect(binding.run({ blocking: true })).rejects.toThrow('used after');
});

test('a binding is not touched while it runs', async () => {
  const binding = new Binding(session);
  bindAll(binding, textFeeds(40, 50));
  const run = binding.run();
  expect(() => binding.input('input_ids', new TensorValue(int64([1])))).toThrow('while it runs');
  await expect(binding.run()).rejects.toThrow('while it runs');
  await run;
  await binding.run();
  binding.dispose();
});

test('many bindings of one session run side by side, each in its own memory', async () => {
  const feeds = Array.from({ length: 30 }, (_, i) => textFeeds(1 + i, 2, i));
  const expected = [];
  for (const feed of feeds) expected.push((await session.run(feed)).last_hidden_state);
  const bindings = feeds.map(() => new Binding(session));
  const outputs = feeds.map((feed, i) => bindAll(bindings[i]!, feed));
  for (let round = 0; round < 3; round++) {
    await Promise.all(bindings.map((binding) => binding.run()));
    expect(outputs).toEqual(expected);
    for (const { data } of outputs) data.fill(0);
  }
  for (const binding of bindings) binding.dispose();
});
