/** How much device time a request will take, by what the model's last ones took. */
import type { Usage } from '../job.js';

const newestWeight = 0.2;

/** Of a model that nothing is known of: little, so that it keeps few others out. */
const firstGuessMicros = 100_000;

/** A running mean; the first value stands for those before it. */
const mean = (known: number | undefined, newest: number): number =>
  known === undefined ? newest : known + newestWeight * (newest - known);

interface Rates {
  /** Microseconds for each unit of size. */
  readonly bySize: number;
  /** Microseconds for each token or second of sound, where the runner has counted them. */
  readonly byUnit: number | undefined;
  /** Of the tokens that may be generated at most, how many are. */
  readonly outputShare: number;
}

export interface Sized {
  readonly model: string;
  readonly size: number;
  readonly mostOutputTokens: number;
}

export class DeviceEstimate {
  readonly #byModel = new Map<string, Rates>();

  of(model: string, size: number): number {
    const rates = this.#byModel.get(model);
    return rates === undefined ? firstGuessMicros : Math.round(rates.bySize * size);
  }

  /** By what the runner has counted of its inputs; `undefined` as long as the model's rate is not known. */
  ofMeasured({ model, mostOutputTokens }: Sized, measured: Usage): number | undefined {
    const { byUnit, outputShare } = this.#byModel.get(model) ?? {};
    if (byUnit === undefined || outputShare === undefined) return undefined;
    return Math.round(byUnit * (inputUnits(measured) + outputShare * mostOutputTokens));
  }

  /** `isMeasured`: the runner had counted its inputs, so that others like it will be counted too. */
  learn({ model, size, mostOutputTokens }: Sized, used: Usage, isMeasured: boolean): void {
    if (size <= 0 || used.deviceMicros <= 0) return;
    const known = this.#byModel.get(model);
    const bySize = mean(known?.bySize, used.deviceMicros / size);
    const output = mostOutputTokens === 0 ? 0 : used.outputTokens;
    const units = inputUnits(used) + output;
    this.#byModel.set(model, {
      bySize,
      byUnit: isMeasured && units > 0 ? mean(known?.byUnit, used.deviceMicros / units) : known?.byUnit,
      outputShare:
        mostOutputTokens === 0 ? 0 : mean(known?.outputShare, Math.min(1, output / mostOutputTokens)),
    });
  }
}

const inputUnits = ({ inputTokens, audioSeconds }: Usage): number => inputTokens + audioSeconds;
