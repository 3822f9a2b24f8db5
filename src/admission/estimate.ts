/** What a request may use, guessed from what it brought: nothing was decoded or tokenized yet. */
import type { Room, Split, Task } from '../../tasks/task.js';
import type { Resolved } from '../catalogue/catalogue.js';
import { contextWindowOf } from '../catalogue/context-window.js';
import type { ModelRef } from '../job.js';
import type { Estimate, Payer } from './admission.js';

/** Speech is not compressed below 8 kbit/s where people still understand it. */
const leastAudioBytesPerSecond = 1_000;

/** Beyond this no audio is taken (the runner's limit). */
const mostAudioSeconds = 7_200;

/** What a template puts around a text. */
const templateTokens = 16;

export const roomFor = ({ entry }: Resolved, { plan }: Payer): Room => ({
  windowTokens: contextWindowOf(entry),
  planTokens: plan.maxTokens,
});

export const estimateOf = (
  requestId: string,
  { task, model, split }: { task: Task; model: ModelRef; split: Split },
): Estimate => {
  const { works, mostOutputTokens = 0 } = split;
  const bytes = works.reduce((sum, work) => sum + work.bytes, 0);
  const isText = task.media === undefined;
  return {
    requestId,
    task: task.name,
    model,
    inputs: works.length,
    size: works.reduce((sum, work) => sum + work.size, 0),
    mediaBytes: isText ? 0 : bytes,
    ceiling: {
      // Texts wait as two bytes a character, and a token has at least one.
      inputTokens: isText ? Math.ceil(bytes / 2) + templateTokens * works.length : 0,
      outputTokens: mostOutputTokens,
      images: task.media === 'image' ? works.length : 0,
      audioSeconds: task.media === 'audio' ? Math.min(mostAudioSeconds, bytes / leastAudioBytesPerSecond) : 0,
      deviceMicros: 0,
    },
  };
};
