/**
 * Many clients of one language model, some of whom hang up at any moment. What each should read is known from a lone run
 * before, so that a token of another's text shows.
 */
import { request } from 'node:http';
import { sleep } from './load.js';

export interface SoakServer {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface SoakOptions {
  readonly server: SoakServer;
  readonly model: string;
  /** Clients at once; each asks again as soon as it has its answer, or has hung up. */
  readonly streams: number;
  readonly seconds: number;
  readonly onSample: (sample: Sample) => void;
}

export interface Sample {
  readonly atSeconds: number;
  readonly serviceMb: number;
  readonly runnerMb: number;
  readonly finished: number;
  readonly dropped: number;
}

export interface SoakResult {
  readonly finished: number;
  readonly dropped: number;
  /** Texts that were not what they should be, and answers that were errors. */
  readonly wrong: readonly string[];
  /** What was still running or waiting when all clients had gone, and device time that passed for nobody. */
  readonly left: { readonly running: number; readonly waiting: number; readonly busySeconds: number };
}

interface Known {
  readonly prompt: string;
  readonly tokens: number;
  readonly text: string;
}

interface Heard {
  readonly text: string;
  readonly ended: boolean;
  readonly error?: string;
}

const path = '/v1/inference/text-generation/stream';
const sampleSeconds = 5;
/** Of all requests. */
const dropShare = 0.5;

const animals = 'fox bear hare owl mouse wolf duck frog'.split(' ');
const places = 'wood river town garden cave field tower lake'.split(' ');
/** Some begin alike, some are long. */
const prompts: readonly string[] = animals.flatMap((animal, i) => [
  `Once upon a time there was a ${animal}`,
  `One day the ${animal} met a`,
  `Once upon a time there was a ${animal} who lived in a ${places[i]}. `.repeat(1 + (i % 3)),
  `"Where is the ${animals[(i + 3) % 8]}?" said the ${animal}. It was in the ${places[i]}`,
]);
const tokensOf = (i: number): number => 16 + ((i * 37) % 90);

/** `hangUpAfter`: events read until the client goes away; 0: before the first. */
const listen = (
  { url, headers }: SoakServer,
  body: object,
  hangUpAfter = Number.POSITIVE_INFINITY,
): Promise<Heard> =>
  new Promise((resolve) => {
    let text = '';
    let rest = '';
    let events = 0;
    let ended = false;
    let error: string | undefined;
    const done = () => resolve({ text, ended, ...(error === undefined ? {} : { error }) });
    const options = {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      agent: false,
    };
    const call = request(`${url}${path}`, options, (answer) => {
      if (answer.statusCode !== 200) error = `status ${answer.statusCode}`;
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (!line.startsWith('data: {')) continue;
          const event = JSON.parse(line.slice(6));
          text += event.token;
          ended = event.finished;
          if (event.error) error = event.error.message;
          if (++events >= hangUpAfter) call.destroy();
        }
      });
    });
    call.on('close', done);
    call.on('error', (cause) => {
      if (hangUpAfter === Number.POSITIVE_INFINITY) error ??= cause.message;
    });
    call.end(JSON.stringify(body));
    if (hangUpAfter === 0) setTimeout(() => call.destroy(), Math.random() * 50);
  });

const bodyOf = (model: string, prompt: string, tokens: number) => ({
  ...{ model, prompt, max_tokens: tokens, min_tokens: tokens },
  ...{ ignore_eos: true, temperature: 0, return_full_text: false },
});

/** Each prompt by itself. */
const learn = async ({ server, model }: SoakOptions): Promise<Known[]> => {
  const known: Known[] = [];
  for (const [i, prompt] of prompts.entries()) {
    const tokens = tokensOf(i);
    const { text, ended, error } = await listen(server, bodyOf(model, prompt, tokens));
    if (!ended || error) throw new Error(`a lone request failed: ${error ?? 'it did not end'}`);
    known.push({ prompt, tokens, text });
  }
  return known;
};

export const soak = async (options: SoakOptions): Promise<SoakResult> => {
  const { server, model, streams, seconds, onSample } = options;
  const known = await learn(options);
  const wrong: string[] = [];
  const counts = { finished: 0, dropped: 0 };
  const startedAt = performance.now();
  const isOver = () => performance.now() - startedAt > seconds * 1000;
  const ask = async (hangUp: boolean) => {
    const { prompt, tokens, text } = known[Math.floor(Math.random() * known.length)]!;
    const hangUpAfter = hangUp ? Math.floor(Math.random() * tokens) : undefined;
    const heard = await listen(server, bodyOf(model, prompt, tokens), hangUpAfter);
    const right = heard.ended ? heard.text === text : hangUp && text.startsWith(heard.text);
    if (!right || heard.error !== undefined) wrong.push(JSON.stringify({ prompt, heard, expected: text }));
    counts[heard.ended ? 'finished' : 'dropped']++;
  };
  const client = async () => {
    while (!isOver()) await ask(Math.random() < dropShare);
  };
  const clients = Promise.all(Array.from({ length: streams }, client));
  while (!isOver()) {
    await sleep(sampleSeconds * 1000);
    onSample({ ...(await memory(server)), atSeconds: (performance.now() - startedAt) / 1000, ...counts });
  }
  await clients;
  const left = await leftOver(server);
  // Every slot still serves.
  await Promise.all(known.map(() => ask(false)));
  return { ...counts, wrong, left };
};

/** Sums of a figure over its labels. */
const metrics = async ({ url }: SoakServer): Promise<(name: string) => number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return (name) =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (.+)$`, 'gm'))].reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    );
};

const memory = async (server: SoakServer) => {
  const read = await metrics(server);
  const mb = (name: string) => read(name) / 2 ** 20;
  return {
    serviceMb: mb('taskwire_process_resident_memory_bytes'),
    runnerMb: mb('taskwire_runner_rss_bytes'),
  };
};

/** Figures of the device come with the runner's sign of life, every five seconds. */
const leftOver = async (server: SoakServer): Promise<SoakResult['left']> => {
  await sleep(6000);
  const before = await metrics(server);
  await sleep(6000);
  const after = await metrics(server);
  return {
    running: after('taskwire_running_inputs'),
    waiting: after('taskwire_queue_inputs'),
    busySeconds: after('taskwire_device_busy_seconds') - before('taskwire_device_busy_seconds'),
  };
};
