import { type Clock, SYSTEM_CLOCK } from "../clock.js";
import { sha256InTurns, sha256Of } from "../sha256.js";
import { sameName } from "./edocs.js";
import { envelopePacket } from "./envelope.js";
import type { Inspection } from "./inspect.js";
import type { MessageKind } from "./types.js";

/** What tells a document from others of its type and folder, beside its own key. */
export interface DocumentIdentity {
  /** sha256 over the bytes of its parts: the same for a bare XML and for every ZIP of it. */
  partsSha256: string;
  operation: string;
  packet: string;
  /** Is another document with the same type, operation, packet and key this one? */
  sameKey: boolean;
}

/**
 * The identity of a document (design, "Identity"). The document's XML counts without its name, attachments with theirs: a ZIP that
 * was made again differs in its times only. A modification repeats the key of what it modifies and is no repeat of it (faq 18).
 * `sha256`: the XML's, where it is known.
 */
export async function identityOf(
  { kind, root, xml, attachments, seqNo }: Inspection,
  { clock = SYSTEM_CLOCK, sha256 }: { clock?: Clock; sha256?: string | undefined } = {},
): Promise<DocumentIdentity> {
  const names: string[] = [];
  for (const { name, bytes } of attachments) names.push(`${await sha256InTurns(bytes, clock)} ${sameName(name)}`);
  names.sort();
  const document = sha256 ?? (await sha256InTurns(xml, clock));
  return {
    partsSha256: names.length === 0 ? document : sha256Of(Buffer.from([document, ...names].join("\n"))),
    operation: kind?.operation?.(root) ?? "",
    packet: envelopePacket(root),
    sameKey: isKnownByKey(seqNo, kind),
  };
}

/** Is another document of this kind with the same own key this one? Not of a modification, and not where the key is the company's. */
export function isKnownByKey(seqNo: string, kind: Pick<MessageKind, "sharedKey"> | undefined): boolean {
  return seqNo === "" && kind?.sharedKey !== true;
}
