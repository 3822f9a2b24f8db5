/** What ffmpeg says of a file while it decodes it, line by line, as far as we listen. */

/** Containers whose header counts the samples. Others are looked at before (`audio-cut-off.ts`), or announce what is no promise. */
const countingContainers: ReadonlySet<string> = new Set(['mp3', 'flac', 'tta', 'wv', 'ape']);
/** What may be missing: an encoder's padding (a quarter of a second in MP3 at 8 kHz), and a share for what was lost midway. */
const leastMissingSeconds = 0.3;
const leastMissingShare = 0.02;

export class FfmpegLog {
  /** Where it was when it last told. */
  seconds = 0;
  /** When the sound begins, by the clock of the whole file. */
  beginsAt: number | undefined;
  /** The file is a video. Only there a late beginning means something: what is cut out of a WavPack file keeps its clock. */
  hasPictures = false;
  /** The header has been told. */
  isOpen = false;
  #container = '';
  #length: number | undefined;
  #guessed = false;
  #brokenFrame = false;

  read(line: string): void {
    const [, container] = /^Input #0, (.+), from /.exec(line) ?? [];
    const [, header] = /^ {2}Duration: ([\d:.]+),/.exec(line) ?? [];
    const [, progress] = /\btime=([\d:.]+)/.exec(line) ?? [];
    const [, first] = /^\[Parsed_ashowinfo.*\bpts_time:(-?[\d.]+)/.exec(line) ?? [];
    if (container) this.#container = container;
    if (header) this.#length = toSeconds(header);
    if (progress) this.seconds = toSeconds(progress);
    if (first) this.beginsAt ??= Number(first);
    if (line.includes('Estimating duration')) this.#guessed = true;
    if (/^\[flac @ .*decode_frame\(\) failed/.test(line)) this.#brokenFrame = true;
    if (!this.isOpen && /^ {2}Stream #0:.*: Video: (?!.*\(attached pic\))/.test(line))
      this.hasPictures = true;
    if (line.startsWith('Stream mapping:')) this.isOpen = true;
  }

  /** Seconds by the file's header; `undefined` when that does not say, or only guesses. */
  get announced(): number | undefined {
    return this.#guessed ? undefined : this.#length;
  }

  /** Asked when it has ended well: there was clearly less sound than the header counts. */
  get isShort(): boolean {
    if (this.announced === undefined || !countingContainers.has(this.#container)) return false;
    // What is copied out of a FLAC file, by ffmpeg for one, keeps the length of the whole. It ends with a whole frame.
    if (this.#container === 'flac' && !this.#brokenFrame) return false;
    const missing = this.announced - this.seconds;
    return missing > Math.max(leastMissingSeconds, leastMissingShare * this.announced);
  }
}

const toSeconds = (time: string): number =>
  time.split(':').reduce((seconds, part) => seconds * 60 + Number(part), 0);
