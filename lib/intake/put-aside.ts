import type { BoxContext } from "../boxes/context.js";
import { bothLanguages, type Fault } from "../errors.js";
import type { ReceiptRow } from "../ledger/index.js";
import type { ReceiptPart } from "./store.js";
import { shown } from "./unknown-codes.js";

/** The ledger's fact that says how many were put aside, as JSON. */
const FACT = "put-aside";
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** How many since when: of a row of days on each of which one came. */
interface Count {
  /** When the first of them came, and the last, milliseconds since the epoch. */
  since: number;
  last: number;
  unreadable: number;
  unmatched: number;
  /** The last one's place below the root. */
  file: string;
}

const NONE: Count = { since: 0, last: 0, unreadable: 0, unmatched: 0, file: "" };

export interface PutAsideEvents {
  /** A line for the logs. */
  tell(fault: Fault): void;
  /** How it stands now, since when, and until when. */
  stands(fault: Fault, during: { since: number; until: number }): void;
}

/**
 * Receipts that cannot be read, or that answer no document of ours, are kept and change nothing: a rejection may be among them, so people
 * hear of them. The first one is told at once, of a burst then how many there were, once a minute; their number stands in `status` for
 * a day after the last one, also over a restart.
 */
export class PutAside {
  private known = NONE;
  /** Since the last line of the log. */
  private untold = { ...NONE };
  private toldAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly context: Pick<BoxContext, "ledger" | "clock">,
    private readonly events: PutAsideEvents,
  ) {}

  /** Reads how many there were before this start. Rejects with the ledger's fault. */
  async begin(): Promise<void> {
    this.known = countOf(await this.context.ledger.fact(FACT), this.context.clock.now());
    this.show();
  }

  /** Rows that a part of a delivery was stored as. Rejects with the ledger's fault. */
  async note(rows: readonly ReceiptRow[], part: ReceiptPart, receivedAt: number): Promise<void> {
    for (const row of rows) {
      // What was brought again was noted when it came first.
      if (row.documentId !== null || row.kind === "subscription" || row.receivedAt !== receivedAt) continue;
      await this.add(row, part);
    }
  }

  /** Tells of those that came since the last line, if it is time for the next one. Rejects with the ledger's fault. */
  async tellMore(now = this.context.clock.now()): Promise<void> {
    const { unreadable, unmatched, file } = this.untold;
    if (unreadable + unmatched === 0 || (now - this.toldAt < MINUTE && now >= this.toldAt)) return;
    this.events.tell({
      code: "SW-RECEIPT",
      text: {
        zh: `又有 ${unreadable} 份回执无法识别、${unmatched} 份找不到所答复的单据，已另存；最近一份：${file}`,
        en: `${unreadable} more receipts could not be read and ${unmatched} answer no known document; they were put aside, the last one as ${file}`,
      },
      advice: ADVICE,
    });
    await this.told(now);
  }

  /** What is untold is told before nobody can do it any more. */
  close(): Promise<void> {
    return this.tellMore(Number.MAX_SAFE_INTEGER);
  }

  private async add(row: ReceiptRow, part: ReceiptPart): Promise<void> {
    const now = this.context.clock.now();
    const kind = row.format === "" ? "unreadable" : "unmatched";
    const file = `${row.folder}/InBox/${shown(row.file)}`;
    if (now - this.known.last >= DAY) this.known = { ...NONE, since: now };
    this.known = { ...this.known, last: now, file, [kind]: this.known[kind] + 1 };
    this.untold = { ...this.untold, file, [kind]: this.untold[kind] + 1 };
    this.show();
    if (now - this.toldAt < MINUTE && now >= this.toldAt) return;
    if (this.untold.unreadable + this.untold.unmatched > 1) return this.tellMore(now);
    this.events.tell({
      code: "SW-RECEIPT",
      text: kind === "unreadable" ? notRead(file, part) : notMatched(file, row),
      advice: ADVICE,
    });
    await this.told(now);
  }

  private async told(now: number): Promise<void> {
    this.toldAt = now;
    this.untold = { ...NONE };
    await this.context.ledger.setFact(FACT, JSON.stringify(this.known));
  }

  private show(): void {
    const { since, last, unreadable, unmatched, file } = this.known;
    if (unreadable + unmatched === 0) return;
    this.events.stands(
      {
        code: "SW-RECEIPT",
        text: {
          zh: `有 ${unreadable} 份回执无法识别、${unmatched} 份找不到所答复的单据，已另存；最近一份：${file}`,
          en: `${unreadable} receipts could not be read and ${unmatched} answer no known document; they were put aside, the last one as ${file}`,
        },
        advice: ADVICE,
      },
      { since, until: last + DAY },
    );
  }
}

const ADVICE = {
  zh: "请查看该文件和同名的 .reason.json：其中可能有退单。格式不认识的请把样例发给软件维护者；单据不在本客户端的，核对客户端 ID 和接收队列。",
  en: "Look at the file and at the .reason.json beside it: it may be a rejection. Report a sample of a form that is not known; where the documents are not this client's, check the client ID and the receive queue.",
};

function notRead(file: string, { reason }: ReceiptPart): Fault["text"] {
  const why = reason ? shown(bothLanguages(reason.text)) : "";
  return {
    zh: `回执无法识别，已另存为 ${file}${why && `：${why}`}`,
    en: `a receipt could not be read and was put aside as ${file}${why && `: ${why}`}`,
  };
}

function notMatched(file: string, { clientKey, seqNo, code, text }: ReceiptRow): Fault["text"] {
  const said = [clientKey || seqNo, code, text].map(shown).filter(Boolean).join(" ");
  return {
    zh: `回执找不到所答复的单据，已另存为 ${file}：${said}`,
    en: `a receipt answers no known document and was put aside as ${file}: ${said}`,
  };
}

/** What the fact says; nothing where it cannot be read, or a day has passed since the last one. */
function countOf(fact: string | undefined, now: number): Count {
  try {
    const { since, last, unreadable, unmatched, file } = JSON.parse(fact ?? "") as Record<keyof Count, unknown>;
    const [first, end, ...numbers] = [since, last, unreadable, unmatched].map((value) => Number(value) || 0);
    if (now - (end ?? 0) >= DAY) return NONE;
    return {
      since: first ?? 0,
      last: end ?? 0,
      unreadable: numbers[0] ?? 0,
      unmatched: numbers[1] ?? 0,
      file: String(file),
    };
  } catch {
    return NONE;
  }
}
