import type { MatchedBy } from "../../lib/document.js";
import type {
  DocumentRow,
  EventNote,
  Expected,
  NewReceipt,
  PartKey,
  ReceiptPlace,
  ReceiptRow,
} from "../../lib/ledger/index.js";
import { partAfter } from "../../lib/ledger/rules/parts.js";
import { type PartsAfter, receiptEffect } from "../../lib/ledger/rules/receipt-effect.js";
import { assertNotAnswered, isRepeatOf } from "../../lib/ledger/rules/repeated-receipt.js";
import type { LedgerFile } from "./ledger-file.js";
import type { SimParts } from "./ledger-parts.js";

/** What a receipt did to its document. */
export interface Effect {
  row: DocumentRow;
  note: EventNote;
}

/** Receipts of a simulated ledger, and what they do to documents. */
export class SimReceipts {
  constructor(
    private readonly file: LedgerFile,
    private readonly parts: SimParts,
    private readonly now: () => number,
    private readonly me: () => string | undefined,
  ) {}

  add(
    receipt: NewReceipt,
    expected: Expected | undefined,
  ): { duplicate: boolean; receipt: ReceiptRow; effect: Effect | undefined } {
    const earlier = this.repeated(receipt, expected);
    if (earlier) {
      const adopts = earlier.documentId === null && receipt.documentId !== null;
      const found = { matchedBy: receipt.matchedBy };
      const effect = adopts ? this.adopt(earlier.id, receipt.documentId as string, found) : undefined;
      return { duplicate: true, receipt: earlier, effect };
    }
    const stored = this.file.addReceipt({ ...receipt, filed: false });
    const effect = receipt.documentId === null ? undefined : this.on(receipt.documentId, stored);
    return { duplicate: false, receipt: stored, effect };
  }

  adopt(
    id: number,
    documentId: string,
    { matchedBy, place }: { matchedBy: MatchedBy; place?: ReceiptPlace },
  ): Effect | undefined {
    const receipt = this.file.receipts[id - 1];
    if (!receipt || receipt.documentId !== null) return undefined;
    return this.on(documentId, this.file.changeReceipt(id, { documentId, matchedBy, ...place }));
  }

  orphans(keys: readonly string[], ofDocument: string | undefined): ReceiptRow[] {
    const waits = this.file.receipts.filter(({ documentId }) => documentId === null);
    if (waits.length === 0) return [];
    const ofIt = ofDocument === undefined ? [] : (this.file.keys.get(ofDocument) ?? []);
    const wanted = new Set([...keys, ...ofIt.map(({ key }) => key)]);
    return waits.filter((receipt) => keysOf(receipt).some(({ key }) => wanted.has(key)));
  }

  private repeated(receipt: NewReceipt, expected: Expected | undefined): ReceiptRow | undefined {
    const { sha256, messageId, documentId } = receipt;
    const same = this.file.receipts.filter((row) => row.sha256 === sha256);
    const again = messageId === "" ? undefined : same.find((row) => row.messageId === messageId);
    if (again || (expected === "undecided" && messageId !== "")) return again;
    const document = documentId === null ? undefined : this.file.row(documentId);
    if (document && typeof expected === "object") assertNotAnswered(receipt, document, expected);
    return same.reverse().find((row) => isRepeatOf(receipt, row, document));
  }

  private on(documentId: string, receipt: ReceiptRow): Effect | undefined {
    const row = this.file.row(documentId);
    if (!row) return undefined;
    const { to, change } = receiptEffect(receipt, row, this.onParts(row, receipt));
    const { format, code, part, textEn } = receipt;
    const text = [format, part, receipt.statusText || receipt.text].filter(Boolean).join(" ");
    const note: EventNote = { event: to ?? "receipt", code, text, textEn: textEn && `${format} ${textEn}` };
    return { row: this.file.change(documentId, { to, me: this.me(), anyones: true }, change, note, this.now()), note };
  }

  private onParts(row: DocumentRow, receipt: ReceiptRow): PartsAfter | undefined {
    if (receipt.kind === "local" || (row.parts === 0 && receipt.part === "")) return undefined;
    const named =
      this.parts.called(row, receipt.part) ??
      this.parts.named(row, keysOf(receipt)) ??
      (receipt.part === "" ? undefined : this.parts.addNamed(row, receipt.part));
    const about = named && partAfter(named, receipt);
    if (about) this.parts.save(row.id, about);
    return { ...this.parts.count(row), aboutOne: about !== undefined || receipt.part !== "", about };
  }
}

function keysOf({ part, clientKey, otherKeys, seqNo, customsNo }: ReceiptRow): PartKey[] {
  const own = [...new Set([part, clientKey, ...(otherKeys ?? [])])].map((key) => ({ key, kind: "own" }) as const);
  const keys: PartKey[] = [...own, { key: seqNo, kind: "seqNo" }, { key: customsNo, kind: "customsNo" }];
  return keys.filter(({ key }) => key !== "");
}
