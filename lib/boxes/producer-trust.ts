import { type FileSnapshot, sameSnapshot } from "./snapshot.js";

/** So many files in a row were left alone after their content was whole for the first time. */
const ENOUGH = 20;
/** After one that was not, so many more. */
const AGAIN = 1000;
/** What comes under a name so many milliseconds later is its producer's second writing, after that a correction. */
const SOON = 2000;
/** Claimed files that are remembered. */
const MOST = 256;

/**
 * Whether the producers of one folder leave a file alone once its content is whole. Some write a whole document and put it right a
 * moment later, in its place: only stillness protects from sending the first one. A program does so always or never, so the files that
 * went before tell; before they do, and once one was seen that was written again, each file has to be still. Trust is gained anew after each
 * start, for the producer may have changed meanwhile, and it is gained with a few files; that one was written again is not forgotten by a
 * start (`noted`). All times monotonic.
 */
export class ProducerTrust {
  private steady = 0;
  private doubted = false;
  private readonly claimed = new Map<string, { look: FileSnapshot; at: number }>();

  /** `noted` is called when a first file was written again, with true, and when the folder is trusted after that, with false. */
  constructor(private readonly noted: (doubted: boolean) => void = () => {}) {}

  /** A file was written again here before this start. */
  doubt(): void {
    this.steady = -AGAIN;
    this.doubted = true;
  }

  /** May a file be claimed as soon as its content proves that it is finished? */
  get given(): boolean {
    return this.steady >= ENOUGH;
  }

  /** A file is claimed that was whole when it was first read, and has stayed so. */
  keeps(name: string, look: FileSnapshot, at: number): void {
    this.steady++;
    if (this.doubted && this.given) {
      this.doubted = false;
      this.noted(false);
    }
    // Last in the map: the first is the one that goes.
    this.claimed.delete(name);
    this.claimed.set(name, { look, at });
    for (const oldest of this.claimed.keys()) if (this.claimed.size > MOST) this.claimed.delete(oldest);
  }

  /** A file that was whole has changed, so many milliseconds after it was seen to be. */
  changes(after: number): void {
    if (after >= SOON) return;
    const { doubted } = this;
    this.doubt();
    if (!doubted) this.noted(true);
  }

  /** A file is seen for the first time. The same one again was given back, and says nothing. */
  sees(name: string, look: FileSnapshot, at: number): void {
    const before = this.claimed.get(name);
    if (before && !sameSnapshot(before.look, look)) this.changes(at - before.at);
  }
}
