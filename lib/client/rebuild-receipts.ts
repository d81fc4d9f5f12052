import { join } from "node:path";
import type { BoxContext } from "../boxes/context.js";
import type { Receipt } from "../document.js";
import type { Bilingual } from "../errors.js";
import type { BusinessFolder } from "../files/folders.js";
import { isUnfinishedName, withoutStamp } from "../files/names.js";
import { readDelivery } from "../intake/read.js";
import { asStored } from "../intake/store.js";
import { localCodeOf } from "../receipts/refusals/index.js";
import { sha256Of } from "../sha256.js";
import { Turn } from "../turn.js";

export type ReceiptContext = BoxContext;

/** A receipt of ours is never as large; what is larger is somebody else's file. */
const LARGEST = 10 * 1024 * 1024;

/** A receipt's file in an InBox, and when it came, milliseconds since the epoch. */
export interface ReceiptFile {
  folder: Pick<BusinessFolder, "code">;
  name: string;
  path: string;
  at: number;
}

/**
 * Enters the receipts that lie in the InBoxes and that the ledger does not know, oldest first: an import receipt brings the number that
 * the business receipts after it carry. `step` is called for each file. Resolves to how many.
 */
export async function rebuildReceipts(
  context: ReceiptContext,
  folders: readonly BusinessFolder[],
  step: () => void = () => undefined,
): Promise<number> {
  const turn = new Turn(context.clock);
  const found = folders.flatMap((folder) => [...receiptFiles(context, folder)]);
  let count = 0;
  for (const file of found.sort((one, other) => one.at - other.at)) {
    await turn.over();
    step();
    count += (await enterReceipts(context, file)).entered;
  }
  return count;
}

/** Our own refusal in the form of a business: no platform has answered. */
function asLocal(receipt: Receipt, code: string): Receipt {
  return { ...receipt, kind: "local", outcome: "refused", ok: false, code, statusCode: "", statusText: "" };
}

function* receiptFiles({ files }: ReceiptContext, folder: BusinessFolder): Generator<ReceiptFile> {
  const inBox = folder.existing("InBox");
  if (inBox === undefined) return;
  for (const { name, kind } of files.disk.list(inBox)) {
    if (kind !== "file" || isUnfinishedName(name) || /\.json$/i.test(name)) continue;
    const path = join(inBox, name);
    const facts = files.disk.facts(path);
    if (!facts || facts.size > LARGEST) continue;
    yield { folder, name, path, at: withoutStamp(name).at ?? Math.trunc(facts.modified) };
  }
}

/** What a file in an InBox brought into the ledger. */
export interface EnteredReceipts {
  entered: number;
  /** Documents that they answer. */
  documents: readonly string[];
  /** Why a part of it could not be read as a receipt; its bytes are in no row. */
  unread: readonly { code: string; text: Bilingual }[];
}

/** Enters the receipts of one file, unless they are known. Rejects with what the file system says. */
export async function enterReceipts(
  context: Pick<ReceiptContext, "ledger" | "files" | "advice">,
  { folder, name, path, at }: ReceiptFile,
): Promise<EnteredReceipts> {
  const { ledger, files } = context;
  const body = files.disk.read(path);
  const sha256 = sha256Of(body);
  if (await ledger.knowsReceipt(sha256)) return { entered: 0, documents: [], unread: [] };
  const documents = new Set<string>();
  const unread: { code: string; text: Bilingual }[] = [];
  const delivery = { body, fileName: name, business: folder.code, receivedAt: at };
  let count = 0;
  const local = localCodeOf(body);
  for (const part of await readDelivery(context, delivery)) {
    if (part.reason) unread.push(part.reason);
    for (const [index, read] of part.receipts.entries()) {
      const receipt = local === undefined ? read : asLocal(read, local);
      const { duplicate, receipt: row } = await ledger.addReceipt({
        ...asStored(receipt, part.source?.parsed[index]),
        sha256: index === 0 ? sha256Of(part.bytes) : `${sha256Of(part.bytes)}#${index}`,
        messageId: "",
        folder: folder.code,
        file: name,
        receivedAt: at,
      });
      if (duplicate) continue;
      await ledger.markFiled(row.id);
      if (row.documentId !== null) documents.add(row.documentId);
      count++;
    }
  }
  return { entered: count, documents: [...documents], unread };
}
