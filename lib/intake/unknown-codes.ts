import type { BoxContext } from "../boxes/context.js";
import { CODES } from "../codes.js";
import { shortened } from "../files/names.js";
import type { ReceiptRow } from "../ledger/index.js";
import { printable } from "../xml/escape.js";

/** The ledger's fact that lists the codes that people have heard of, as JSON. */
const FACT = "unknown-codes";
/** Codes come from outside: so many are reported, no more. */
const MOST = 200;

/** Tells people of each receipt code that no table has, once: it says nothing of success, and changes nothing. */
export class UnknownCodes {
  private reported: Set<string> | undefined;

  constructor(private readonly context: Pick<BoxContext, "ledger" | "notice">) {}

  async note(rows: readonly ReceiptRow[]): Promise<void> {
    for (const { outcome, format, code, documentId } of rows) {
      // What is no receipt at all is parked with its reason.
      if (outcome === "unknown" && format !== "") await this.tell(shown(format), shown(code), documentId);
    }
  }

  private async tell(format: string, code: string, documentId: string | null): Promise<void> {
    const { ledger, notice } = this.context;
    this.reported ??= new Set(listed(await ledger.fact(FACT)));
    const name = `${format} ${code}`;
    if (this.reported.has(name) || this.reported.size >= MOST) return;
    this.reported.add(name);
    const document = documentId === null ? undefined : await ledger.get(documentId);
    const { meaning, action } = CODES["SW-CODE"];
    const of = document ? { zh: `（${document.fileName}）`, en: ` (${document.fileName})` } : { zh: "", en: "" };
    notice.call(
      this.context,
      "SW-CODE",
      `${name}${of.zh}：${meaning.zh}，单据状态不变。${action.zh}`,
      `${name}${of.en}: ${meaning.en}, no document's state is changed. ${action.en}`,
    );
    await ledger.setFact(FACT, JSON.stringify([...this.reported]));
  }
}

function listed(fact: string | undefined): string[] {
  try {
    const list: unknown = JSON.parse(fact ?? "[]");
    return Array.isArray(list) ? list.map(String) : [];
  } catch {
    return [];
  }
}

/** Words of a receipt, for a line that people read: nothing of it but its visible characters, and not many. */
export const shown = (text: string) => shortened(printable(text).replace(/\s+/g, " "), 40);
