import type { BoxContext } from "../boxes/context.js";
import { type Bilingual, bothLanguages, type Fault } from "../errors.js";
import type { ReceiptRow } from "../ledger/index.js";
import { printable } from "../xml/escape.js";
import type { ReceiptPart, StoredReceipt } from "./store.js";
import { shown } from "./unknown-codes.js";

/** The ledger's fact that says how many were put aside, as JSON. */
const FACT = "put-aside";
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Receipts that are remembered one by one; of more than that, the first ones stay counted also when their documents are found. */
const REMEMBERED = 2_000;

/** How many since when: of a row of days on each of which one came. */
interface Count {
  /** When the first of them came, and the last, milliseconds since the epoch. */
  since: number;
  last: number;
  unreadable: number;
  unmatched: number;
  /** The last one's place below the root; empty where that is not known. */
  file: string;
}

const NONE: Count = { since: 0, last: 0, unreadable: 0, unmatched: 0, file: "" };

export interface PutAsideEvents {
  /** A line for the logs. */
  tell(fault: Fault): void;
  /** How it stands now, since when, and until when. */
  stands(fault: Fault, during: { since: number; until: number }): void;
  /** The document of each of them is found: nothing stands any more. */
  over(): void;
}

/**
 * Receipts that cannot be read, or that answer no document of ours, are kept and change nothing: a rejection may be among them, so people
 * hear of them. The first one is told at once, of a burst then how many there were, once a minute; their number stands in `status` for
 * a day after the last one, also over a restart. One whose document is found after all, as of a receipt that came before the one that brought its
 * number, is not among them any more.
 */
export class PutAside {
  private known = NONE;
  /** Since the last line of the log. */
  private untold = { ...NONE };
  private toldAt = Number.NEGATIVE_INFINITY;
  /** Those of this start that are counted, by their rows, with their places. */
  private readonly counted = new Map<number, string>();
  /** Those whose documents were found, some of them before they were noted. */
  private readonly found = new Set<number>();
  /** When the last one of the starts before came. */
  private before = 0;

  constructor(
    private readonly context: Pick<BoxContext, "ledger" | "clock">,
    private readonly events: PutAsideEvents,
  ) {}

  /** Reads how many there were before this start. Rejects with the ledger's fault. */
  async begin(): Promise<void> {
    this.known = countOf(await this.context.ledger.fact(FACT), this.context.clock.now());
    this.before = this.known.last;
    this.show();
  }

  /** Rows that a part of a delivery was stored as. Rejects with the ledger's fault. */
  async note(rows: readonly StoredReceipt[], part: ReceiptPart, receivedAt: number): Promise<void> {
    for (const row of rows) {
      // What was brought again was noted when it came first; what waits to be decided is said by who stores it.
      if (!concerns(row) || row.documentId !== null || row.undecided || row.receivedAt !== receivedAt) continue;
      if (!this.found.has(row.id)) await this.add(row, part);
    }
  }

  /** The document of a receipt that waited for it is found. Rejects with the ledger's fault. */
  async matched(row: Pick<ReceiptRow, "id" | "kind" | "format" | "receivedAt">): Promise<void> {
    if (!concerns(row) || this.found.has(row.id)) return;
    remember(this.found, row.id);
    const place = this.counted.get(row.id);
    const isEarlier = row.receivedAt >= this.known.since && row.receivedAt <= this.before;
    if (this.known.unmatched === 0 || (place === undefined && !isEarlier)) return;
    this.counted.delete(row.id);
    const last = [...this.counted.values()].at(-1) ?? "";
    const { unreadable } = this.known;
    const left = this.known.unmatched - 1;
    this.known = unreadable + left === 0 ? NONE : { ...this.known, unmatched: left, file: last };
    const { unmatched } = this.untold;
    if (place !== undefined && unmatched > 0) this.untold = { ...this.untold, unmatched: unmatched - 1, file: last };
    this.show();
    await this.keep();
  }

  /** Tells of those that came since the last line, if it is time for the next one. Rejects with the ledger's fault. */
  async tellMore(now = this.context.clock.now()): Promise<void> {
    const { unreadable, unmatched, file } = this.untold;
    if (unreadable + unmatched === 0 || (now - this.toldAt < MINUTE && now >= this.toldAt)) return;
    this.events.tell({
      code: "SW-RECEIPT",
      text: {
        zh: `又有 ${unreadable} 份回执无法识别、${unmatched} 份找不到所答复的单据，已另存${lastZh(file)}`,
        en: `${unreadable} more receipts could not be read and ${unmatched} answer no known document; they were put aside${lastEn(file)}`,
      },
      advice: adviceFor(unreadable, unmatched),
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
    // Whole, to be found: it may be as long as a name is.
    const file = `${row.folder}/InBox/${printable(row.file).replace(/\s+/g, " ")}`;
    if (now - this.known.last >= DAY) this.known = { ...NONE, since: row.receivedAt };
    remember(this.counted, row.id, file);
    this.known = { ...this.known, last: now, file, [kind]: this.known[kind] + 1 };
    this.untold = { ...this.untold, file, [kind]: this.untold[kind] + 1 };
    this.show();
    if (now - this.toldAt < MINUTE && now >= this.toldAt) return;
    if (this.untold.unreadable + this.untold.unmatched > 1) return this.tellMore(now);
    this.events.tell({
      code: "SW-RECEIPT",
      text: kind === "unreadable" ? notRead(file, part) : notMatched(file, row),
      advice: kind === "unreadable" ? UNREADABLE : UNMATCHED,
    });
    await this.told(now);
  }

  private async told(now: number): Promise<void> {
    this.toldAt = now;
    this.untold = { ...NONE };
    await this.keep();
  }

  private async keep(): Promise<void> {
    await this.context.ledger.setFact(FACT, JSON.stringify(this.known));
  }

  private show(): void {
    const { since, last, unreadable, unmatched, file } = this.known;
    if (unreadable + unmatched === 0) {
      this.events.over();
      return;
    }
    this.events.stands(
      {
        code: "SW-RECEIPT",
        text: {
          zh: `有 ${unreadable} 份回执无法识别、${unmatched} 份找不到所答复的单据，已另存${lastZh(file)}`,
          en: `${unreadable} receipts could not be read and ${unmatched} answer no known document; they were put aside${lastEn(file)}`,
        },
        advice: adviceFor(unreadable, unmatched),
      },
      { since, until: last + DAY },
    );
  }
}

const lastZh = (file: string) => file && `；最近一份：${file}`;
const lastEn = (file: string) => file && `, the last one as ${file}`;

/** A subscribed declaration answers nothing. */
const concerns = ({ kind }: Pick<ReceiptRow, "kind">) => kind !== "subscription";

/** What is kept is bounded: the oldest makes way. */
function remember(kept: Set<number> | Map<number, string>, id: number, place = ""): void {
  const [oldest] = kept.keys();
  if (kept.size >= REMEMBERED && oldest !== undefined) kept.delete(oldest);
  if (kept instanceof Map) kept.set(id, place);
  else kept.add(id);
}

const UNREADABLE: Bilingual = {
  zh: "请查看该文件和同名的 .reason.json：其中可能有退单。格式不认识的请把样例发给软件维护者。",
  en: "Look at the file and at the .reason.json beside it: it may be a rejection. Report a sample of a form that is not known.",
};
const UNMATCHED: Bilingual = {
  zh: "请查看该文件：其中可能有退单。先于导入回执到达的，待导入回执到达后自动匹配；单据不在本客户端的，核对客户端 ID 和接收队列。",
  en: "Look at the file: it may be a rejection. One that came before the import receipt is matched by itself once that is there; where the documents are not this client's, check the client ID and the receive queue.",
};

function adviceFor(unreadable: number, unmatched: number): Bilingual {
  if (unmatched === 0) return UNREADABLE;
  if (unreadable === 0) return UNMATCHED;
  return { zh: `${UNREADABLE.zh}${UNMATCHED.zh}`, en: `${UNREADABLE.en} ${UNMATCHED.en}` };
}

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
