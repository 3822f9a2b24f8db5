/** A window's tokens to stretches of speech by the times between them, and how far the window is done with. */
import type { WhisperTokens } from './whisper-tokens.js';

/** Of a timestamp token, and of a position of the encoder. */
export const secondsPerStep = 0.02;

/** Times are in seconds from the window's beginning. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  /** Times left out. */
  readonly ids: readonly number[];
}

/** `seconds` is how much sound the window has. */
export const stretchesOf = (
  ids: readonly number[],
  tokens: WhisperTokens,
  seconds: number,
): { readonly stretches: readonly Stretch[]; readonly done: number } => {
  const timeOf = (id: number) => Math.min(seconds, (id - tokens.time) * secondsPerStep);
  const cuts = cutsOf(ids, tokens);
  if (cuts.length === 0) {
    // No stretch was closed: one until the last time, or until the end.
    const last = ids.findLast((id) => tokens.isTime(id));
    const end = last === undefined || last === tokens.time ? seconds : timeOf(last);
    return { stretches: spoken([{ start: 0, end, ids }], tokens), done: seconds };
  }
  const endsWithOneTime = tokens.isTime(ids.at(-1)!) && !tokens.isTime(ids.at(-2) ?? tokens.time);
  const ends = endsWithOneTime ? [...cuts, ids.length] : cuts;
  const stretches = ends.map((end, i) => {
    const part = ids.slice(ends[i - 1] ?? 0, end);
    // Times that were not asked for may begin with an end.
    const first = part[0]!;
    return { start: tokens.isTime(first) ? timeOf(first) : 0, end: timeOf(part.at(-1)!), ids: part };
  });
  // After a single time nothing more is said; after a pair the last stretch is open and is heard again.
  const done = endsWithOneTime ? seconds : timeOf(ids[cuts.at(-1)! - 1]!);
  return { stretches: spoken(stretches, tokens), done };
};

/** Where one time follows another: there a stretch ends and the next begins. */
const cutsOf = (ids: readonly number[], tokens: WhisperTokens): number[] =>
  ids.flatMap((id, i) => (i > 0 && tokens.isTime(id) && tokens.isTime(ids[i - 1]!) ? [i] : []));

const spoken = (stretches: readonly Stretch[], tokens: WhisperTokens): Stretch[] =>
  stretches
    .map((stretch) => ({ ...stretch, ids: stretch.ids.filter((id) => !tokens.isTime(id)) }))
    .filter(({ start, end, ids }) => end > start && tokens.text(ids).trim() !== '');
