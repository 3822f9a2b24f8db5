/** Segments of speech as subtitles: SubRip and WebVTT. */
import type { Segment } from '../../../tasks/asr/schema.js';

type Cue = Pick<Segment, 'start' | 'end' | 'text'>;

export const subRip = (cues: readonly Cue[]): string =>
  cues.map((cue, i) => `${i + 1}\n${linesOf(cue, ',')}\n\n`).join('');

export const webVtt = (cues: readonly Cue[]): string =>
  `WEBVTT\n\n${cues.map((cue) => `${linesOf(cue, '.')}\n\n`).join('')}`;

/** The arrow stands for the times alone, so the text may not have it. */
const linesOf = ({ start, end, text }: Cue, point: string): string =>
  `${timeOf(start, point)} --> ${timeOf(end, point)}\n${text.trim().replaceAll('-->', '->')}`;

/** hh:mm:ss and milliseconds. */
const timeOf = (seconds: number, point: string): string => {
  const ms = Math.round(seconds * 1000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const clock = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1000) % 60].map(two).join(':');
  return `${clock}${point}${String(ms % 1000).padStart(3, '0')}`;
};
