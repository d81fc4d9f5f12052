import { randomBytes } from "node:crypto";

/** What has changed since a place, for who shows it. */
export interface Changes {
  /** Where the next question goes on. */
  cursor: string;
  /** Documents that changed, each once. */
  documents: string[];
  /** More than are kept, or the place is another process's: everything is to be asked again. */
  all: boolean;
  /** A connection, a card or a client changed. */
  status: boolean;
}

/** Changes that are kept; who was away for longer asks for everything. */
const KEPT = 500;
/** Questions that may wait at a time: each holds a connection. */
const WAITING = 200;
/** Milliseconds that a question waits at most, below what proxies cut off. */
const LONGEST = 25_000;
/** After the first change the others of the same burst are waited for. */
const BURST = 250;

/**
 * What changes, as a long question: it is answered when something has changed since its place, or after a while with nothing. Held by the
 * runtime, for page and sidebar; it serves every way of login, which the editor's own channel does not.
 */
export class ChangeLog {
  /** A place of another process is no place of this one. */
  private readonly epoch = randomBytes(6).toString("hex");
  private last = 0;
  private readonly kept: { number: number; id: string }[] = [];
  private readonly waiting = new Set<() => void>();

  /** A document changed; empty: a connection, card or client. */
  note(id: string): void {
    this.kept.push({ number: ++this.last, id });
    if (this.kept.length > KEPT) this.kept.shift();
    for (const wake of [...this.waiting]) wake();
  }

  /** What has changed since a place (empty = now); waits for it when nothing has. `onLeave` is given what ends the waiting. */
  async since(cursor: string, onLeave: (leave: () => void) => void): Promise<Changes> {
    const [epoch, place] = cursor.split(".");
    const from = epoch === this.epoch && /^\d{1,15}$/.test(place ?? "") ? Number(place) : undefined;
    if (cursor === "" || from === undefined || from > this.last) return this.after(this.last, cursor !== "");
    if (from === this.last && this.waiting.size < WAITING) await this.change(onLeave);
    const first = this.kept[0]?.number ?? this.last + 1;
    return this.after(from, from + 1 < first);
  }

  private after(from: number, all: boolean): Changes {
    const changed = new Set(this.kept.filter(({ number }) => number > from).map(({ id }) => id));
    const documents = [...changed].filter((id) => id !== "");
    return { cursor: `${this.epoch}.${this.last}`, documents, all, status: all || changed.has("") };
  }

  private change(onLeave: (leave: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      let burst: NodeJS.Timeout | undefined;
      const end = () => {
        clearTimeout(timer);
        clearTimeout(burst);
        this.waiting.delete(wake);
        resolve();
      };
      const wake = () => {
        burst ??= setTimeout(end, BURST).unref();
      };
      const timer = setTimeout(end, LONGEST).unref();
      this.waiting.add(wake);
      onLeave(end);
    });
  }
}

/** Of this runtime. */
export const changes = new ChangeLog();
