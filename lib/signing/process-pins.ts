import { machinePins } from "./guard-store.js";
import { isAnywhere } from "./token-names.js";
import type { PinAttempts, PinOutcome, PinRefusal, PinTry, SharedPinAttempts } from "./types.js";

/** An attempt as one of the records has it. */
interface Begun {
  record: PinAttempts;
  id: string;
}

/**
 * Where this process keeps PIN attempts: in the machine's record, and in every ledger that it shares with other machines, which reach the same
 * token over the network perhaps (several machines, line 13). A PIN goes out only when all of them let it and have it written down.
 */
export class ProcessPins implements PinAttempts {
  private readonly ledgers = new Set<SharedPinAttempts>();
  private readonly begun = new Map<string, readonly Begun[]>();

  constructor(private readonly machine: PinAttempts) {}

  /** From now on a shared ledger is asked and told as well. Returns what ends that, for a ledger that closes. */
  share(ledger: SharedPinAttempts): () => void {
    this.ledgers.add(ledger);
    return () => this.ledgers.delete(ledger);
  }

  async begin(wanted: PinTry): Promise<{ id: string } | { closedBy: PinRefusal }> {
    const begun: Begun[] = [];
    try {
      for (const [record, asked] of this.records(wanted)) {
        const attempt = await record.begin(asked);
        if ("closedBy" in attempt) {
          await endAll(begun, "not-tried", "");
          return attempt;
        }
        begun.push({ record, id: attempt.id });
      }
    } catch (error) {
      await endAll(begun, "not-tried", "");
      throw error;
    }
    const id = begun[0]?.id ?? "";
    this.begun.set(id, begun);
    return { id };
  }

  async turn(tokens: readonly string[]): Promise<() => Promise<void>> {
    const ends: (() => Promise<void>)[] = [];
    const end = async () => {
      for (const one of ends) await one();
    };
    const known = tokens.filter(isAnywhere);
    try {
      for (const ledger of known.length > 0 ? this.ledgers : []) ends.push(await ledger.turn(known));
    } catch (error) {
      await end();
      throw error;
    }
    return end;
  }

  async end(id: string, outcome: PinOutcome, code: string): Promise<void> {
    const begun = this.begun.get(id) ?? [];
    this.begun.delete(id);
    await endAll(begun, outcome, code);
  }

  async refuse(wanted: PinTry, code: string): Promise<void> {
    for (const [record, asked] of this.records(wanted)) await record.refuse(asked, code);
  }

  async refusal(wanted: PinTry): Promise<PinRefusal | undefined> {
    for (const [record, asked] of this.records(wanted)) {
      const refusal = await record.refusal(asked);
      if (refusal) return refusal;
    }
    return undefined;
  }

  async release(tokens: readonly string[], reason: string): Promise<void> {
    const wanted = { tokens, fingerprint: async () => "" };
    for (const [record, asked] of this.records(wanted)) await record.release(asked.tokens, reason);
  }

  /** Each record, and what it is asked: a name that says where a token is reached from here means another one on another machine. */
  private *records(wanted: PinTry): Generator<[PinAttempts, PinTry]> {
    yield [this.machine, wanted];
    const tokens = wanted.tokens.filter(isAnywhere);
    if (tokens.length === 0) return;
    for (const ledger of this.ledgers) yield [ledger, { ...wanted, tokens }];
  }
}

async function endAll(begun: readonly Begun[], outcome: PinOutcome, code: string): Promise<void> {
  for (const { record, id } of begun) await record.end(id, outcome, code);
}

const pins = new ProcessPins(machinePins());

/** The PIN guard's records, the same for everybody in this process. */
export function processPins(): ProcessPins {
  return pins;
}
