import { ImportClientError, neutral } from "../../lib/errors.js";
import { markNotTried, PinGuard } from "../../lib/signing/pin-guard.js";
import { compared, samePin } from "../../lib/signing/pin-record.js";
import type { PinAttempts, PinOutcome, PinRefusal, PinTry } from "../../lib/signing/types.js";
import { Fault } from "./decisions.js";
import type { Doer } from "./ports.js";
import type { Machine } from "./scheduler.js";
import type { World } from "./world.js";

const AWAY = new Fault("the card is drawn as it is logged in to", 0.1);
const SLOW = new Fault("the card is slow", 0.2);

const RIGHT = "right";
const WRONG = "wrong";

/** The name of the card in every machine; each process has one of its own before it, by which it queues its logins. */
const TOKEN = "token";

interface Attempt {
  id: string;
  at: number;
  pin: string;
  salt: string;
  outcome: "open" | PinOutcome;
  code: string;
  released: boolean;
}

/** A machine's card, the PIN that is set for it, and the record of the PIN guard. */
export class MachineCard {
  /** As it is set in the nodes. */
  pin: string;
  readonly attempts: Attempt[] = [];
  /** How often it has refused a PIN, and how often a person has opened the guard: each time one more may come. */
  private refused = 0;
  private opened = 0;
  private looks = false;

  constructor(private readonly world: World) {
    this.pin = world.decisions.choose("a wrong PIN", 0, [RIGHT, WRONG]);
  }

  /** A PIN arrives at the card. One that was refused must not come again, or the card locks itself (promises 4). */
  takes(pin: string, machine: Machine): void {
    if (pin === RIGHT) return;
    if (this.refused++ > this.opened)
      this.world.fail(`a PIN that was refused was tried again at the card of ${machine.name}`);
    throw new ImportClientError("C134", neutral("the PIN is wrong"), { kind: "waits", details: { inner: "0xA0" } });
  }

  /** A person hears that the guard is closed, looks for the PIN, sets it right and opens the guard. */
  isClosed(): void {
    if (this.looks) return;
    this.looks = true;
    const { world } = this;
    world.scheduler.at(world.scheduler.now + 6_000 + world.decisions.draw() * 6_000, () => {
      this.looks = false;
      this.pin = RIGHT;
      this.opened++;
      for (const one of this.attempts) if (one.outcome !== "open" || this.isOld(one)) one.released = true;
      world.tell("person", "sets the PIN right and opens the guard");
    });
  }

  /** An attempt that may still be going on is left alone. */
  private isOld({ at }: Attempt): boolean {
    return this.world.scheduler.now - at > 5_000;
  }
}

/** The record of the PIN guard as one process has it open: what it asks for is one transaction, and durable. */
class SimAttempts implements PinAttempts {
  constructor(
    private readonly doer: Doer,
    private readonly card: MachineCard,
  ) {}

  begin(attempt: PinTry): Promise<{ id: string } | { closedBy: PinRefusal }> {
    const { doer, card } = this;
    return compared<{ id: string } | { closedBy: PinRefusal }>(attempt, (mine) =>
      doer.later("note an attempt", () => {
        const found = this.closing(mine);
        if ("unknown" in found) return found;
        const [closedBy] = doer.world.without === "the PIN guard" ? [] : found.result;
        if (closedBy) return { result: { closedBy: { ...closedBy, open: closedBy.outcome === "open", at: 0 } } };
        if (!mine.has(TOKEN)) return { unknown: [TOKEN] };
        const id = String(card.attempts.length + 1);
        const pin = mine.get(TOKEN) as string;
        const at = doer.world.scheduler.now;
        card.attempts.push({ id, at, pin, salt: TOKEN, outcome: "open", code: "", released: false });
        return { result: { id } };
      }),
    );
  }

  end(id: string, outcome: PinOutcome, code: string): Promise<void> {
    return this.doer.later("note how an attempt ended", () => {
      const attempt = this.card.attempts.find((one) => one.id === id);
      if (attempt) Object.assign(attempt, { outcome, code });
    });
  }

  async refuse(): Promise<void> {}

  async refusal(): Promise<undefined> {}

  async release(): Promise<void> {}

  private closing(mine: ReadonlyMap<string, string>) {
    const closes = ({ outcome, released }: Attempt) => !released && (outcome === "open" || outcome === "refused");
    return samePin(this.card.attempts.filter(closes).reverse(), mine);
  }
}

/** Processes of all worlds have had a card: one that ended in a login keeps its place in the line of that process. */
let cards = 0;

/** The card as one process works with it: logged in to once, through the real guard. */
export class SimCard {
  private login: Promise<void> | undefined;
  private readonly line = String(cards++);

  constructor(
    private readonly doer: Doer,
    private readonly card: MachineCard,
  ) {}

  /** Resolves when the card signs; rejects with what the guard or the card says. */
  ready(): Promise<void> {
    this.login ??= this.logIn().catch((error) => {
      this.login = undefined;
      if (error instanceof ImportClientError) this.card.isClosed();
      throw error;
    });
    return this.login;
  }

  private logIn(): Promise<void> {
    const { doer, card } = this;
    const { world, life } = doer;
    const { pin } = card;
    const guard = new PinGuard(new SimAttempts(doer, card), pin);
    // What it really takes is a thread, and time.
    (guard as unknown as { fingerprint: unknown }).fingerprint = async (salt: string) => `${salt} ${pin}`;
    return guard.login([this.line, TOKEN], async () => {
      if (world.decisions.happens(SLOW, life.number)) {
        await new Promise<void>((resolve) =>
          doer.world.scheduler.at(world.scheduler.now + world.decisions.amount * 20_000, resolve, life),
        );
      }
      if (world.decisions.happens(AWAY, life.number)) {
        throw markNotTried(new ImportClientError("C134", neutral("no card"), { kind: "waits" }));
      }
      await doer.later("log in to the card", () => {
        world.tell(life.name, "sends the PIN to the card");
        card.takes(pin, life.machine);
      });
    });
  }
}
