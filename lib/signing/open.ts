import { ControlCard } from "./control/backend.js";
import { pinEmpty } from "./faults.js";
import { machinePins } from "./guard-store.js";
import { Pkcs11Card } from "./pkcs11/backend.js";
import type { CardSettings } from "./settings.js";
import { SoftwareCard } from "./software.js";
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
 * logs in. `attempts` is where the PIN guard keeps its record: that of this machine, but for tests.
 */
export function openCard(settings: CardSettings, attempts: PinAttempts = machinePins()): CardBackend {
  switch (settings.backend) {
    case "software":
      return new SoftwareCard(settings, attempts);
    case "control": {
      const card = new ControlCard(settings, attempts);
      return settings.pin === "" ? withoutPin(card) : card;
    }
    case "pkcs11": {
      const card = new Pkcs11Card(settings, attempts);
      return settings.pin === "" && !settings.pinPad ? withoutPin(card) : card;
    }
  }
}
