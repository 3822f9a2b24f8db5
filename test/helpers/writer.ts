/** A scripted text generator: says the pieces it was told to, as a runner would. */
import type { Call, CallDelta } from '../../src/runner/generate/call-reader.js';
import type { Generation, GenerationParams, Generations } from '../../tasks/text-generation/schema.js';
import type { FakeRunner, FakeRunners } from './fake-runner.js';

export interface Writing {
  /** One list a choice. */
  readonly pieces: ReadonlyArray<readonly string[]>;
  /** Of every token of a choice, one a choice. */
  readonly logprobs?: readonly number[];
  readonly finishReason?: Generation['finishReason'];
  readonly endedBy?: Generation['endedBy'];
  readonly promptTokens?: number;
  readonly cachedTokens?: number;
  /** What is told of the prompt. */
  readonly prompt?: Pick<Generations, 'promptText' | 'promptLogprobs'>;
  /** Of the first choice. */
  readonly calls?: readonly Call[];
  /** Streamed behind the pieces, one a delta. */
  readonly callDeltas?: readonly CallDelta[];
}

/** Every input is answered so; what crossed to the runner stays readable in `FakeRunners`. */
export const writes = (
  runners: FakeRunners,
  {
    pieces,
    finishReason = 'stop',
    endedBy,
    promptTokens = 5,
    cachedTokens = 0,
    calls,
    callDeltas = [],
    prompt = {},
    logprobs: likely = [],
  }: Writing,
): void => {
  runners.onLoad = (runner) => runner.ready({ kind: 'generate', slots: 16 });
  runners.onBatch = (runner: FakeRunner, items) => {
    for (const { id, params } of items) {
      const { stream, logprobs } = params as GenerationParams;
      const reportOf = (token: string, choice: number) => ({
        token,
        token_id: token.length,
        logprob: likely[choice] ?? -0.5,
        top: logprobs ? [{ token: 'other', token_id: 9, logprob: -0.25 }] : [],
      });
      runner.say({ type: 'measured', id, usage: { inputTokens: promptTokens } });
      for (const [choice, texts] of pieces.entries()) {
        for (const text of stream ? texts : []) {
          const reports = logprobs === undefined ? {} : { logprobs: [reportOf(text, choice)] };
          runner.say({ type: 'delta', id, delta: { choice, text, ...reports } });
        }
      }
      for (const one of stream ? callDeltas : [])
        runner.say({ type: 'delta', id, delta: { choice: 0, text: '', calls: [one] } });
      const choices = pieces.map((texts, choice) => ({
        text: texts.join(''),
        tokens: texts.length,
        finishReason,
        ...(endedBy ? { endedBy } : {}),
        ...(calls && choice === 0 ? { calls } : {}),
        ...(logprobs === undefined ? {} : { logprobs: texts.map((text) => reportOf(text, choice)) }),
      }));
      const outputTokens = pieces.flat().length;
      runner.answer(
        id,
        { promptTokens, cachedTokens, choices, ...prompt },
        { outputTokens, deviceMicros: 10 },
      );
    }
  };
};
