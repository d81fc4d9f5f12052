import { el, fields } from "../../write-xml.js";
import { approval, checkInfo, MANAGE_RESULTS } from "./approval.js";
import { packaged, packageVariants } from "./package.js";
import { business, type Shape } from "./types.js";

function gatePass(format: string, answers: string, head: string): Shape {
  return {
    format,
    answers,
    codes: MANAGE_RESULTS,
    variants: packageVariants((of) =>
      packaged(
        format,
        of,
        el(format, [
          // typecd is empty in the receipts of the gate (receipts.csv).
          approval(of, /[12]$/.test(format) ? "1" : ""),
          el(head, fields({ passportNo: of.customsNo, sasPassportPreentNo: of.seqNo, rltNo: "QD1\\QD2", stucd: 1 })),
          checkInfo(of),
        ]),
        { ending: "SAS" },
      ),
    ),
    prefix: business,
  };
}

/** 核放单: approval, change, gate, inspection; 两步申报: approval, gate. */
export const gatePasses: readonly Shape[] = [
  gatePass("SAS221", "SAS121", "SasPassportBsc"),
  gatePass("SAS222", "SAS121", "SasPassportBsc"),
  gatePass("SAS223", "SAS121", "SasPassportBsc"),
  gatePass("SAS224", "SAS121", "SasPassportBsc"),
  gatePass("SAS251", "ICP101", "Sas2stepPassportBsc"),
  gatePass("SAS253", "ICP101", "Sas2stepPassportBsc"),
];
