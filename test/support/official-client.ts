import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the double does with a document, by its own number. */
export type Fate = "accepted" | "rejected" | "failed" | "unanswered";

const CHINA = 8 * 3_600_000;

/**
 * A double of the official client at work on a root, from the facts of field.md 4: takes what lies in an OutBox, moves it by TempBox into
 * a folder by day in SentBox or FailBox under a stamped name of 23 digits, and puts receipts into InBox under the official names. Shares
 * no line with the product.
 */
export class OfficialClient {
  readonly took: string[] = [];
  private timer: NodeJS.Timeout | undefined;
  private count = 0;

  constructor(
    private readonly folder: string,
    private readonly fateOf: (key: string) => Fate,
  ) {
    for (const box of ["OutBox", "TempBox", "SentBox", "FailBox", "InBox"])
      mkdirSync(join(folder, box), { recursive: true });
  }

  start(interval: number): void {
    this.timer = setInterval(() => this.look(), interval);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Takes everything that is there now. */
  look(): void {
    for (const name of readdirSync(join(this.folder, "OutBox"))) if (/\.(xml|zip)$/i.test(name)) this.take(name);
  }

  private take(name: string): void {
    const temp = join(this.folder, "TempBox", name);
    renameSync(join(this.folder, "OutBox", name), temp);
    const bytes = readFileSync(temp);
    const key = /<ClientSeqNo>([^<]*)</.exec(bytes.toString("latin1"))?.[1] ?? name;
    const fate = this.fateOf(key);
    const box = join(
      this.folder,
      fate === "failed" ? "FailBox" : "SentBox",
      this.stamp()
        .slice(0, 8)
        .replace(/(\d{4})(\d\d)(\d\d)/, "$1-$2-$3"),
    );
    mkdirSync(box, { recursive: true });
    const [, base = name, extension = ""] = /^(.*)(\.[^.]*)$/.exec(name) ?? [];
    const sent = `${base}_${this.stamp()}${extension}`;
    renameSync(temp, join(box, sent));
    this.took.push(name);
    this.answer(key, base, fate);
  }

  private answer(key: string, base: string, fate: Fate): void {
    if (fate === "unanswered") return;
    if (fate === "failed") {
      this.receipt(
        `Failed_${base}`,
        "<Root><resultFlag>0</resultFlag><failCode>C18</failCode><failInfo>RabbitMQ</failInfo></Root>",
      );
      return;
    }
    const seqNo = fate === "accepted" ? String(100_000_000_000_000_000n + BigInt(this.count)) : "";
    const [code, text] = fate === "accepted" ? ["0", ""] : ["1", "报关单位编码错误"];
    this.receipt(
      `${fate === "accepted" ? "Successed" : "Failed"}_${base}`,
      `<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec"><ResponseCode>${code}</ResponseCode><ErrorMessage>${text}</ErrorMessage><ClientSeqNo>${key}</ClientSeqNo><SeqNo>${seqNo}</SeqNo></DecImportResponse>`,
    );
    if (fate !== "accepted") return;
    this.receipt(
      `Receipt_DECCUS004_${seqNo}_${this.count}`,
      `<DEC_DATA><DEC_RESULT><CUS_CIQ_NO>${seqNo}</CUS_CIQ_NO><ENTRY_ID>5300${String(this.count).padStart(14, "0")}</ENTRY_ID><NOTICE_DATE>2026-11-27T10:00:00</NOTICE_DATE><CHANNEL>P</CHANNEL><NOTE>放行</NOTE></DEC_RESULT></DEC_DATA>`,
    );
  }

  private receipt(name: string, xml: string): void {
    const path = join(this.folder, "InBox", `${name}_${this.stamp()}.xml`);
    writeFileSync(`${path}.tmp`, `<?xml version="1.0" encoding="utf-8"?>${xml}`);
    renameSync(`${path}.tmp`, path);
  }

  /** China time to the second and nine digits. */
  private stamp(): string {
    const at = new Date(Date.now() + CHINA).toISOString().replace(/\D/g, "");
    return `${at.slice(0, 14)}${String(++this.count).padStart(9, "0")}`;
  }

  /** Nothing waits any more. */
  get isIdle(): boolean {
    return !existsSync(join(this.folder, "OutBox")) || readdirSync(join(this.folder, "OutBox")).length === 0;
  }
}
