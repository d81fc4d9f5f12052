import { adviceFor } from "../advice/index.js";
import type { BoxContext } from "../boxes/context.js";
import type { Receipt } from "../document.js";
import type { Bilingual } from "../errors.js";
import { isPlainName } from "../files/names.js";
import type { DocumentRow } from "../ledger/index.js";
import { lastName } from "../receipts/file-name.js";
import { type ParsedReceipt, readReceipts, UNNAMED } from "../receipts/index.js";
import { findDocument, type MatchHints } from "./match.js";
import type { ReceiptPart } from "./store.js";

/** Bytes of a delivery that is read. RabbitMQ 4 takes no larger message unless it is told to; receipts have a few KB. */
const LARGEST = 16 * 1024 * 1024;
/** Receipts out of one file. A cross-border receipt has 100 at most. */
const MOST = 1000;

/**
 * A delivery's parts as full receipts: read, matched to their documents, with advice. Never rejects for a bad receipt: what is
 * none, or larger than any is, comes back as a part without receipts and with the reason, so that its bytes are kept.
 */
export async function readDelivery(
  context: Pick<BoxContext, "ledger" | "advice">,
  delivery: { body: Buffer; fileName: string; business?: string; receivedAt: number },
): Promise<ReceiptPart[]> {
  const { body, fileName, business, receivedAt } = delivery;
  const hints: MatchHints = { fileName, receivedAt, ...(business && { business }) };
  if (body.length > LARGEST)
    return [{ bytes: body, receipts: [], reason: tooLarge(body.length, LARGEST, "字节", "bytes") }];
  const { parts } = await readReceipts(body, { book: context.advice });
  const read: ReceiptPart[] = [];
  for (const { name, bytes, receipts: parsed, reason } of parts) {
    const part = { name: name === UNNAMED ? undefined : plainName(name), bytes };
    if (parsed.length > MOST) {
      read.push({ ...part, receipts: [], reason: tooLarge(parsed.length, MOST, "条回执", "receipts") });
      continue;
    }
    const receipts: Receipt[] = [];
    for (const one of parsed) receipts.push((await asReceipt(context, one, hints)).receipt);
    read.push({ ...part, receipts, reason, source: { parsed, hints } });
  }
  return read;
}

/**
 * A receipt as flows and the ledger see it, with advice, and the document that it answers as things stand now. `undecided`: that is not
 * known yet, and the document is one of those that it may answer.
 */
export async function asReceipt(
  context: Pick<BoxContext, "ledger" | "advice">,
  parsed: ParsedReceipt,
  hints: MatchHints,
): Promise<{ receipt: Receipt; document: DocumentRow | undefined; undecided: boolean }> {
  const found = await findDocument(parsed, hints, context.ledger);
  const {
    answers: _answers,
    otherKeys: _keys,
    fileName: _name,
    messageId: _id,
    at = hints.receivedAt,
    ...facts
  } = parsed;
  const receipt: Receipt = {
    ...facts,
    // Whoever reads it shall find his own number in it (design, "The message").
    clientKey: facts.clientKey || (found?.row.clientKey ?? ""),
    part: facts.part || (found && found.row.parts > 1 ? (found.part?.name ?? "") : ""),
    ...(found && !found.undecided
      ? { documentId: found.row.id, matchedBy: found.by }
      : { documentId: null, matchedBy: "" }),
    advice: adviceFor(parsed, context.advice),
    at,
  };
  return { receipt, document: found?.row, undecided: found?.undecided === true };
}

/** What a ZIP or a DxpMsg calls a file, as a file's name; undefined where it is none. */
function plainName(name: string): string | undefined {
  const last = lastName(name);
  return isPlainName(last) ? last : undefined;
}

function tooLarge(size: number, limit: number, zh: string, en: string): { code: string; text: Bilingual } {
  return {
    code: "SW-SIZE",
    text: {
      zh: `内容过大，不作为回执读取：${size} ${zh}（上限 ${limit}）`,
      en: `it is too large to be read as a receipt: ${size} ${en} (limit ${limit})`,
    },
  };
}
