/** Reads a grammar's source character by character: what the readers of all notations share. */
export abstract class SourceReader {
  /** By code point. */
  protected readonly source: readonly string[];
  protected at = 0;

  constructor(source: string) {
    this.source = Array.from(source);
  }

  /** What the notation calls a mistake. */
  protected abstract fault(message: string): Error;

  protected peek(): string | undefined {
    return this.source[this.at];
  }

  protected next(): string {
    const next = this.source[this.at++];
    if (next === undefined) throw this.wrong('an end too early');
    return next;
  }

  protected take(wanted: string): boolean {
    if (this.peek() !== wanted) return false;
    this.at++;
    return true;
  }

  protected wrong(what: string): Error {
    return this.fault(`${what} (at character ${this.at})`);
  }
}
