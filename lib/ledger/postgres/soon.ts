import { setTimeout as pause } from "node:timers/promises";
import { ImportClientError } from "../../errors.js";
import { asLedgerError, ledgerError } from "./faults.js";

/**
 * Milliseconds: how long a person's question is tried while the database refuses or drops the connection, after how long without an answer it is
 * looked whether the database answers at all, and how long that may take.
 */
const PERSON = { tries: 1_000, waits: 1_200, probe: 1_000 } as const;

type Silent = Map<object, unknown>;

/** The database does not answer within the time that a person waits. */
export function silent() {
  return ledgerError("台账数据库没有应答", "the ledger's database does not answer", "away");
}

/**
 * Answers for people: within some two seconds, or the fault. A search that takes long is waited for as long as the database answers others.
 * A ledger that gave no answer to a part of a question (`askedByPerson`) is not asked for the rest of it.
 */
export class Soon {
  private probing: Promise<unknown> | undefined;

  /** `probe`: asks the database something short, tried once. */
  constructor(private readonly probe: () => Promise<unknown>) {}

  /** `ask` is given how long it may try, and whether it is still wanted. Rejects with SW-LEDGER. */
  async answer<T>(known: Silent, ask: (patience: number, isWanted: () => boolean) => Promise<T>): Promise<T> {
    this.assertNotSilent(known);
    let wanted = true;
    const timer = new AbortController();
    const asked = ask(PERSON.tries, () => wanted);
    // Whoever waited for it has had an answer.
    asked.catch(() => undefined);
    const late = pause(PERSON.waits, undefined, { signal: timer.signal }).then(async () => {
      await this.probed();
      return asked;
    });
    try {
      return await Promise.race([asked, late]);
    } catch (error) {
      this.keep(known, error);
      throw error;
    } finally {
      wanted = false;
      timer.abort();
    }
  }

  /** Before a person's decision is written. Rejects with SW-LEDGER where the database does not answer. */
  async assertAnswers(known: Silent): Promise<void> {
    this.assertNotSilent(known);
    try {
      await this.probed();
    } catch (error) {
      this.keep(known, error);
      throw error;
    }
  }

  private keep(known: Silent, error: unknown): void {
    if (error instanceof ImportClientError && error.details.reason === "away") known.set(this, error);
  }

  private assertNotSilent(known: Silent): void {
    if (known.has(this)) throw known.get(this);
  }

  /** One at a time, however many ask. */
  private probed(): Promise<unknown> {
    this.probing ??= this.probeNow().finally(() => {
      this.probing = undefined;
    });
    return this.probing;
  }

  private async probeNow(): Promise<void> {
    const timer = new AbortController();
    const asked = this.probe();
    asked.catch(() => undefined);
    const late = pause(PERSON.probe, undefined, { signal: timer.signal }).then(() => {
      throw silent();
    });
    try {
      await Promise.race([asked, late]);
    } catch (error) {
      throw asLedgerError(error);
    } finally {
      timer.abort();
    }
  }
}
