/** What a request may ask of a text, on a real decoder. Expected texts and figures are PyTorch's. */
import { setImmediate } from 'node:timers/promises';
import { TinyDecoder, type Written } from '../helpers/decoder.js';
import { continuations } from '../helpers/decoding.js';

const patienceMs = 120_000;
const model = 'llama-gqa';
const recorded = continuations(model);
const story = recorded.find(({ prompt }) => prompt.startsWith('Once upon a time there was a small fox'))!;
const long = recorded.at(-1)!;

const idsOf = ({ value }: Written, choice = 0): readonly number[] =>
  value.choices[choice]!.logprobs!.map(({ token_id }) => token_id);

let decoder: TinyDecoder;
let scopes = 0;
/** Nothing is remembered of it. */
const newScope = () => `scope ${scopes++}`;

beforeAll(async () => {
  decoder = await TinyDecoder.open(model, { slots: 6 });
});

describe('seeds', () => {
  const warm = { sampling: { temperature: 1.3 }, maxTokens: 40 };

  test(
    'give the same text alone and among neighbours',
    async () => {
      const asked = recorded.slice(0, 8).map(({ prompt }, seed) => ({ prompt, seed }));
      const alone: string[] = [];
      for (const { prompt, seed } of asked)
        alone.push((await decoder.write(prompt, { ...warm, seed, scope: newScope() })).streamed[0]!);
      const neighbours = recorded.map(({ prompt }) => decoder.write(prompt, { ...warm, scope: newScope() }));
      const together = await Promise.all(
        asked.map(({ prompt, seed }) => decoder.write(prompt, { ...warm, seed })),
      );
      await Promise.all(neighbours);
      expect(together.map(({ streamed }) => streamed[0])).toEqual(alone);
      expect(new Set(alone).size).toBe(alone.length);
    },
    patienceMs,
  );

  test('give n different texts, of which the first is the one of n = 1', async () => {
    const one = await decoder.write(story.prompt, { ...warm, seed: 6, logprobs: 0, scope: newScope() });
    const four = await decoder.write(story.prompt, {
      ...warm,
      seed: 6,
      n: 4,
      logprobs: 0,
      scope: newScope(),
    });
    expect(idsOf(four)).toEqual(idsOf(one));
    expect(new Set(four.streamed).size).toBe(4);
    expect(four.value.choices.map(({ text }) => text)).toEqual(four.streamed);
    // The prompt was read once and is counted once.
    expect([four.inputTokens, four.outputTokens]).toEqual([story.promptIds.length, 160]);
  });

  test('are drawn anew when there is none', async () => {
    const options = { sampling: { temperature: 2 }, maxTokens: 30 };
    const texts = [await decoder.write(story.prompt, options), await decoder.write(story.prompt, options)];
    expect(texts[0]!.streamed).not.toEqual(texts[1]!.streamed);
  });
});

describe('the cache', () => {
  test('serves a repeated prompt of the same account but for its last token, and no other account', async () => {
    const [mine, theirs] = [newScope(), newScope()];
    const first = await decoder.write(long.prompt, { scope: mine });
    const again = await decoder.write(long.prompt, { scope: mine });
    const other = await decoder.write(long.prompt, { scope: theirs });
    expect([first, again, other].map(({ value }) => value.cachedTokens)).toEqual([
      0,
      long.promptIds.length - 1,
      0,
    ]);
    expect(again.value.choices).toEqual(first.value.choices);
    expect(again.value.promptTokens).toBe(long.promptIds.length);
  });

  test('serves the next turn of a conversation with all that was said', async () => {
    const scope = newScope();
    const first = await decoder.write({ promptIds: story.promptIds }, { scope, maxTokens: 20, logprobs: 0 });
    const said = [...story.promptIds, ...idsOf(first)];
    const next = await decoder.write({ promptIds: [...said, ...story.promptIds] }, { scope });
    // The last token that was drawn was never read.
    expect(next.value.cachedTokens).toBe(said.length - 1);
  });

  test(
    'serves shared prefixes to every account, and nothing beyond them',
    async () => {
      const prefix = 'Once upon a time there was a';
      const sharing = await TinyDecoder.open(model, { slots: 4, options: { shared_prefixes: [prefix] } });
      const { value } = await sharing.write(prefix);
      const shared = value.promptTokens;
      await sharing.write(story.prompt, { scope: 'ann' });
      const ben = await sharing.write(story.prompt, { scope: 'ben' });
      const ann = await sharing.write(story.prompt, { scope: 'ann' });
      expect(ben.value.cachedTokens).toBe(shared);
      expect(ann.value.cachedTokens).toBe(story.promptIds.length - 1);
      expect(ben.value.choices).toEqual(ann.value.choices);
    },
    patienceMs,
  );
});

describe('ends', () => {
  const whole = async () => (await decoder.write(story.prompt)).value.choices[0]!.text;

  test('a stop string ends the text before it, and a stream shows no part of it', async () => {
    const text = await whole();
    // Begins and ends inside words.
    const stop = text.slice(33, 41);
    const { value, streamed } = await decoder.write(story.prompt, { stop: ['never said', stop] });
    expect(value.choices[0]).toMatchObject({ finishReason: 'stop', text: text.slice(0, text.indexOf(stop)) });
    expect(streamed[0]).toBe(value.choices[0]!.text);
  });

  test('a named token ends the text, though the end of the model does not', async () => {
    const named = story.ids[10]!;
    const { value } = await decoder.write(story.prompt, { stopTokenIds: [named], logprobs: 0 });
    expect(value.choices[0]).toMatchObject({ finishReason: 'stop', tokens: story.ids.indexOf(named) + 1 });
  });

  test('the end of the model ends the text, not before the least tokens', async () => {
    const endId = 2;
    const asked = recorded.find(({ ids }) => ids.includes(endId))!;
    const at = asked.ids.indexOf(endId);
    const ended = await decoder.write(asked.prompt, { ignoreEos: false, logprobs: 0 });
    expect(idsOf(ended)).toEqual(asked.ids.slice(0, at + 1));
    expect(ended.value.choices[0]!.finishReason).toBe('stop');
    const least = { ignoreEos: false, logprobs: 0, minTokens: at + 5, maxTokens: 90 };
    const later = await decoder.write(asked.prompt, least);
    expect(idsOf(later).slice(0, at)).toEqual(asked.ids.slice(0, at));
    expect(idsOf(later).slice(0, at + 4)).not.toContain(endId);
    expect(later.outputTokens).toBeGreaterThanOrEqual(at + 5);
  });

  test('the window ends the text', async () => {
    const promptIds = Array.from({ length: 250 }, (_, i) => long.promptIds[i % long.promptIds.length]!);
    const { value } = await decoder.write({ promptIds });
    expect(value.choices[0]).toMatchObject({ finishReason: 'length', tokens: 6 });
    await expect(decoder.write({ promptIds: [...promptIds, ...promptIds] })).rejects.toMatchObject({
      code: 'context_too_long',
    });
  });
});

/** Sums in other orders; PyTorch adds up in fp32 as well. */
const logprobDigits = 3;

test('log-probabilities are those of PyTorch, the 20 best among them', async () => {
  for (const one of [story, long]) {
    const { value } = await decoder.write(one.prompt, { logprobs: 20 });
    const reports = value.choices[0]!.logprobs!;
    for (const [i, { token_id, logprob, top }] of reports.entries()) {
      expect(token_id).toBe(one.ids[i]);
      expect(logprob).toBeCloseTo(one.logprobs[i]!, logprobDigits);
      expect(top).toHaveLength(20);
      expect(top[0]).toMatchObject({ token_id, logprob });
      expect(top.map((each) => each.logprob)).toEqual(top.map((each) => each.logprob).sort((a, b) => b - a));
    }
    const expected = new Map(one.top);
    for (const { token_id, logprob } of reports[0]!.top)
      expect(logprob).toBeCloseTo(expected.get(token_id) ?? Number.NaN, logprobDigits);
  }
});

describe('cancelling', () => {
  test(
    'frees the only slot within a step, for one that waits',
    async () => {
      const narrow = await TinyDecoder.open(model, { slots: 1 });
      const controller = new AbortController();
      let pieces = 0;
      const onDelta = () => {
        if (++pieces === 3) controller.abort();
      };
      const first = narrow.write(story.prompt, { maxTokens: 150, signal: controller.signal, onDelta });
      const second = narrow.write(long.prompt, { logprobs: 0 });
      const third = narrow.write(story.prompt, { signal: AbortSignal.abort() });
      const { value, outputTokens } = await first;
      expect(value.choices[0]!.finishReason).toBe('cancelled');
      // What was being computed when the signal fired, and what was told meanwhile.
      expect(outputTokens).toBeLessThanOrEqual(3 + 3);
      expect(idsOf(await second)).toEqual(long.ids);
      expect((await third).value.choices[0]).toMatchObject({
        finishReason: 'cancelled',
        tokens: 0,
        text: '',
      });
    },
    patienceMs,
  );

  test('n texts are all cancelled, and their slots are free again', async () => {
    for (let round = 0; round < 4; round++) {
      const controller = new AbortController();
      const asked = decoder.write(long.prompt, { n: 6, maxTokens: 90, signal: controller.signal });
      for (let i = 0; i < round * 10; i++) await setImmediate();
      controller.abort();
      const { value } = await asked;
      expect(value.choices.map(({ finishReason }) => finishReason)).toEqual(Array(6).fill('cancelled'));
    }
    const all = await Promise.all(recorded.map(({ prompt }) => decoder.write(prompt, { logprobs: 0 })));
    expect(all.map((one) => idsOf(one))).toEqual(recorded.map(({ ids }) => ids));
  });
});
