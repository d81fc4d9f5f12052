import { extname, join } from "node:path";
import { inBoxOf } from "../boxes/receipt-place.js";
import { sentAs } from "../boxes/sent-bytes.js";
import type { DocumentRow, ReceiptRow } from "../ledger/index.js";
import type { ImportClient } from "./import-client.js";

/** A file of a document: as it was claimed, as it was sent where that is another one, a receipt. */
export interface DocumentFile {
  kind: "document" | "sent" | "receipt";
  name: string;
  path: string;
}

const LONGEST_NAME = 120;

/** Where the document's and its receipts' bytes lie, each with its name where they are handed out together. */
export function* filesOf(
  client: ImportClient,
  document: DocumentRow,
  receipts: readonly ReceiptRow[],
): Generator<DocumentFile> {
  const { box, boxName, business, fileName, id } = document;
  if (box !== "none") {
    const folder = client.folders.of(business);
    // A box that is away is no reason to have no bundle: the file is said to be missing.
    yield { kind: "document", name: `document_${fileName}`, path: join(folder.existing(box) ?? folder.path, boxName) };
  }
  const kept = sentAs(document);
  const path = kept === "" ? client.spool.path(id) : client.spool.keptPath(kept);
  yield { kind: "sent", name: `sent_${fileName}`, path };
  const given = new Set<string>();
  for (const receipt of receipts) {
    const inBox = inBoxOf(client, receipt);
    const path = inBox !== undefined && join(inBox, receipt.file);
    // Several receipts out of the same bytes share a file.
    if (!path || given.has(path)) continue;
    given.add(path);
    const number = String(given.size).padStart(3, "0");
    yield { kind: "receipt", name: `receipt-${number}_${receipt.file}`, path };
  }
}

/** A name that every system can unpack, whatever the producer called the file: flat, no device name, no odd character. */
export function safeName(name: string): string {
  const extension = extname(name).slice(0, 16);
  let stem = name.slice(0, name.length - extname(name).length);
  while (Buffer.byteLength(stem) > LONGEST_NAME) stem = [...stem].slice(0, -1).join("");
  const clean = `${stem}${extension}`
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\/:*?"<>|]/gu, "_")
    .replace(/^[. ]+|[. ]+$/g, "_");
  return /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(clean) ? `_${clean}` : clean || "_";
}
