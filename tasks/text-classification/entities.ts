/** Token labels to entities, by the aggregation strategies of transformers' token-classification pipeline. */
import type { Encoded, Tokenizer } from '../../src/runner/tokenizer.js';
import { softmax } from '../rank-labels.js';
import type { AggregationStrategy, Entity } from './schema.js';

interface ScoredToken {
  readonly token: string;
  /** One a label. */
  readonly scores: readonly number[];
  /** It goes on with the word before it. */
  readonly isSubword: boolean;
  /** Among all of the window's tokens. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** A token, or the tokens of a word that were brought to one label. */
interface LabelledSpan {
  readonly tokens: readonly string[];
  readonly begins: boolean;
  readonly group: string;
  readonly score: number;
  readonly start: number;
  readonly end: number;
}

export interface EntityOptions {
  readonly labels: readonly string[];
  readonly tokenizer: Tokenizer;
  readonly strategy: AggregationStrategy;
  readonly ignoredLabels: readonly string[];
}

/** `B-PER` begins a PER; `I-PER` and plain labels continue one. */
const readTag = (label: string): { begins: boolean; group: string } => {
  const [, prefix, group] = /^([BI])-(.*)$/s.exec(label) ?? [];
  return { begins: prefix === 'B', group: group ?? label };
};

/** `logits` is [tokens, labels], special tokens included; they carry no label. */
export const findEntities = (
  logits: Float32Array,
  encoded: Encoded,
  text: string,
  { labels, tokenizer, strategy, ignoredLabels }: EntityOptions,
): Entity[] => {
  const tokens = readTokens(logits, encoded, text, { labels, tokenizer });
  const found =
    strategy === 'none'
      ? tokens.map((token) => entityOf(token, labels))
      : entitiesOf(tokens, labels, strategy).map((entity) => ({
          entity_group: entity[0]!.group,
          score: entity.reduce((sum, { score }) => sum + score, 0) / entity.length,
          word: tokenizer.decodeTokens(entity.flatMap((span) => span.tokens)),
          start: entity[0]!.start,
          end: entity.at(-1)!.end,
        }));
  return found.filter(({ entity_group: label }) => !ignoredLabels.includes(label));
};

/**
 * Of entities that windows of one text found in the same place the longest stays, or the surest of the longest; which
 * come up against which is transformers' rule.
 */
export const joinOverlapping = (found: readonly Entity[]): Entity[] => {
  const kept: Entity[] = [];
  for (const entity of found.toSorted((a, b) => a.start - b.start)) {
    const last = kept.at(-1);
    if (!last || entity.start >= last.end) kept.push(entity);
    else if (isBetter(entity, last)) kept[kept.length - 1] = entity;
  }
  return kept;
};

const isBetter = (a: Entity, b: Entity): boolean => {
  const [length, other] = [a.end - a.start, b.end - b.start];
  return length > other || (length === other && a.score > b.score);
};

const entityOf = ({ token, scores, index, start, end }: ScoredToken, labels: readonly string[]): Entity => {
  const score = Math.max(...scores);
  return { entity_group: labelAt(labels, scores.indexOf(score)), score, index, word: token, start, end };
};

const labelAt = (labels: readonly string[], index: number): string => labels[index] ?? `LABEL_${index}`;

const entitiesOf = (
  tokens: readonly ScoredToken[],
  labels: readonly string[],
  strategy: AggregationStrategy,
): LabelledSpan[][] => {
  const units = strategy === 'simple' ? tokens.map((token) => [token]) : wordsOf(tokens);
  return group(units.map((unit) => labelOf(unit, labels, strategy)));
};

const readTokens = (
  logits: Float32Array,
  { encoding }: Encoded,
  text: string,
  { labels, tokenizer }: Pick<EntityOptions, 'labels' | 'tokenizer'>,
): ScoredToken[] => {
  const codePoints = Array.from(text);
  const special = encoding.getSpecialTokensMask();
  const offsets = encoding.getOffsets();
  const unknown = tokenizer.idFor('unk_token');
  const ids = encoding.getIds();
  return encoding.getTokens().flatMap((token, i): ScoredToken[] => {
    if (special[i]) return [];
    const scores = softmax(logits.subarray(i * labels.length, (i + 1) * labels.length));
    const [start = 0, end = 0] = offsets[i] ?? [];
    const said = codePoints.slice(start, end);
    if (ids[i] === unknown) return [{ token: said.join(''), scores, isSubword: false, index: i, start, end }];
    const isSubword = tokenizer.marksSubwords
      ? Array.from(token).length !== said.length
      : start > 0 && !codePoints.slice(start - 1, start + 1).includes(' ');
    return [{ token, scores, isSubword, index: i, start, end }];
  });
};

const wordsOf = (tokens: readonly ScoredToken[]): ScoredToken[][] => {
  const words: ScoredToken[][] = [];
  for (const token of tokens) {
    if (token.isSubword && words.length > 0) words.at(-1)!.push(token);
    else words.push([token]);
  }
  return words;
};

const labelOf = (
  tokens: readonly ScoredToken[],
  labels: readonly string[],
  strategy: AggregationStrategy,
): LabelledSpan => {
  const scores = scoresOf(tokens, strategy);
  const score = Math.max(...scores);
  const best = scores.indexOf(score);
  return {
    tokens: tokens.map(({ token }) => token),
    ...readTag(labelAt(labels, best)),
    score,
    start: tokens[0]!.start,
    end: tokens.at(-1)!.end,
  };
};

/** Those of the first token, of the surest one, or of all on average. */
const scoresOf = (tokens: readonly ScoredToken[], strategy: AggregationStrategy): readonly number[] => {
  const [first] = tokens;
  if (strategy === 'average')
    return first!.scores.map(
      (_, label) => tokens.reduce((sum, { scores }) => sum + scores[label]!, 0) / tokens.length,
    );
  if (strategy !== 'max') return first!.scores;
  const surest = tokens.reduce((a, b) => (Math.max(...b.scores) > Math.max(...a.scores) ? b : a));
  return surest.scores;
};

/** Neighbours of one group belong together until one begins anew. */
const group = (spans: readonly LabelledSpan[]): LabelledSpan[][] => {
  const groups: LabelledSpan[][] = [];
  for (const span of spans) {
    const last = groups.at(-1);
    if (last && last[0]!.group === span.group && !span.begins) last.push(span);
    else groups.push([span]);
  }
  return groups;
};
