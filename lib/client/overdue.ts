import type { Bilingual } from "../errors.js";
import type { DocumentRow, EventRow } from "../ledger/index.js";
import { Turn } from "../turn.js";
import type { ImportClient } from "./import-client.js";

/** What a document waits for in vain: one of the two receipts (faq 9), or that anything happens at all (faq 17). */
export type Missing = "import" | "business" | "status";

/** How long a document may wait, for one folder or for all that no other rule names. */
export interface OverdueRule {
  missing: Missing;
  /** Folder code without case; empty = all others. */
  business: string;
  /** Milliseconds; 0 = never overdue. */
  limit: number;
}

export interface OverdueSettings {
  /** The node that tells; its place in the events is kept under this name. */
  teller: string;
  rules: readonly OverdueRule[];
  /** Words or codes: a customs status that has one of them is the last one. */
  finalStatuses: readonly string[];
}

export interface Overdue {
  missing: Missing;
  row: DocumentRow;
  /** When the waiting began, milliseconds since the epoch. */
  since: number;
  /** For how long it waits, in whole minutes. */
  minutes: number;
  text: Bilingual;
}

const DAY = 24 * 60 * 60 * 1000;
/** A new watch goes back so far and no further: what nobody missed for a week is no news. */
const LOOK_BACK = 7 * DAY;
const SLICE = 500;

/** Events by which a waiting begins. Each is read once, when the time is up; a later one begins the waiting anew. */
const BEGINS: Record<Missing, readonly string[]> = {
  import: ["sent"],
  business: ["accepted"],
  status: ["claimed", "resend", "override", "unknown", "held", "sent", "accepted", "receipt"],
};

/** Statuses after which customs says no more, as the code tables word them. */
export const FINAL_STATUSES = [
  "结关",
  "放行",
  "通过",
  "过卡",
  "核销",
  "核扣",
  "接受申报",
  "退单",
  "删除",
  "失败",
  "拒",
];

/**
 * Tells which documents wait too long, each once. It follows the ledger's events in their order, as far behind the
 * present as the limit is long, and reads each event once; what was reported is never searched for again. Its place is kept
 * in the ledger. It is written after the report: a process that ends between the two reports once more after its restart,
 * for an alarm that is given twice is better than one that is lost. A new attempt is a new event and so counts anew.
 */
export class OverdueWatch {
  private checking = false;

  constructor(
    private readonly client: ImportClient,
    private readonly settings: OverdueSettings,
  ) {}

  /** Tells what has become overdue. Does nothing while an earlier check is under way. */
  async check(tell: (overdue: Overdue) => void, now: number = this.client.clock.now()): Promise<void> {
    if (this.checking) return;
    this.checking = true;
    try {
      for (const rule of this.settings.rules) await this.follow(rule, tell, now);
    } finally {
      this.checking = false;
    }
  }

  private async follow(rule: OverdueRule, tell: (overdue: Overdue) => void, now: number): Promise<void> {
    const { ledger } = this.client;
    const name = this.cursorName(rule);
    const kept = await ledger.fact(name);
    if (rule.limit <= 0) {
      // When it is switched on again it begins then.
      if (kept) await ledger.setFact(name, "");
      return;
    }
    const start =
      Number(kept || (await this.placeOfOthers(rule))) || (await ledger.lastEventBefore(now - rule.limit - LOOK_BACK));
    let place = start;
    let saved = Number(kept);
    const turn = new Turn(this.client.clock);
    // Nearly always the next one is not due yet: it alone is read then.
    for (let more = true, slice = 1; more; slice = SLICE) {
      const events = await ledger.eventsAfter(place, slice);
      more = events.length === slice;
      for (const event of events) {
        // An event of the future was written under a wrong clock: too early is better than never.
        if (event.at > now - rule.limit && event.at <= now) {
          more = false;
          break;
        }
        const row = await this.waitingSince(event, rule);
        if (row) {
          tell(overdueOf(rule.missing, row, event.at, now));
          await ledger.recordOverdue(event, rule.missing, name);
          saved = event.id;
        }
        place = event.id;
        await turn.over();
      }
    }
    if (place !== saved) await ledger.setFact(name, String(place));
  }

  /** The document when it still waits for what it began to wait for with this event. */
  private async waitingSince(event: EventRow, rule: OverdueRule): Promise<DocumentRow | undefined> {
    if (!BEGINS[rule.missing].includes(event.event)) return undefined;
    const row = await this.client.ledger.get(event.documentId);
    if (!row || !this.isFor(rule, row.business)) return undefined;
    const again = this.againBy(event, row, rule.missing);
    if (!again || (await this.client.ledger.hasEventAfter(row.id, event.id, again))) return undefined;
    return row;
  }

  /** Events after which the waiting has begun anew, or undefined when the document does not wait. */
  private againBy(event: EventRow, row: DocumentRow, missing: Missing): readonly string[] | undefined {
    if (missing === "import") return row.state === "sent" && row.importReceiptAt === 0 ? BEGINS.import : undefined;
    if (missing === "business") {
      return row.state === "accepted" && row.businessReceiptAt === 0 ? BEGINS.business : undefined;
    }
    switch (event.event) {
      // Going back to the OutBox and being claimed again is the same waiting.
      case "claimed":
        return row.state === "claimed" && event.text === "" ? ["resend", "override", "sending"] : undefined;
      case "resend":
      case "override":
        return row.state === "claimed" ? ["resend", "override", "sending"] : undefined;
      case "unknown":
      case "held":
        return row.state === event.event ? ["resend", "sending", event.event] : undefined;
      default: {
        const waits = row.state === "accepted" && row.businessReceiptAt > 0 && !this.isFinal(row);
        return waits ? ["sent", "accepted", "receipt"] : undefined;
      }
    }
  }

  private isFinal({ statusCode, statusText }: DocumentRow): boolean {
    return this.settings.finalStatuses.some((word) => word === statusCode || statusText.includes(word));
  }

  private isFor(rule: OverdueRule, business: string): boolean {
    if (rule.business !== "") return sameFolder(rule.business, business);
    return !this.settings.rules.some((other) => other.missing === rule.missing && sameFolder(other.business, business));
  }

  private cursorName({ missing, business }: OverdueRule): string {
    return `overdue ${this.settings.teller} ${missing} ${business.toLowerCase() || "*"}`;
  }

  /** A folder that gets a rule of its own goes on where the rule for all others is. */
  private async placeOfOthers({ missing, business }: OverdueRule): Promise<string | undefined> {
    if (business === "") return undefined;
    return this.client.ledger.fact(this.cursorName({ missing, business: "", limit: 0 }));
  }
}

const sameFolder = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

function overdueOf(missing: Missing, row: DocumentRow, since: number, now: number): Overdue {
  const minutes = Math.max(0, Math.floor((now - since) / 60_000));
  return { missing, row, since, minutes, text: textOf(missing, row, minutes) };
}

function textOf(missing: Missing, row: DocumentRow, minutes: number): Bilingual {
  const { fileName, business } = row;
  switch (missing) {
    case "import":
      return {
        zh: `${fileName}（${business}）已发送 ${minutes} 分钟，导入回执尚未收到。请用连接测试查看接收队列，或导出支持包联系客服。`,
        en: `${fileName} (${business}) was sent ${minutes} minutes ago and its import receipt is missing. Look at the receive queue with the connection test, or export the support bundle for the service desk.`,
      };
    case "business":
      return {
        zh: `${fileName}（${business}）已收到导入回执，业务回执 ${minutes} 分钟仍未收到。请凭统一编号 ${row.seqNo || "（无）"} 在单一窗口查询。`,
        en: `${fileName} (${business}) has its import receipt; the business receipt is missing for ${minutes} minutes. Query it at the Single Window by its SeqNo ${row.seqNo || "(none)"}.`,
      };
    default: {
      const status = [row.statusCode, row.statusText].filter(Boolean).join(" ") || row.state;
      return {
        zh: `${fileName}（${business}）停留在“${status}”已 ${minutes} 分钟，没有任何变化。`,
        en: `${fileName} (${business}) has stayed at "${status}" for ${minutes} minutes.`,
      };
    }
  }
}

/**
 * Rules out of a node's settings: one line a folder, `DecCus001 30 1440 2880`, the minutes for import receipt, business
 * receipt and status; a value that is left out or `-` is the usual one, 0 is never. Returns undefined for a text that cannot be read.
 */
export function readOverdueRules(usual: Record<Missing, number>, text: string): OverdueRule[] | undefined {
  const kinds = ["import", "business", "status"] as const;
  const rules = kinds.map((missing): OverdueRule => ({ missing, business: "", limit: usual[missing] * 60_000 }));
  for (const line of text.split(/[\r\n;；]+/).map((part) => part.trim())) {
    if (line === "") continue;
    const [business = "", ...minutes] = line.split(/[\s,，:：=]+/);
    if (minutes.length === 0 || minutes.length > 3 || !minutes.every((value) => /^(\d{1,7}|-)$/.test(value)))
      return undefined;
    for (const [index, missing] of kinds.entries()) {
      const value = minutes[index];
      if (value === undefined || value === "-") continue;
      if (rules.some((rule) => rule.missing === missing && sameFolder(rule.business, business))) return undefined;
      rules.push({ missing, business, limit: Number(value) * 60_000 });
    }
  }
  return rules;
}
