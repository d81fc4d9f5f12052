import type { DocumentHandle } from "../../lib/document.js";

/** What folder-watch would have given for a file; these nodes look at content and handle only. */
export function message(payload: Buffer, fileName: string, business: string, messageType: string) {
  const document: DocumentHandle = {
    id: `id-${fileName}`,
    environment: "test",
    clientId: "DEMO0001",
    business,
    fileName,
    size: payload.length,
    sha256: "",
    messageType,
    clientKey: "",
    attempt: 1,
    possibleDuplicate: false,
    claimedAt: 1_700_000_000_000,
  };
  return { payload, filename: fileName, document };
}
