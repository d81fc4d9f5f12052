import type { Bilingual } from "../errors.js";
import type { CardEvent, CardIdentity, CardState } from "./types.js";

const NOTHING: Bilingual = { zh: "", en: "" };

/** Keeps a card's state and tells of its changes; a listener that throws does not disturb signing. */
export class StateKeeper {
  private now: CardState = "unknown";
  private code = "";
  private readonly listeners = new Set<(event: CardEvent) => void>();

  get state(): CardState {
    return this.now;
  }

  set(state: CardState, code = "", text: Bilingual = NOTHING): void {
    if (state === this.now && code === this.code) return;
    this.now = state;
    this.code = code;
    for (const listener of [...this.listeners]) {
      try {
        listener({ state, code, text });
      } catch {
        // A status that cannot be shown is no reason not to sign.
      }
    }
  }

  on(listener: (event: CardEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** What a card that signs is: ready, or expired by its certificate. */
export function readyState(identity: CardIdentity | undefined): [CardState, string?, Bilingual?] {
  if (!identity || Date.now() < identity.notAfter) return ["ready"];
  return ["expired", "CERTIFICATE-EXPIRED", { zh: "操作卡证书已过期", en: "the card's certificate has expired" }];
}
