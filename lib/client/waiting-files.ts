import { EventEmitter } from "node:events";
import type { Incomplete } from "../files/complete.js";

/** A file that lies in an OutBox and is not taken yet, with what it waits for. */
export interface WaitingFile {
  /** `<folder>/<name>`. */
  file: string;
  /** `pdfs`: for the PDFs that it names. Else why it is not finished, though nobody has written it for some seconds. */
  reason: "pdfs" | Incomplete;
  /** The first of those PDFs. */
  missing: readonly string[];
  /** Until when it waits at most, milliseconds since the epoch. */
  until: number;
}

/** So many are shown of each who watches, the first ones; so many PDFs of each. */
export const SHOWN = { files: 20, missing: 5 } as const;

/** What waits in the OutBoxes, for `status`. `change` when it is another. */
export class WaitingFiles extends EventEmitter<{ change: [] }> {
  private readonly known = new Map<string, { count: number; files: readonly WaitingFile[] }>();

  /** As it is after a round of one who watches: how many there are, and the first of them. */
  set(owner: string, count: number, files: readonly WaitingFile[]): void {
    const before = this.known.get(owner) ?? { count: 0, files: [] };
    const shown = files.slice(0, SHOWN.files);
    // A moment's difference of the time until which they wait is nothing new.
    const isSame = before.count === count && keyOf(before.files) === keyOf(shown);
    if (isSame) return;
    if (count === 0) this.known.delete(owner);
    else this.known.set(owner, { count, files: shown });
    this.emit("change");
  }

  /** All of them together. */
  list(): { count: number; files: WaitingFile[] } {
    const all = [...this.known.values()];
    return {
      count: all.reduce((sum, { count }) => sum + count, 0),
      files: all.flatMap(({ files }) => files).slice(0, SHOWN.files),
    };
  }
}

const keyOf = (files: readonly WaitingFile[]) =>
  files.map(({ file, reason, missing }) => [file, reason, ...missing].join("\n")).join("\n\n");
