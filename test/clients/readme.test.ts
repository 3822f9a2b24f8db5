/** Every example of README.md's "Call", pasted as it stands, against the shipped models: answers that make sense. */
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { runClient } from '../helpers/client-process.js';
import { root } from '../helpers/fixtures.js';
import { type LiveService, startService } from '../helpers/live-service.js';
import { describeWithCurl, describeWithPython, python } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';

const [, call = ''] = /^## Call$(.*?)^## /ms.exec(readFileSync(`${root}README.md`, 'utf8')) ?? [];
const examples = (language: string): string[] =>
  [...call.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code!);
const commands = examples('bash').flatMap((block) => block.split(/\n\n(?=curl)/));

let service: LiveService;
/** As a checkout looks to who pastes: the samples, and `data/` with the key. */
let folder: string;
beforeAll(async () => {
  folder = temporaryFolder();
  service = await startService({ TASKWIRE_MODELS_DIR: join(folder, 'none') });
  symlinkSync(`${root}samples`, join(folder, 'samples'));
  mkdirSync(join(folder, 'data'));
  cpSync(service.keyFile, join(folder, 'data/owner.key'));
});
afterAll(() => service.close());

/** With a seed wherever a text is drawn, so that it is the same each time. */
const here = (code: string) =>
  code.replaceAll('http://127.0.0.1:8080', service.url).replace(/"?temperature"?: [\d.]+/g, '$&, "seed": 7');
/** Words; whether they read as English is for people to judge. */
const prose = /^\W*([A-Za-z']+\W+){10}/;

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects and fails where it is not
type Json = any;

/** What a command's answer shows, by words of the command. */
const sensible: readonly (readonly [words: string, check: (answer: Json) => void])[] = [
  ['"prompt": "Once upon a time"', ({ generated_text }) => expect(generated_text).toMatch(prose)],
  [
    '"inputs": ["I love it", "I want my money back"]',
    ({ results }) => expect(results.map(({ labels }: Json) => labels[0])).toEqual(['positive', 'negative']),
  ],
  ['taskwire/topics', ({ labels }) => expect(labels[0]).toBe('travel')],
  ['samples/rose.jpg', ({ labels }) => expect(labels[0]).toBe('roses')],
  [
    'samples/fruit.jpg',
    ({ objects }) => expect(objects.map(({ label }: Json) => label).toSorted()).toEqual(['apple', 'orange']),
  ],
  [
    'samples/digits.wav',
    ({ text, segments }) => {
      expect(text).toBe('one seven four');
      expect(segments.flatMap(({ words }: Json) => words)).toHaveLength(3);
    },
  ],
  ['/v1/chat/completions', ({ choices }) => expect(choices[0].message.content).toContain('Paris')],
  ['/embeddings', ({ embeddings: [dog, puppy] }) => expect(cosine(dog, puppy)).toBeGreaterThan(0.4)],
];

/** Vectors have length 1. */
const cosine = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

describeWithCurl('each command line', () => {
  const paste = (command: string) => runClient('bash', ['-c', here(command)], { cwd: folder });
  const [streams, answers] = [true, false].map((wanted) =>
    commands.filter((command) => command.includes('/stream') === wanted),
  );

  test.each(sensible)('the one with %s', async (words, check) => {
    const found = answers!.filter((command) => command.includes(words));
    expect(found).toHaveLength(1);
    check(JSON.parse(await paste(found[0]!)));
  });

  test('the streamed one', async () => {
    expect(streams).toHaveLength(1);
    const events = (await paste(streams![0]!)).split('\n').filter((line) => line.startsWith('data: '));
    expect(events.map((line) => JSON.parse(line.slice(6)).token).join('')).toMatch(prose);
  });

  test('and there is no other', () => expect(answers).toHaveLength(sensible.length));
});

test('JavaScript prints a text', async () => {
  const code = here(examples('js').join('\n'));
  const env = { ...process.env, TOKEN: service.key };
  expect(await runClient(process.execPath, ['--input-type=module', '-e', code], { env })).toMatch(prose);
});

describeWithPython('Python', () => {
  test('prints a text', async () => {
    const code = here(examples('python').join('\n'));
    const printed = await runClient(python, ['-c', code], { cwd: folder });
    expect(printed).toMatch(/^Once upon a time/);
    expect(printed).toMatch(prose);
  });
});

test('paraphrases are nearer than sentences about something else', async () => {
  const inputs = [
    'A dog runs through the park.',
    'A puppy is running outside.',
    'The bank raised its interest rates.',
  ];
  const { json } = await service.post('/v1/inference/embeddings', { inputs });
  const [dog, puppy, bank] = json.embeddings;
  expect(cosine(dog, puppy)).toBeGreaterThan(cosine(dog, bank));
  expect(cosine(dog, puppy)).toBeGreaterThan(cosine(puppy, bank));
});
