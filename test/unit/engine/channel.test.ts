import { Channel } from '../../../src/engine/channel.js';

const readAll = async (channel: Channel<number>): Promise<number[]> => {
  const read: number[] = [];
  for await (const item of channel) read.push(item);
  return read;
};

test('what was pushed before and during reading arrives in order', async () => {
  const channel = new Channel<number>();
  channel.push(1);
  const reading = readAll(channel);
  channel.push(2);
  setImmediate(() => {
    channel.push(3);
    channel.push(4);
    setImmediate(() => channel.end());
  });
  expect(await reading).toEqual([1, 2, 3, 4]);
});

test('a failure is thrown after what came before it', async () => {
  const channel = new Channel<number>();
  const read: number[] = [];
  channel.push(1);
  channel.fail(new Error('broken'));
  const reading = (async () => {
    for await (const item of channel) read.push(item);
  })();
  await expect(reading).rejects.toThrow('broken');
  expect(read).toEqual([1]);
});

test('only the first end counts, and nothing is added behind it', async () => {
  const channel = new Channel<number>();
  channel.push(1);
  channel.end();
  channel.push(2);
  channel.fail(new Error('too late'));
  expect(channel.ended).toBe(true);
  expect(await readAll(channel)).toEqual([1]);
});

test('a failure with an undefined reason still throws', async () => {
  const channel = new Channel<number>();
  channel.fail(undefined);
  await expect(readAll(channel)).rejects.toBeUndefined();
});
