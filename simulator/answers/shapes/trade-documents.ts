import { spacedDateTime } from "../../china-time.js";
import { el, fields } from "../../write-xml.js";
import { approval, checkInfo } from "./approval.js";
import { packaged, packageVariants } from "./package.js";
import { business, type Shape } from "./types.js";

/** INV200, SAS200, EMS200: one packet of a document was stored, or was not. */
function packetStored(format: string, answers: string, resutType: string): Shape {
  return {
    format,
    answers,
    codes: ["1", "2"],
    variants: packageVariants((of) =>
      packaged(
        format,
        of,
        el(format, [
          el(
            "MsgReceResult",
            fields({
              resutType,
              etpsPreentNo: of.seqNo,
              pocketId: `p${of.seqNo}`,
              totalPocketQty: 1,
              curPocketNo: 1,
              bizNo: of.customsNo,
              manageResult: of.code,
              manageDate: spacedDateTime(of.at),
              rmk: of.text,
            }),
          ),
        ]),
        { ending: format.slice(0, 3) },
      ),
    ),
    prefix: business,
  };
}

/** Approvals of account books and manuals, whose heads are not public. */
function approved(format: string, answers: string, codes: readonly string[]): Shape {
  return {
    format,
    answers,
    codes,
    variants: packageVariants((of) =>
      packaged(format, of, el(format, [approval(of), checkInfo(of)]), { ending: format.slice(0, 3) }),
    ),
    prefix: business,
  };
}

export const tradeDocuments: readonly Shape[] = [
  packetStored("INV200", "INV101", "4"),
  packetStored("SAS200", "SAS121", "9"),
  packetStored("EMS200", "EMS111", "2"),
  approved("EMS211", "EMS111", ["1", "2", "3"]),
  approved("EMS221", "EMS111", ["2", "3", "5", "6", "7", "A", "B", "Y", "Z"]),
  approved("EML211", "NPTS001", ["1", "2", "3"]),
  // Which document of ours these answer is not known: any.
  approved("EMS201", "EMS111", ["1", "3"]),
  approved("BWS201", "EMS111", ["1", "3"]),
  approved("CMB201", "EMS111", ["1", "3"]),
  approved("SAS201", "SAS121", ["1", "3"]),
  approved("SAS211", "SAS121", ["1", "3"]),
  approved("SAS231", "SAS121", ["1", "3"]),
];
