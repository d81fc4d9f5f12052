import type { Backend } from "../backends.js";
import { ControlCard } from "../control/backend.js";
import { CONTROL_FAULTS } from "../control/faults.js";

/** The card control (卡控件) that the Single Window installs on the machine with the card reader. */
export const backend: Backend = {
  name: "control",
  title: { zh: "本机卡控件", en: "card control on this machine" },
  needsPin: () => true,
  prerequisites: () =>
    typeof WebSocket === "undefined" ? [{ package: "ws", what: { zh: "卡控件", en: "for the card control" } }] : [],
  faults: CONTROL_FAULTS,
  open: (settings, attempts) => new ControlCard(settings, attempts),
};
