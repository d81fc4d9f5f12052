import { cardFault } from "../faults.js";
import type { CardSettings } from "../settings.js";
import { StateKeeper } from "../state.js";
import type { CardBackend, CardEvent, CardIdentity, CardState, PinAttempts } from "../types.js";

/** placeholder until the next commit */
export class ControlCard implements CardBackend {
  readonly kind = "control";
  private readonly keeper = new StateKeeper();
  constructor(_settings: CardSettings, _attempts: PinAttempts) {}
  get state(): CardState {
    return this.keeper.state;
  }
  onState(listener: (event: CardEvent) => void): () => void {
    return this.keeper.on(listener);
  }
  async identity(): Promise<CardIdentity> {
    throw cardFault("Base60408", { zh: "未实现", en: "not built in yet" }, { zh: "", en: "" });
  }
  async sign(): Promise<Buffer> {
    throw cardFault("Base60408", { zh: "未实现", en: "not built in yet" }, { zh: "", en: "" });
  }
  async release(): Promise<void> {}
  async close(): Promise<void> {}
}
