/**
 * Runners that are killed while they work, twenty times each: what had sent nothing is answered all the same, what had
 * begun says that it broke off, and the service stays up.
 */
import { childrenOf } from '../helpers/children.js';
import { expectClose } from '../helpers/expect-close.js';
import { type LiveService, startService } from '../helpers/live-service.js';
import { until } from '../helpers/until.js';

const kills = 20;
const clients = 8;
const patienceMs = 240_000;

let service: LiveService;
beforeEach(async () => {
  service = await startService({ LOG_LEVEL: 'info' });
}, 120_000);
afterEach(() => service.close());

/** Requests in a closed loop, each checked as it is answered. */
class Load {
  #sent = 0;
  #answered = 0;
  #running = true;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #clients: Promise<unknown>;

  constructor(ask: (i: number) => Promise<void>) {
    const client = async () => {
      while (this.#running) {
        const asking = ask(this.#sent++);
        this.#inFlight.add(asking);
        await asking;
        this.#inFlight.delete(asking);
        this.#answered++;
      }
    };
    this.#clients = Promise.all(Array.from({ length: clients }, client));
    this.#clients.catch(() => {}); // told by `end`, and by `ride`
  }

  get sent(): number {
    return this.#sent;
  }

  /** Kills the one runner under full load; resolves when all that it may have held is answered and work goes on. */
  async ride(kill: () => void): Promise<void> {
    await this.#more(clients);
    const held = [...this.#inFlight];
    kill();
    await Promise.all(held);
    // An input that lost two runners is given up on purpose: the next kill must not meet one that lost this one.
    await this.#more(clients);
  }

  async end(): Promise<void> {
    this.#running = false;
    await this.#clients;
  }

  #more(count: number): Promise<unknown> {
    const wanted = this.#answered + count;
    return Promise.race([until(() => this.#answered >= wanted, patienceMs), this.#clients]);
  }
}

const killRunner = () => {
  const runners = childrenOf(service.pid);
  expect(runners).toHaveLength(1);
  process.kill(runners[0]!.pid, 'SIGKILL');
};

const metric = async (line: string): Promise<number> => {
  const { text } = await service.get('/metrics');
  const found = text.split('\n').find((one) => one.startsWith(line));
  return Number(found?.split(' ').at(-1));
};

test(
  'every batch of texts is answered once, with its own answer',
  async () => {
    const model = 'tiny/bert-embed';
    const texts = Array.from({ length: 64 }, (_, i) => `${i} times ${'there was a river '.repeat(i % 7)}`);
    const embed = async (inputs: readonly string[]): Promise<number[][]> => {
      const { status, json } = await service.post('/v1/inference/embeddings', { model, inputs });
      expect([status, json.error]).toEqual([200, undefined]);
      return json.embeddings;
    };
    const expected = await embed(texts);
    const load = new Load(async (i) => {
      const numbers = Array.from({ length: 1 + (i % 4) }, (_, k) => (i * 5 + k * 7) % texts.length);
      const vectors = await embed(numbers.map((n) => texts[n]!));
      expectClose(
        vectors,
        numbers.map((n) => expected[n]),
        { tolerance: 1e-5 },
      );
    });
    for (let i = 0; i < kills; i++) await load.ride(killRunner);
    await load.end();
    expect(await metric(`taskwire_runner_restarts{model="${model}@fp32"}`)).toBe(kills);
    const succeeded = `taskwire_requests_total{task="embeddings",model="${model}",code="succeeded"}`;
    expect(await metric(succeeded)).toBe(load.sent + 1);
    expect((await service.get('/ready')).status).toBe(200);
  },
  patienceMs,
);

interface Event {
  readonly token: string;
  readonly finished: boolean;
  readonly error?: { readonly code: string };
}

test(
  'a text that was not begun is written from its beginning; a stream that was ends with an error',
  async () => {
    const model = 'tiny/llama-gqa';
    const prompts = ['Once upon a time', 'The river', 'One day the hare met a tired', 'Tell me'];
    const body = (prompt: string) => ({
      model,
      prompt,
      temperature: 0,
      max_tokens: 100,
      ignore_eos: true,
      return_full_text: false,
    });
    const write = async (prompt: string): Promise<string> => {
      const { status, json } = await service.post('/v1/inference/text-generation', body(prompt));
      expect([status, json.error]).toEqual([200, undefined]);
      return json.generated_text;
    };
    const expected: string[] = [];
    for (const prompt of prompts) expected.push(await write(prompt));
    let broken = 0;
    const stream = async (prompt: string, whole: string): Promise<void> => {
      const { status, text } = await service.post('/v1/inference/text-generation/stream', body(prompt));
      const events = text
        .split('\n')
        .filter((line) => line.startsWith('data: '))
        .map((line) => JSON.parse(line.slice(6)) as Event);
      const written = events.map(({ token }) => token).join('');
      const error = events.at(-1)?.error;
      expect([status, events.findIndex(({ finished }) => finished)]).toEqual([200, events.length - 1]);
      if (!error) return expect(written).toBe(whole);
      broken++;
      expect(error.code).toBe('runner_failed');
      expect(written).not.toBe('');
      expect(whole.startsWith(written)).toBe(true);
    };
    const load = new Load(async (i) => {
      const at = i % prompts.length;
      if (i % 3 === 0) expect(await write(prompts[at]!)).toBe(expected[at]);
      else await stream(prompts[at]!, expected[at]!);
    });
    for (let i = 0; i < kills; i++) await load.ride(killRunner);
    await load.end();
    expect(await metric(`taskwire_runner_restarts{model="${model}@fp32"}`)).toBe(kills);
    expect(broken).toBeGreaterThan(0);
    expect((await service.get('/ready')).status).toBe(200);
  },
  patienceMs,
);
