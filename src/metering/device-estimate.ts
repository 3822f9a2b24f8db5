/** How much device time a request will take, by what the model's last ones took for their size. */
const newestWeight = 0.2;

/** Of a model that nothing is known of: little, so that it keeps few others out. */
const firstGuessMicros = 100_000;

export class DeviceEstimate {
  /** Microseconds for each unit of size. */
  readonly #byModel = new Map<string, number>();

  of(model: string, size: number): number {
    const perUnit = this.#byModel.get(model);
    return perUnit === undefined ? firstGuessMicros : Math.round(perUnit * size);
  }

  learn(model: string, size: number, deviceMicros: number): void {
    if (size <= 0 || deviceMicros <= 0) return;
    const newest = deviceMicros / size;
    const known = this.#byModel.get(model) ?? newest;
    this.#byModel.set(model, known + newestWeight * (newest - known));
  }
}
