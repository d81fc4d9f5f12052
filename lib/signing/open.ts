import { backendByName } from "./backends.js";
import { pinEmpty } from "./faults.js";
import { processPins } from "./process-pins.js";
import type { CardSettings } from "./settings.js";
import type { CardBackend, PinAttempts } from "./types.js";

/** Refuses with C144 before the card behind it, its module or its control is touched in any way (faq 13). */
function withoutPin(card: CardBackend): CardBackend {
  return {
    kind: card.kind,
    get state() {
      return card.state;
    },
    onState: (listener) => card.onState(listener),
    identity: async () => Promise.reject(pinEmpty()),
    sign: async () => Promise.reject(pinEmpty()),
    release: async () => Promise.reject(pinEmpty()),
    close: () => card.close(),
  };
}

/**
 * Opens a card by its settings. Nothing is touched yet: the first `identity` or `sign` finds the card, the first `sign`
 * logs in. `attempts` is where the PIN guard keeps its records: those of this process, but for tests. Throws RangeError for an
 * unknown backend, which `readCardSettings` refuses before.
 */
export function openCard(settings: CardSettings, attempts: PinAttempts = processPins()): CardBackend {
  const backend = backendByName(settings.backend);
  if (!backend) throw new RangeError(`unknown card backend ${settings.backend}`);
  const card = backend.open(settings, attempts);
  return settings.pin === "" && backend.needsPin(settings) ? withoutPin(card) : card;
}
