/**
 * One account's flood, and what its requests ask: `flood.js <url> <authorization> <model> <words> <requests> <at once>`
 * prints the latencies in milliseconds as JSON.
 */
import { fileURLToPath } from 'node:url';

const vocabulary = 'the river ran past old mills and over flat stones toward a grey cold sea at night'.split(
  ' ',
);

/** Distinct texts of one length. */
const textOf = (nth: number, count: number): string => {
  const words = Array.from({ length: count }, (_, i) => vocabulary[(nth * 7 + i * 3) % vocabulary.length]);
  return `${words.join(' ')} ${nth}`;
};

export interface Asker {
  readonly url: string;
  readonly authorization: string;
  readonly model: string;
  readonly words: number;
}

/** Embeds the nth text; answers how long that took, in milliseconds. */
export const ask = async ({ url, authorization, model, words }: Asker, nth: number): Promise<number> => {
  const startedAt = performance.now();
  const response = await fetch(`${url}/v1/inference/embeddings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ model, inputs: textOf(nth, words) }),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return performance.now() - startedAt;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [url = '', authorization = '', model = '', words = '', requests = '', atOnce = ''] =
    process.argv.slice(2);
  const asker = { url, authorization, model, words: Number(words) };
  const latencies: number[] = [];
  let next = 0;
  const client = async () => {
    while (next < Number(requests)) latencies.push(await ask(asker, 100_000 + next++));
  };
  await Promise.all(Array.from({ length: Number(atOnce) }, client));
  console.log(JSON.stringify(latencies));
}
