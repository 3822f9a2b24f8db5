/** Ends a text before any of its stop strings, and never lets the beginning of one out. */
export class StopStrings {
  readonly #stops: readonly string[];
  #held = '';

  constructor(stops: readonly string[]) {
    this.#stops = stops;
  }

  /** Adds text; returns what is safe to show, and whether a stop string was met (what follows it is gone). */
  push(text: string): { readonly text: string; readonly stopped: boolean } {
    const all = this.#held + text;
    const at = this.#stops.map((stop) => all.indexOf(stop)).filter((index) => index >= 0);
    if (at.length > 0) {
      this.#held = '';
      return { text: all.slice(0, Math.min(...at)), stopped: true };
    }
    const held = this.#longestBeginning(all);
    this.#held = all.slice(all.length - held);
    return { text: all.slice(0, all.length - held), stopped: false };
  }

  /** What was held back, once no more text comes. */
  flush(): string {
    const text = this.#held;
    this.#held = '';
    return text;
  }

  /** How many characters at the end could be the beginning of a stop string. */
  #longestBeginning(text: string): number {
    let longest = 0;
    for (const stop of this.#stops) {
      for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
        if (text.endsWith(stop.slice(0, length))) longest = length;
      }
    }
    return longest;
  }
}
