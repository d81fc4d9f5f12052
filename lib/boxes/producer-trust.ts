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
 * went before tell; before they do, and once one was seen that was written again, each file has to be still. All times monotonic.
 */
export class ProducerTrust {
  private steady = 0;
  private readonly claimed = new Map<string, { look: FileSnapshot; at: number }>();

  /** May a file be claimed as soon as its content proves that it is finished? */
  get given(): boolean {
    return this.steady >= ENOUGH;
  }

  /** A file is claimed that was whole when it was first read, and has stayed so. */
  keeps(name: string, look: FileSnapshot, at: number): void {
    this.steady++;
    // Last in the map: the first is the one that goes.
    this.claimed.delete(name);
    this.claimed.set(name, { look, at });
    for (const oldest of this.claimed.keys()) if (this.claimed.size > MOST) this.claimed.delete(oldest);
  }

  /** A file that was whole has changed, so many milliseconds after it was seen to be. */
  changes(after: number): void {
    if (after < SOON) this.steady = -AGAIN;
  }

  /** A file is seen for the first time. The same one again was given back, and says nothing. */
  sees(name: string, look: FileSnapshot, at: number): void {
    const before = this.claimed.get(name);
    if (before && !sameSnapshot(before.look, look)) this.changes(at - before.at);
  }
}
