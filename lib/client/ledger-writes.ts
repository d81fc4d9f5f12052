import { EventEmitter } from "node:events";
import type { ImportClientError } from "../errors.js";
import { LEDGER_FACTS } from "../ledger/facts.js";
import type { Ledger } from "../ledger/index.js";

/** Characters that a trial writes: more than a document or a receipt does, or it would find room where they find none. */
const TRIAL = 64 * 1024;

/**
 * Whether the ledger takes what is written: with a full disk, or without a right to its file, every document and receipt meets the same
 * fault. It is the client's then, told once (`fault`, with undefined when it is over), and stands until a trial has been written.
 */
export class LedgerWrites extends EventEmitter<{ fault: [ImportClientError | undefined] }> {
  fault: ImportClientError | undefined;

  constructor(private readonly ledger: Pick<Ledger, "onRefused" | "setFact">) {
    super();
    ledger.onRefused((fault) => {
      if (!this.fault) this.become(fault);
    });
  }

  /** Is this what the client says for all of them? */
  says(code: string | undefined): boolean {
    return code === "SW-LEDGER" && this.fault !== undefined;
  }

  /** Writes a trial, while it is not known to be well; what refuses it is the fault as before. */
  async tryAgain(): Promise<void> {
    if (!this.fault) return;
    try {
      await this.ledger.setFact(LEDGER_FACTS.trial, "0".repeat(TRIAL));
      await this.ledger.setFact(LEDGER_FACTS.trial, "");
    } catch {
      return;
    }
    this.become(undefined);
  }

  private become(fault: ImportClientError | undefined): void {
    this.fault = fault;
    this.emit("fault", fault);
  }
}
