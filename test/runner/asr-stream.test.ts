/** Speech that is told while it is heard. */
import { readFileSync } from 'node:fs';
import { fixture } from '../helpers/fixtures.js';
import { type LiveService, startService } from '../helpers/live-service.js';

let service: LiveService;
beforeAll(async () => {
  service = await startService();
}, 120_000);
afterAll(() => service?.close());

interface Told {
  readonly token: string;
  readonly finished: boolean;
}

const ask = (path: string, model: string, sound: string) => {
  const form = new FormData();
  form.append('model', model);
  form.append('file', new Blob([readFileSync(fixture(`media/${sound}`))]), sound);
  return service.post(path, form);
};

test.each([
  ['Whisper, window by window', 'tiny/whisper', 'long-8k.wav', 2],
  ['CTC, at the end', 'tiny/wav2vec2-ctc', 'letters-16k.wav', 1],
  ['nothing, of silence', 'tiny/wav2vec2-ctc', 'silence-8k.wav', 0],
])(
  '%s: the pieces joined are the text',
  async (_, model, sound, pieces) => {
    const { json } = await ask('/v1/inference/asr', model, sound);
    const { text: stream } = await ask('/v1/inference/asr/stream', model, sound);
    const events: Told[] = stream
      .split('\n\n')
      .filter((event) => event.startsWith('data: '))
      .map((event) => JSON.parse(event.slice(6)));
    const last = events.at(-1)!;
    expect(events.map(({ finished }) => finished)).toEqual([...Array(events.length - 1).fill(false), true]);
    expect(events.map(({ token }) => token).join('')).toBe(json.text);
    expect(events.length - 1).toBeGreaterThanOrEqual(pieces);
    const { text, duration, language, segments } = json;
    expect(last).toMatchObject({
      token: '',
      text,
      duration,
      language,
      segments,
      request_id: expect.any(String),
    });
  },
  60_000,
);
