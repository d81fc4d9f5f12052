import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DocumentRow, EventRow, ReceiptRow } from "../../lib/ledger/types.js";
import { makePath } from "../../lib/make-path.js";
import type { Sample } from "../../simulator/samples/index.js";

/** A sample and what the ledger says about it. */
export interface Followed {
  sample: Sample;
  document?: DocumentRow;
  events: EventRow[];
  receipts: ReceiptRow[];
}

interface Story {
  document: DocumentRow;
  events: EventRow[];
  receipts: ReceiptRow[];
}

/** The last business receipt of a message type, as the simulator sends it: 结关, INV211, 海关接受申报. */
function isLast(messageType: string, receipt: ReceiptRow): boolean {
  if (receipt.kind !== "business") return false;
  if (messageType.startsWith("DEC")) return receipt.statusCode === "R";
  if (messageType.startsWith("INV")) return receipt.format === "INV211";
  return receipt.statusCode === "01" || receipt.code === "01";
}

/** Nothing more will happen to it: its last receipt is here, or it was refused and lies in FailBox. */
export function isFinished({ document, receipts }: Followed): boolean {
  if (document === undefined) return false;
  if (document.state === "failed" || document.state === "rejected") return document.settled;
  return (
    document.state === "accepted" &&
    document.settled &&
    receipts.some((receipt) => isLast(document.messageType, receipt)) &&
    receipts.every((receipt) => receipt.filed)
  );
}

/** It ended as the sample says that it has to. */
export function isAsExpected(followed: Followed): boolean {
  const { document, sample } = followed;
  if (document === undefined || !isFinished(followed)) return false;
  if (sample.expect === "accepted") return document.state === "accepted";
  return (
    document.state === "failed" &&
    document.code !== "" &&
    (sample.expectedCode === undefined || document.code === sample.expectedCode)
  );
}

/** Drops a sample into its OutBox as a careful producer does: under another name first, then renamed. */
export function putIn(root: string, sample: Sample): void {
  const outBox = join(root, sample.folder, "OutBox");
  makePath(outBox);
  const path = join(outBox, sample.fileName);
  writeFileSync(`${path}.tmp`, sample.bytes);
  renameSync(`${path}.tmp`, path);
}

async function get<T>(url: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return (await response.json()) as T;
}

/**
 * Watches the samples through the admin routes until each is finished or `within` milliseconds are over. `progress` is
 * called whenever something changed.
 */
export async function follow(
  url: string,
  samples: readonly Sample[],
  within: number,
  signal: AbortSignal,
  progress: (followed: Followed) => void,
): Promise<Followed[]> {
  const all: Followed[] = samples.map((sample) => ({ sample, events: [], receipts: [] }));
  const end = Date.now() + within;
  while (!signal.aborted && Date.now() < end && !all.every(isFinished)) {
    for (const followed of all) {
      const { sample, document } = followed;
      // By its own name: whatever else waits in the folder may be any number.
      const own = new URLSearchParams({ business: sample.folder, fileName: sample.fileName, limit: "1" });
      const { documents } = await get<{ documents: DocumentRow[] }>(`${url}/single-window/documents?${own}`, signal);
      const [row] = documents;
      if (row === undefined || (document?.updatedAt === row.updatedAt && isFinished(followed))) continue;
      const story = await get<Story>(`${url}/single-window/documents/${encodeURIComponent(row.id)}`, signal);
      const changed =
        document?.state !== story.document.state ||
        followed.receipts.length !== story.receipts.length ||
        document.settled !== story.document.settled;
      Object.assign(followed, story);
      if (changed) progress(followed);
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return all;
}
