import { adviceFor } from "../advice/index.js";
import type { BoxContext } from "../boxes/context.js";
import type { Receipt } from "../document.js";
import { readReceipts, UNNAMED } from "../receipts/index.js";
import { matchReceipt } from "./match.js";
import type { ReceiptPart } from "./store.js";

/** A delivery's parts as full receipts: read, matched to their documents, with advice. Never throws for a bad receipt. */
export async function readDelivery(
  context: Pick<BoxContext, "ledger" | "advice">,
  delivery: { body: Buffer; fileName: string; business?: string; receivedAt: number },
): Promise<ReceiptPart[]> {
  const { parts } = await readReceipts(delivery.body, { book: context.advice });
  const read: ReceiptPart[] = [];
  for (const part of parts) {
    const receipts: Receipt[] = [];
    for (const parsed of part.receipts) {
      const hints = {
        fileName: delivery.fileName,
        receivedAt: delivery.receivedAt,
        ...(delivery.business && { business: delivery.business }),
      };
      const { documentId, by } = await matchReceipt(parsed, hints, context.ledger);
      const { answers: _answers, otherKeys: _keys, fileName: _name, at, ...facts } = parsed;
      const advice = adviceFor(parsed, context.advice);
      receipts.push({ ...facts, documentId, matchedBy: by, advice, at: at ?? delivery.receivedAt });
    }
    const name = part.name === UNNAMED ? undefined : part.name;
    read.push({ name, bytes: part.bytes, receipts, reason: part.reason });
  }
  return read;
}
