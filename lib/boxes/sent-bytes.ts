import { join } from "node:path";
import { codeOf } from "../errors.js";
import { bytesOf } from "../files/bytes.js";
import type { Spool } from "../files/spool.js";
import type { DocumentRow } from "../ledger/index.js";
import { sha256InTurns } from "../sha256.js";
import { bringAgain } from "./bring-again.js";
import type { BoxContext } from "./context.js";

type Place = Pick<BoxContext, "folders" | "files" | "clock"> & { readonly spool: Spool };

/** What a row says of the message that its document was published as; undefined before. */
export function wireOf({ wire }: Pick<DocumentRow, "wire">): PublishedAs | undefined {
  return wire === "" ? undefined : (JSON.parse(wire) as PublishedAs);
}

/** Of what a row keeps of a message, what is asked for when it was sent. */
export interface PublishedAs {
  /** sha256 of the body. */
  body: string;
  /** The body is the document in a DxpMsg of ours. */
  wrapped?: boolean;
  properties: { messageId?: string; headers?: Record<string, unknown> };
}

/** The id of the message that a document was sent as, empty of one that was not sent or went out as it was claimed. */
export function sentAs(row: DocumentRow): string {
  const wire = row.sentAt > 0 ? wireOf(row) : undefined;
  return wire && wire.body !== row.sha256 ? (wire.properties.messageId ?? "") : "";
}

/** Where the bytes that were sent lie: in TempBox when they were sent as they were claimed, anything else was spooled. */
function pathOf({ folders, spool }: Place, row: DocumentRow, sha256: string): string {
  return sha256 === row.sha256 ? join(folders.of(row.business).box("TempBox"), row.boxName) : spool.path(row.id);
}

/** How many bytes lie there; undefined when there is no file. */
export function sizeOfSent(place: Place, row: DocumentRow, sha256: string): number | undefined {
  return place.files.disk.facts(pathOf(place, row, sha256))?.size;
}

/**
 * As `readSent`, for whoever sends them again: where the rename of their file to TempBox has been taken back, by a power cut, it is brought
 * from OutBox first. Rejects with what the file system says, also of a file there that somebody holds, and with SW-FENCED for another instance's.
 */
export async function bringSent(
  context: BoxContext & Pick<Place, "spool">,
  row: DocumentRow,
  sha256: string,
): Promise<Buffer | undefined> {
  const found = await readSent(context, row, sha256);
  if (found || sha256 !== row.sha256 || row.box !== "TempBox") return found;
  if (sizeOfSent(context, row, sha256) !== undefined) return undefined;
  await bringAgain(context, row, context.folders.of(row.business));
  return readSent(context, row, sha256);
}

/** The bytes that were sent, known by their hash; undefined when they are gone, or are others by now. */
export async function readSent(place: Place, row: DocumentRow, sha256: string): Promise<Buffer | undefined> {
  const { disk } = place.files;
  const path = pathOf(place, row, sha256);
  let found: Buffer;
  try {
    found = await bytesOf(disk, path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  return (await sha256InTurns(found, place.clock)) === sha256 ? found : undefined;
}
