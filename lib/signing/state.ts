import type { Bilingual } from "../errors.js";
import type { CardEvent, CardState } from "./types.js";

const NOTHING: Bilingual = { zh: "", en: "" };

/** Holds a card's state and tells of its changes; a listener that throws does not disturb signing. */
export class ObservableState {
  private state: CardState = "unknown";
  private code = "";
  private readonly listeners = new Set<(event: CardEvent) => void>();

  get current(): CardState {
    return this.state;
  }

  /** Why it is so, see `CardEvent`. */
  get reason(): string {
    return this.code;
  }

  set(state: CardState, code = "", text: Bilingual = NOTHING): void {
    if (state === this.state && code === this.code) return;
    this.state = state;
    this.code = code;
    for (const listener of [...this.listeners]) {
      try {
        listener({ state, code, text });
      } catch {
        // A status that cannot be shown is no reason not to sign.
      }
    }
  }

  /** Returns what takes the listener away again. */
  on(listener: (event: CardEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
