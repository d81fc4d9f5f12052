import { spacedDateTime } from "../../china-time.js";
import { el, fields, type Markup } from "../../write-xml.js";
import type { Wanted } from "./types.js";

/** `HdeApprResult`: etpsPreentNo is the 18-digit number here (domain 0, item 5). */
export function approval(of: Wanted, typecd = "1"): Markup {
  return el(
    "HdeApprResult",
    fields({
      etpsPreentNo: of.seqNo,
      businessId: of.customsNo,
      tmsCnt: 0,
      typecd,
      manageResult: of.code,
      manageDate: spacedDateTime(of.at),
      rmk: "",
    }),
  );
}

/** `CheckInfo/note`, when there is something to say. */
export function checkInfo(of: Wanted): Markup | undefined {
  return of.text === "" ? undefined : el("CheckInfo", [el("note", of.text)]);
}

/** Codes of manageResult; a list of its own where a type has one (formats/codes.csv SAS.manageResult). */
export const MANAGE_RESULTS = ["1", "2", "3", "Y", "Z"] as const;
