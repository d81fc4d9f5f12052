import type { Clock } from "./clock.js";

/** Milliseconds of work on files between two turns of the event loop. */
const LONGEST = 10;

/** Bytes that are copied or hashed in a few milliseconds. */
const PIECE = 4 * 1024 * 1024;

/** Goes through bytes that may be many, a piece after the other: the event loop gets its turn in between. */
export async function inPieces(bytes: Buffer, clock: Clock, each: (piece: Buffer, at: number) => void): Promise<void> {
  const turn = new Turn(clock);
  for (let at = 0; at < bytes.length; at += PIECE) {
    if (at > 0) await turn.over();
    each(bytes.subarray(at, at + PIECE), at);
  }
}

/** Are they few enough to be worked on at once? */
export const isOnePiece = (bytes: Buffer): boolean => bytes.length <= PIECE;

/** Keeps a long row of small synchronous steps from blocking the event loop (design, "Processes"). */
export class Turn {
  private start: number;

  constructor(private readonly clock: Clock) {
    this.start = clock.monotonic();
  }

  /** To be awaited between two steps: gives the event loop its turn when this one has lasted long enough. */
  over(): Promise<void> | undefined {
    return this.clock.monotonic() - this.start < LONGEST ? undefined : this.pause();
  }

  private async pause(): Promise<void> {
    await this.clock.pause();
    this.start = this.clock.monotonic();
  }
}
