import type { FirstAnswer } from "../memory.js";
import { commonResponeMessage } from "./common-respone-message.js";
import { decImportResponse } from "./dec-import-response.js";
import { familyImport } from "./families.js";
import { htres4 } from "./htres4.js";
import type { Answer } from "./types.js";

/** The import receipt of a document, the same bytes each time; undefined when it gets none. */
export function importReceipt(first: FirstAnswer, clientId = ""): Answer | undefined {
  const { code, text, seqNo } = first;
  const key = first.keyless ? "" : first.key;
  switch (first.family) {
    case "dec":
    case "decmod":
    case "edoc":
      return decImportResponse({ code, text, key, seqNo });
    case "inv":
    case "trade":
    case "papers":
      return commonResponeMessage({ code, text, key, seqNo });
    case "manifest":
      return htres4({
        kind: "import",
        messageId: key,
        code,
        text,
        functionCode: first.functionCode,
        receiverId: first.sender,
        at: first.at,
      });
    default:
      return familyImport(first, clientId);
  }
}
