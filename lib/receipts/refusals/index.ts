import { localReceipt } from "../../advice/index.js";
import { businessOf } from "../../business/index.js";
import { cebReturn } from "./ceb-return.js";
import { commonResponeMessage } from "./common-respone-message.js";
import { decImportResponse } from "./dec-import-response.js";
import { htres4 } from "./htres4.js";
import type { Refusal, RefusalFile } from "./types.js";

export type { Refusal, RefusalFile } from "./types.js";
export { localCodeOf } from "./written.js";

/**
 * In which form a document is answered that we refuse ourselves (field 4): the official client's `Root`; the same with `FailInfo` beside
 * `failInfo`, as some programs spell it; or the form of the business' own import receipt, where `lib/business/` says one.
 */
export const REFUSAL_FORMS = ["root", "root-both", "business"] as const;

export type RefusalForm = (typeof REFUSAL_FORMS)[number];

/** A refusal as the file that its producer finds in InBox. */
export function refusalFile(form: RefusalForm, refusal: Refusal): RefusalFile {
  return (form === "business" && ownForm(refusal)) || rootFile(form, refusal);
}

function ownForm(refusal: Refusal): RefusalFile | undefined {
  switch (businessOf(refusal.document)?.refusal) {
    case "DecImportResponse":
      return decImportResponse(refusal);
    case "CommonResponeMessage":
      return commonResponeMessage(refusal);
    case "HTRES4":
      return htres4(refusal);
    case "CEB":
      return cebReturn(refusal);
    default:
      return undefined;
  }
}

function rootFile(form: RefusalForm, { code, info }: Refusal): RefusalFile {
  return { format: "Root", bytes: localReceipt(code, info, form === "root-both") };
}
