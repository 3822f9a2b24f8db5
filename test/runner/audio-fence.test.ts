import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openSound, removeStaleFiles } from '../../src/media/audio.js';
import { childrenOf } from '../helpers/children.js';
import { describeWithFfmpeg } from '../helpers/needs.js';
import { ffmpeg, tone, wavFile } from '../helpers/sounds.js';

const rate = 16_000;
const audioModule = new URL('../../src/media/audio.js', import.meta.url).href;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fence-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const soundFiles = () => readdirSync(tmpdir()).filter((name) => name.startsWith('taskwire-sound-'));
const ownFiles = () => soundFiles().filter((name) => name.startsWith(`taskwire-sound-${process.pid}-`));

const children = (): string[] => childrenOf(process.pid).map(({ command }) => command);

describeWithFfmpeg('a file that names other files or addresses is not followed', () => {
  let server: Server;
  let asked = 0;
  let secret: string;

  beforeAll(async () => {
    secret = join(folder, 'secret.wav');
    writeFileSync(secret, wavFile([tone(440, 1)]));
    server = createServer((_req, res) => {
      asked++;
      res.end(readFileSync(secret));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void server.close());

  const id3 = Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, 0, 0, 0, 0]);
  const hls = (target: string) =>
    `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1.0,\n${target}\n#EXT-X-ENDLIST\n`;
  const concat = (target: string) => `ffconcat version 1.0\nfile '${target}'\nduration 1\n`;
  const dash = (target: string) =>
    `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet ` +
    `mimeType="audio/mp4"><Representation id="a" bandwidth="1"><BaseURL>${target}</BaseURL>` +
    '</Representation></AdaptationSet></Period></MPD>';
  const sdp = () => 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n';

  test.each([
    ['HLS', hls],
    ['concat', concat],
    ['DASH', dash],
    ['SDP', sdp],
  ])('%s, bare and behind an MP3 tag', async (_name, script) => {
    const { port } = server.address() as AddressInfo;
    const targets = [secret, `file://${secret}`, `http://127.0.0.1:${port}/secret.wav`, '/etc/passwd'];
    for (const target of targets) {
      for (const prefix of [Buffer.alloc(0), id3]) {
        const bytes = Buffer.concat([prefix, Buffer.from(script(target))]);
        const opening = openSound(bytes, { rate, signal: new AbortController().signal });
        await expect(opening).rejects.toMatchObject({ code: 'invalid_media' });
      }
    }
    expect(asked).toBe(0);
    expect(ownFiles()).toEqual([]);
  });
});

describeWithFfmpeg('the decoder ends with the request', () => {
  let long: Buffer;

  beforeAll(() => {
    ffmpeg(['-f', 'lavfi', '-i', 'sine=440:d=1800:r=16000', join(folder, 'long.flac')]);
    long = readFileSync(join(folder, 'long.flac'));
  });

  test('a cancelled one is killed and leaves nothing on the disk', async () => {
    const controller = new AbortController();
    const sound = await openSound(long, { rate, signal: controller.signal });
    const blocks = sound.blocks[Symbol.asyncIterator]();
    expect((await blocks.next()).done).toBe(false);
    // Half an hour decodes faster than this: it waits for its reader.
    await pause(1_500);
    expect(children()).toContain('ffmpeg');
    expect(ownFiles()).toHaveLength(1);
    controller.abort();
    await expect(
      (async () => {
        while (!(await blocks.next()).done);
      })(),
    ).rejects.toMatchObject({ code: 'client_closed' });
    await sound.close();
    expect(children()).not.toContain('ffmpeg');
    expect(ownFiles()).toEqual([]);
  });

  test('one that is closed before its end is, too', async () => {
    const sound = await openSound(long, { rate, signal: new AbortController().signal });
    await sound.close();
    await sound.close();
    expect(children()).not.toContain('ffmpeg');
    expect(ownFiles()).toEqual([]);
  });

  test('one cancelled before it began never runs', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(openSound(long, { rate, signal: controller.signal })).rejects.toMatchObject({
      code: 'client_closed',
    });
    expect(children()).not.toContain('ffmpeg');
    expect(ownFiles()).toEqual([]);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'])(
    'one ended from outside by %s is no fault of the file',
    async (name) => {
      const sound = await openSound(long, { rate, signal: new AbortController().signal });
      const decoder = childrenOf(process.pid).find(({ command }) => command === 'ffmpeg');
      process.kill(decoder!.pid, name);
      const reading = (async () => {
        for await (const _ of sound.blocks);
      })();
      await expect(reading).rejects.toMatchObject({ code: 'runner_failed' });
      await sound.close();
      expect(ownFiles()).toEqual([]);
    },
  );

  test('files of processes that are gone are removed, those of living ones stay', () => {
    const [stale, living] = [`taskwire-sound-4194305-x`, `taskwire-sound-${process.pid}-x`];
    for (const name of [stale, living]) writeFileSync(join(tmpdir(), name), '');
    removeStaleFiles();
    expect(soundFiles()).not.toContain(stale);
    expect(soundFiles()).toContain(living);
    rmSync(join(tmpdir(), living));
  });
});

/** Runs a module's text in a process of its own; what it printed, as JSON. */
const inProcess = (script: string, env: NodeJS.ProcessEnv = process.env): unknown => {
  const prelude = `
    import { readFileSync } from 'node:fs';
    const { openSound } = await import(${JSON.stringify(audioModule)});
    const open = (path) => openSound(readFileSync(path), { rate: ${rate}, signal: new AbortController().signal });
  `;
  const args = ['--expose-gc', '--input-type=module', '-e', prelude + script];
  return JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' }));
};

describeWithFfmpeg('a runner of its own', () => {
  test('without ffmpeg WAV is still read, and anything else is refused by naming what is missing', () => {
    const wav = join(folder, 'a.wav');
    const mp3 = join(folder, 'a.mp3');
    writeFileSync(wav, wavFile([tone(440, 1, 44_100)], 44_100));
    ffmpeg(['-i', wav, mp3]);
    const script = `
      const { seconds } = await open(${JSON.stringify(wav)});
      const { code, message } = await open(${JSON.stringify(mp3)}).catch((error) => error);
      console.log(JSON.stringify({ seconds, code, message }));
    `;
    expect(inProcess(script, { PATH: '' })).toEqual({
      seconds: 1,
      code: 'unsupported_media',
      message: expect.stringContaining('ffmpeg is not installed'),
    });
  });

  test('a long sound never lies in memory as one piece', () => {
    const path = join(folder, 'half-hour.flac');
    ffmpeg(['-f', 'lavfi', '-i', 'sine=440:d=1800:r=16000', path]);
    const script = `
      const sound = await open(${JSON.stringify(path)});
      // What is alive, on or off the heap: how much waits for the collector or the allocator is their affair.
      const alive = () => {
        gc();
        const { heapUsed, external } = process.memoryUsage();
        return heapUsed + external;
      };
      const before = alive();
      let samples = 0, blocks = 0, growth = 0;
      for await (const block of sound.blocks) {
        samples += block.length;
        if (blocks++ % 20 === 0) growth = Math.max(growth, alive() - before);
      }
      await sound.close();
      console.log(JSON.stringify({ seconds: samples / ${rate}, megabytes: growth / 2 ** 20 }));
    `;
    const { seconds, megabytes } = inProcess(script) as { seconds: number; megabytes: number };
    expect(seconds).toBe(1800);
    // The whole would be 110 MB.
    expect(megabytes).toBeLessThan(30);
  });
});
