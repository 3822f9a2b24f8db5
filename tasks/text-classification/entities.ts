/** Token labels to entities, as transformers' `simple` aggregation does. */
import type { Encoded, Tokenizer } from '../../src/runner/tokenizer.js';
import { softmax } from '../rank-labels.js';
import type { Entity } from './schema.js';

interface LabelledToken {
  readonly token: string;
  readonly begins: boolean;
  readonly group: string;
  readonly score: number;
  readonly start: number;
  readonly end: number;
}

/** `B-PER` begins a PER; `I-PER` and plain labels continue one. */
const readTag = (label: string): { begins: boolean; group: string } => {
  const [, prefix, group] = /^([BI])-(.*)$/s.exec(label) ?? [];
  return { begins: prefix === 'B', group: group ?? label };
};

/** `logits` is [tokens, labels], special tokens included; they carry no label. */
export const findEntities = (
  logits: Float32Array,
  { encoding }: Encoded,
  text: string,
  { labels, tokenizer }: { readonly labels: readonly string[]; readonly tokenizer: Tokenizer },
): Entity[] => {
  const codePoints = Array.from(text);
  const special = encoding.getSpecialTokensMask();
  const offsets = encoding.getOffsets();
  const unknown = tokenizer.unknownId;
  const ids = encoding.getIds();
  const tokens = encoding.getTokens().flatMap((token, i): LabelledToken[] => {
    if (special[i]) return [];
    const scores = softmax(logits.subarray(i * labels.length, (i + 1) * labels.length));
    const best = scores.indexOf(Math.max(...scores));
    const [start = 0, end = 0] = offsets[i] ?? [];
    const shown = ids[i] === unknown ? codePoints.slice(start, end).join('') : token;
    return [{ token: shown, ...readTag(labels[best] ?? `LABEL_${best}`), score: scores[best]!, start, end }];
  });
  return group(tokens)
    .filter(([first]) => first!.group !== 'O')
    .map((entity) => ({
      entity_group: entity[0]!.group,
      score: entity.reduce((sum, { score }) => sum + score, 0) / entity.length,
      word: tokenizer.decodeTokens(entity.map(({ token }) => token)),
      start: entity[0]!.start,
      end: entity.at(-1)!.end,
    }));
};

/** Neighbours of one group belong together until a token begins anew. */
const group = (tokens: readonly LabelledToken[]): LabelledToken[][] => {
  const groups: LabelledToken[][] = [];
  for (const token of tokens) {
    const last = groups.at(-1);
    if (last && last[0]!.group === token.group && !token.begins) last.push(token);
    else groups.push([token]);
  }
  return groups;
};
