/** Clients as people write them, each a process of its own, against the service with real runners. */
import { imageClassification } from '../../tasks/image-classification/index.js';
import type { Task } from '../../tasks/task.js';
import { textGeneration } from '../../tasks/text-generation/index.js';
import { runClient } from '../helpers/client-process.js';
import { fixture, root } from '../helpers/fixtures.js';
import { goldenCases } from '../helpers/golden.js';
import { type LiveService, startService } from '../helpers/live-service.js';
import { describeWithPython, python } from '../helpers/needs.js';

let service: LiveService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

const run = (command: string, example: string, model: string, input: string): Promise<string> =>
  runClient(command, [`${root}test/clients/examples/${example}`, service.url, service.key, model, input]);

const golden = (task: unknown, name: string) => goldenCases(task as Task).find((one) => one.name === name)!;
const { request, response } = golden(textGeneration, 'a prompt');
const { model, prompt } = request as { model: string; prompt: string };
const text = response.generated_text as string;

test("JavaScript's fetch and a reader print the tokens one by one", async () => {
  // Each token ends with a line's end of the client's; the last event has none.
  const pieces = (await run(process.execPath, 'stream.mjs', model, prompt)).split('\n');
  expect(pieces.slice(-2)).toEqual(['', '']);
  expect(pieces.length).toBeGreaterThan(4);
  expect(pieces.join('')).toMatch(/^ \w+( \w+)+/);
});

describeWithPython("Python's requests", () => {
  test('prints the text', async () => {
    expect(await run(python, 'generate.py', model, prompt)).toBe(`${text}\n`);
  });

  test('prints a streamed text token by token', async () => {
    const pieces = (await run(python, 'stream.py', model, prompt)).split('\n');
    expect(pieces.join('')).toBe(text.slice(prompt.length));
    expect(pieces.length).toBeGreaterThan(20);
  });

  test('uploads a picture as a form', async () => {
    const { media, response: expected } = golden(imageClassification, 'the best two labels');
    const printed = await run(python, 'upload.py', 'tiny/vit', fixture(`media/${media}`));
    const lines = printed.trim().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(expected.labels);
    expect(Number(lines[0]!.split(' ')[1])).toBeCloseTo((expected.scores as number[])[0]!, 4);
  });
});
