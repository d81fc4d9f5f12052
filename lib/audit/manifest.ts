import type { DocumentRow, EventRow, ReceiptRow } from "../ledger/index.js";

/** Name of an archive's manifest, and of the audit chain in it. */
export const MANIFEST = "manifest.json";
export const CHAIN = "audit.jsonl";

/** A file of an archive. */
export interface ArchivedFile {
  name: string;
  /** As it was claimed; as it was sent, where that is another one; a receipt; a certificate that signed. */
  kind: "document" | "sent" | "receipt" | "certificate";
  size: number;
  sha256: string;
}

/** What was published, and the signature that travelled beside it. */
export interface ArchivedSend {
  /** Of the message's body. */
  sha256: string;
  messageId: string;
  /** The body is the document in a DxpMsg of ours. */
  wrapped: boolean;
  signature: { algorithm: string; value: string; certificate: string; certificateNumber: string } | null;
}

/** `manifest.json`: what an archive of one document holds, and all that the ledger knows of it. */
export interface Manifest {
  version: 1;
  product: string;
  /** ISO 8601, UTC. */
  madeAt: string;
  environment: string;
  clientId: string;
  document: Omit<DocumentRow, "wire">;
  sent: ArchivedSend | null;
  files: ArchivedFile[];
  /** What should be there and was not, in English. */
  missing: string[];
  events: EventRow[];
  receipts: ReceiptRow[];
}
