import { join } from "node:path";
import { adviceFor } from "../advice/index.js";
import { inspectFlattened } from "../business/packing.js";
import { crashPoint } from "../crash-point.js";
import type { Fault } from "../errors.js";
import { bytesOf } from "../files/bytes.js";
import type { DocumentRow, ReceiptRow } from "../ledger/index.js";
import { maskSecrets } from "../mask.js";
import { receiptFileName } from "../receipts/file-name.js";
import { type Refusal, refusalFile } from "../receipts/refusals/index.js";
import { sha256Of } from "../sha256.js";
import { printable } from "../xml/escape.js";
import { isFile } from "./archive.js";
import type { BoxContext } from "./context.js";
import { adviceOnEnded } from "./ended.js";
import { writeReceiptJson } from "./receipt-json.js";
import { inBoxOf } from "./receipt-place.js";

/**
 * Tells the producer of a document that we refuse it, once for each time it failed: the row, then the file in InBox, then the mark that it is
 * there. A second call goes on where a stop has left the first.
 */
export async function writeLocalReceipt(context: BoxContext, row: DocumentRow, failure: Fault): Promise<void> {
  const { ledger, folders } = context;
  const folder = folders.of(row.business);
  const story = await ledger.story(row.id);
  const written = story?.receipts.find((receipt) => receipt.kind === "local" && receipt.at === row.failedAt);
  if (written?.filed) return;
  const { localReceipts, receiptNames } = context.settings;
  const { format, bytes } = refusalFile(localReceipts, await refusalOf(context, row, failure));
  const wanted = receiptFileName({ kind: "local", ok: false }, row.fileName, row.failedAt, receiptNames);
  if (written) return fileLocalReceipt(context, written, row, bytes);
  await context.files.withFreeName(folder.box("InBox"), wanted, async (name) => {
    const { receipt } = await ledger.addReceipt({
      documentId: row.id,
      kind: "local",
      format,
      outcome: "refused",
      ok: false,
      code: failure.code,
      text: failure.text.zh,
      textEn: failure.text.en,
      clientKey: row.clientKey,
      seqNo: "",
      customsNo: "",
      part: "",
      otherKeys: null,
      statusCode: "",
      statusText: "",
      matchedBy: "",
      advice:
        failure.advice ??
        (story && adviceOnEnded(row, story.events)) ??
        adviceFor(
          { format: "Root", kind: "local", ok: false, code: failure.code, text: failure.text.zh },
          context.advice,
        ),
      at: row.failedAt,
      sha256: sha256Of(bytes),
      messageId: "",
      folder: folder.code,
      file: name,
      receivedAt: context.clock.now(),
    });
    crashPoint("fail.after-receipt-row");
    await fileLocalReceipt(context, receipt, row, bytes);
  });
}

async function fileLocalReceipt(
  context: BoxContext,
  receipt: ReceiptRow,
  row: DocumentRow,
  bytes: Buffer,
): Promise<void> {
  const inBox = inBoxOf(context, receipt) ?? context.folders.of(row.business).box("InBox");
  // Written before a stop, maybe in other words: the row keeps not all that was known of the fault.
  context.files.removeHalf(inBox, receipt.file, receipt.sha256);
  const isWritten = await isFile(context, join(inBox, receipt.file), receipt.sha256);
  // Who wrote it may have been stopped before its name was durable.
  if (isWritten) await context.files.disk.syncFolder(inBox);
  const file = isWritten ? receipt.file : await context.files.writeNew(inBox, receipt.file, bytes, sha256Of(bytes));
  if (context.settings.receiptJson) await writeReceiptJson(context, { ...receipt, file }, row);
  crashPoint("fail.after-receipt-file");
  await context.ledger.markFiled(receipt.id, { folder: receipt.folder || row.business, file });
}

/** As the official client words them: C134 and C141 as a JSON array of texts, C18 and C144 as plain text (faq 10 to 13). */
function failureInfo(row: DocumentRow, failure: Fault): string | readonly string[] {
  if (failure.official) return failure.official;
  if (failure.code === "C134" || failure.code === "C141") return [failure.text.zh];
  if (failure.code === "C144") return failure.text.zh;
  const advice = failure.advice ? `。${failure.advice.zh}` : "";
  // Programs show failInfo in one line.
  return `${row.fileName}错误信息：${failure.text.zh.replaceAll("\n", "；")}${advice}`;
}

async function refusalOf(context: BoxContext, row: DocumentRow, failure: Fault): Promise<Refusal> {
  const info = failureInfo(row, failure);
  const said = typeof info === "string" ? info : info.join("; ");
  const advice = failure.advice && !said.includes(failure.advice.zh) ? failure.advice.zh : "";
  const text = maskSecrets(printable([failure.code, said, advice].filter(Boolean).join(" ")));
  const content = context.settings.localReceipts === "business" ? await contentOf(context, row) : undefined;
  return { code: failure.code, info, text, at: row.failedAt, document: row, content };
}

/** What the document is, as long as its file is where it was claimed; undefined for one that cannot be read. */
async function contentOf(context: BoxContext, row: DocumentRow): Promise<Refusal["content"]> {
  try {
    const folder = context.folders.of(row.business);
    const path = join(folder.box(row.box === "OutBox" ? "OutBox" : "TempBox"), row.boxName);
    const look = (bytes: Buffer, name: string) => context.inspections.of(row.id, bytes, name);
    // It was looked at when it was claimed, unless it was too large for that.
    if (row.messageType === "") return undefined;
    const { kind, root } = await inspectFlattened(await bytesOf(context.files.disk, path), row.fileName, look);
    return kind && { kind, root };
  } catch {
    return undefined;
  }
}
