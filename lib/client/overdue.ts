import type { DocumentRow } from "../ledger/index.js";
import type { ImportClient } from "./import-client.js";

export interface OverdueLimits {
  /** Milliseconds after sending; 0 = never. */
  import: number;
  business: number;
}

const REMEMBERED = 10_000;

/** Finds documents whose receipt is late, each once a start and kind (faq 9: which of the two receipts is missing). */
export class OverdueWatch {
  private readonly told = new Set<string>();

  constructor(
    private readonly client: ImportClient,
    private readonly limits: OverdueLimits,
  ) {}

  async look(now: number = Date.now()): Promise<{ missing: "import" | "business"; row: DocumentRow }[]> {
    const found: { missing: "import" | "business"; row: DocumentRow }[] = [];
    for (const missing of ["import", "business"] as const) {
      const limit = this.limits[missing];
      if (limit <= 0) continue;
      for (const row of await this.client.ledger.overdue(missing, now - limit)) {
        const key = `${missing} ${row.id} ${row.attempt}`;
        if (this.told.has(key)) continue;
        if (this.told.size >= REMEMBERED) this.told.delete(this.told.values().next().value as string);
        this.told.add(key);
        found.push({ missing, row });
      }
    }
    return found;
  }
}
