/** How token vectors become one: as sentence-transformers' `1_Pooling/config.json` says. */
import type { EmbeddingsParams } from './schema.js';

export type Pooling = Exclude<NonNullable<EmbeddingsParams['pooling']>, 'none'>;

export interface PoolingRules {
  readonly pooling: Pooling;
  /** Whether the tokens of a prompt count among those of the text. */
  readonly includesPrompt: boolean;
}

export const poolingFile = '1_Pooling/config.json';

const legacyModes = {
  pooling_mode_cls_token: 'cls',
  pooling_mode_max_tokens: 'max',
  pooling_mode_lasttoken: 'last',
} as const;

const modes: Readonly<Record<string, Pooling>> = { cls: 'cls', max: 'max', lasttoken: 'last' };

/** Mean where there is no such file. */
export const readPooling = (config: Readonly<Record<string, unknown>> = {}): PoolingRules => {
  const [, legacy] = Object.entries(legacyModes).find(([name]) => config[name] === true) ?? [];
  const pooling = legacy ?? modes[String(config.pooling_mode)] ?? 'mean';
  return { pooling, includesPrompt: config.include_prompt !== false };
};
