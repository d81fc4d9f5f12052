import { adviceFor } from "../advice/index.js";
import type { BoxContext } from "../boxes/context.js";
import { writeReceiptJson } from "../boxes/receipt-json.js";
import { homeOf, inBoxOf } from "../boxes/receipt-place.js";
import { crashPoint } from "../crash-point.js";
import type { Receipt } from "../document.js";
import { type Bilingual, codeOf } from "../errors.js";
import { OTHERS } from "../files/folders.js";
import { timeStamp } from "../files/names.js";
import type { DocumentRow, Expected, NewReceipt, ReceiptPlace, ReceiptRow } from "../ledger/index.js";
import { receiptFileName } from "../receipts/file-name.js";
import type { ParsedReceipt } from "../receipts/index.js";
import { sha256InTurns } from "../sha256.js";
import { adoptOrphans, bringHome, lookAgain, mayRepeat } from "./adopt.js";
import type { MatchHints } from "./match.js";
import { asReceipt } from "./read.js";
import { shown } from "./unknown-codes.js";

/** One file of a delivery: its bytes and what was read from them. */
export interface ReceiptPart {
  /** Its name in the ZIP or in the DxpMsg; absent where nothing names it. */
  name?: string | undefined;
  bytes: Buffer;
  /** Empty when the part was not recognised. */
  receipts: readonly Receipt[];
  /** What each of them was made of, so that its document can be looked for again when it is stored. */
  source?: { parsed: readonly ParsedReceipt[]; hints: MatchHints };
  /** Why it was not recognised. */
  reason?: { code: string; text: Bilingual } | undefined;
}

/** Where a delivery came from. */
export interface DeliveryFacts {
  messageId: string;
  /** Folder code that the sender named, empty when it did not. */
  business: string;
  receivedAt: number;
}

/** A receipt with what it says itself: the document's own number, which flows see in it, is none of its own. */
export function asStored(
  receipt: Receipt,
  parsed: ParsedReceipt | undefined,
): Receipt & Pick<NewReceipt, "otherKeys" | "textEn"> {
  const { clientKey = receipt.clientKey, otherKeys = null } = parsed ?? {};
  return { ...receipt, clientKey, otherKeys, textEn: "" };
}

/** The row of a receipt, and the document as that receipt has changed it. */
interface Entered {
  row: ReceiptRow;
  affected: DocumentRow | undefined;
}

/** A receipt as it was stored; `undecided`: it waits until it is known which of several documents it answers. */
export type StoredReceipt = ReceiptRow & { undecided?: boolean };

/** How often a document that was answered meanwhile is looked for anew. */
const LOOKS = 10;

/**
 * Stores a part of a delivery: row first, then the file under its official name in InBox, then the mark that it is filed
 * (promises 6). Only after this may the delivery be acknowledged. The same bytes for the same document are stored once;
 * an interrupted call writes the file under the name that its row has. A subscribed declaration goes to `Decsub/InBox`, what
 * belongs nowhere to `Others/InBox`.
 */
export async function storeReceipt(
  context: BoxContext,
  delivery: DeliveryFacts,
  part: ReceiptPart,
): Promise<StoredReceipt[]> {
  const receipts = part.receipts.length > 0 ? part.receipts : [unrecognised(context, delivery, part)];
  const sha256 = await sha256InTurns(part.bytes, context.clock);
  const storing = new Storing(context, delivery, part);
  for (const [index, receipt] of receipts.entries()) {
    await storing.store(receipt, part.source?.parsed[index], index === 0 ? sha256 : `${sha256}#${index}`);
  }
  return storing.rows;
}

/** The receipts of one part, one after the other. */
class Storing {
  readonly rows: StoredReceipt[] = [];
  /** By document: the row whose file those after it share. */
  private readonly shared = new Map<string, ReceiptRow>();
  /** By file: how many receipts it holds so far. */
  private readonly inFile = new Map<string, number>();

  constructor(
    private readonly context: BoxContext,
    private readonly delivery: DeliveryFacts,
    private readonly part: ReceiptPart,
  ) {}

  async store(read: Receipt, parsed: ParsedReceipt | undefined, sha256: string): Promise<void> {
    const { document, row, affected, undecided } = await this.storeOne(read, parsed, sha256);
    this.rows.push({ ...row, ...(undecided && { undecided }) });
    crashPoint("receipt.after-filed");
    // A repeat as well: what brought it first may have been stopped before this.
    if (document) await adoptOrphans(this.context, document.id, affected?.id === document.id ? affected : undefined);
    else await lookAgain(this.context, row);
  }

  /** Of two that wait with the same number each gets one answer: when the one found has had its own meanwhile, looks again. */
  private async storeOne(
    read: Receipt,
    parsed: ParsedReceipt | undefined,
    sha256: string,
  ): Promise<Entered & { document: DocumentRow | undefined; undecided: boolean }> {
    const { context, part } = this;
    const { source } = part;
    const again = read.kind === "import" || read.documentId === null;
    for (let look = 1; ; look++) {
      const found =
        source && parsed && again
          ? await asReceipt(context, parsed, source.hints)
          : {
              receipt: read,
              document: read.documentId === null ? undefined : await context.ledger.get(read.documentId),
              undecided: false,
            };
      const { document } = found;
      const undecided = found.undecided || (!!parsed && (await mayRepeat(context, found.receipt, document, sha256)));
      const receipt = asStored(undecided ? { ...found.receipt, documentId: null } : found.receipt, parsed);
      const expected = undecided ? "undecided" : document && look < LOOKS ? document : undefined;
      try {
        const messageId = parsed?.messageId || this.delivery.messageId || sha256.slice(0, 32);
        const entered = await this.enter(receipt, document, { sha256, messageId }, expected);
        if (undecided && document) this.tellUndecided(entered.row, document);
        return { document: undecided ? undefined : document, undecided, ...entered };
      } catch (error) {
        if (codeOf(error) !== "SW-STATE" || look >= LOOKS) throw error;
      }
    }
  }

  /** What the broker may confirm at any moment is nothing to tell of. */
  private tellUndecided({ folder, file, documentId }: ReceiptRow, { state, fileName }: DocumentRow): void {
    if (state === "sending" || documentId !== null) return;
    const at = `${folder}/InBox/${shown(file)}`;
    const name = shown(fileName);
    this.context.notice(
      "SW-RECEIPT",
      `回执 ${at} 答复 ${name} 或编号相同的另一份单据，这些单据是否到达尚不明；其中一份确认到达后归给该份`,
      `the receipt ${at} answers ${name} or another document with its number, and nobody knows yet whether they have arrived: it goes to the first that has`,
    );
  }

  private async enter(
    receipt: ReturnType<typeof asStored>,
    document: DocumentRow | undefined,
    { sha256, messageId }: { sha256: string; messageId: string },
    expected: Expected | undefined,
  ): Promise<Entered> {
    const { context, delivery, part } = this;
    const { ledger, folders, files } = context;
    // One of several that it may answer: nobody knows yet which.
    const documentId = expected === "undecided" ? null : (document?.id ?? null);
    const named = part.receipts.length > 0 ? folders.named(delivery.business) : undefined;
    const folder = homeOf(context, receipt, document) ?? named ?? folders.of(OTHERS);
    const about = document?.fileName ?? (receipt.clientKey || receipt.seqNo || receipt.format || "unknown");
    // Several receipts for one document out of the same bytes share one file. Those that wait for their documents do not: each
    // will move to a folder of its own.
    const shared = documentId === null ? undefined : this.shared.get(documentId);
    const said = { ...receipt, ...this.nameSays(receipt, document), messageId };
    return files.withFreeName(
      folder.box("InBox"),
      receiptFileName(said, about, delivery.receivedAt, context.settings.receiptNames),
      async (name) => {
        crashPoint("receipt.before-row");
        const stored = await ledger.addReceipt(
          {
            ...receipt,
            documentId,
            matchedBy: documentId === null ? "" : receipt.matchedBy,
            sha256,
            messageId: delivery.messageId,
            folder: shared?.folder ?? folder.code,
            file: shared?.file ?? name,
            receivedAt: delivery.receivedAt,
          },
          expected,
        );
        crashPoint("receipt.after-row");
        const row = await this.fileAs({ folder: folder.code, file: name }, stored, document);
        return { row, affected: stored.document };
      },
    );
  }

  /** The file of a row: under its own name, or under this one where its row names a place that is none of its document's. */
  private async fileAs(
    place: ReceiptPlace,
    { duplicate, receipt, document: affected }: Awaited<ReturnType<BoxContext["ledger"]["addReceipt"]>>,
    found: DocumentRow | undefined,
  ): Promise<ReceiptRow> {
    const { context } = this;
    // A repeat stays with the document that it answered then.
    const documentId = receipt.documentId ?? affected?.id ?? null;
    const owner = documentId === null || documentId === found?.id ? found : await context.ledger.get(documentId);
    // It may have waited for its document, and was brought again now that this is known.
    const known = { ...receipt, documentId };
    if (duplicate && receipt.documentId === null && documentId !== null) context.receiptMatched(receipt);
    const row = duplicate && owner ? await bringHome(context, known, owner) : known;
    if (row.filed) return row;
    const home = homeOf(context, row, owner)?.code;
    const astray = inBoxOf(context, row) === undefined || (home !== undefined && row.folder !== home);
    return this.file({ ...row, ...(astray && place) }, owner);
  }

  /** One file for all that these bytes say of a document: what is good of it is not to be called failed and sent again. */
  private nameSays(receipt: Receipt, document: DocumentRow | undefined): Pick<Receipt, "kind" | "ok" | "outcome"> {
    const all = document ? this.part.receipts.filter(({ documentId }) => documentId === document.id) : [];
    const imports = all.filter(({ kind, outcome }) => kind === "import" && outcome !== "unknown");
    return imports.find(({ ok }) => ok) ?? imports[0] ?? receipt;
  }

  /** Writes the file that the row names, unless one of its siblings has written it, and marks the row. */
  private async file(row: ReceiptRow, document: DocumentRow | undefined): Promise<ReceiptRow> {
    const { context, delivery, part } = this;
    const { files, folders, settings, ledger } = context;
    const { folder } = row;
    const inBox = folders.of(folder).box("InBox");
    const shared = this.inFile.get(`${folder}/${row.file}`) ?? 0;
    const file = shared > 0 ? row.file : await files.writeNew(inBox, row.file, part.bytes, row.sha256);
    const filed = { ...row, file, filed: true };
    if (part.reason) await files.write(inBox, `${file}.reason.json`, reasonFile(delivery, part.reason));
    if (settings.receiptJson) await writeReceiptJson(context, filed, document, shared + 1);
    this.inFile.set(`${folder}/${file}`, shared + 1);
    if (document && row.documentId !== null && !this.shared.has(document.id)) this.shared.set(document.id, filed);
    crashPoint("receipt.after-file");
    await ledger.markFiled(row.id, { folder, file });
    context.receiptFiled(filed);
    return filed;
  }
}

function unrecognised(context: BoxContext, delivery: DeliveryFacts, part: ReceiptPart): Receipt {
  const code = part.reason?.code ?? "SW-RECEIPT";
  const text = part.reason?.text.zh ?? "";
  return {
    kind: "business",
    format: "",
    outcome: "unknown",
    ok: false,
    code,
    text,
    clientKey: "",
    seqNo: "",
    customsNo: "",
    part: "",
    statusCode: "",
    statusText: "",
    // Whatever is wrong with it, it is kept for a person to look at.
    advice: adviceFor({ code: "SW-RECEIPT", text }, context.advice),
    documentId: null,
    matchedBy: "",
    at: delivery.receivedAt,
  };
}

function reasonFile(delivery: DeliveryFacts, reason: { code: string; text: Bilingual }): Buffer {
  const { messageId } = delivery;
  return Buffer.from(`${JSON.stringify({ at: timeStamp(delivery.receivedAt), messageId, ...reason }, null, 2)}\n`);
}
