import { spacedDateTime } from "../../china-time.js";
import { el, fields, type Markup } from "../../write-xml.js";
import { approval, checkInfo, MANAGE_RESULTS } from "./approval.js";
import { packaged, packageVariants } from "./package.js";
import { business, type Shape, type Wanted } from "./types.js";
import { utf8, withAttributes } from "./written.js";

/** INV200, SAS200, EMS200 ...: one packet of a document was stored, or was not. resutType says of what it is. */
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

/** Every name below with a capital in front, as enterprises spell what customs begins with a small letter. */
function capital(markup: Markup): Markup {
  const { name, content, attributes } = markup;
  const inner = Array.isArray(content) ? content.map(capital) : content;
  return { name: name.charAt(0).toUpperCase() + name.slice(1), content: inner, attributes };
}

/** The same for the business data of a package alone; its envelope has one spelling. */
function capitalInside(markup: Markup): Markup {
  if (markup.name === "BussinessData") return capital(markup);
  return Array.isArray(markup.content) ? { ...markup, content: markup.content.map(capitalInside) } : markup;
}

function inBothCases(root: (of: Wanted) => Markup): Shape["variants"] {
  return {
    "small letters": (of) => utf8(withAttributes(root(of), { xmlns: "http://www.w3.org/2000/09/xmldsig#" })),
    "capital letters": (of) => utf8(capitalInside(root(of))),
  };
}

/** An approval, with the head of what was approved: its numbers by their own names (formats/customs-side). */
function approved(
  format: string,
  answers: string,
  head: readonly [name: string, seqNo: string, customsNo: string],
  codes: readonly string[] = MANAGE_RESULTS,
): Shape {
  const [name, seqNo, customsNo] = head;
  const body = (of: Wanted) => {
    const numbers: Record<string, string> = {};
    if (customsNo) numbers[customsNo] = of.customsNo;
    if (seqNo) numbers[seqNo] = of.seqNo;
    return el(format, [approval(of), checkInfo(of), el(name, fields(numbers))]);
  };
  return {
    format,
    answers,
    codes,
    variants: inBothCases((of) => packaged(format, of, body(of), { ending: format.slice(0, 3) })),
    prefix: business,
  };
}

/** Data that customs sends over; no result. */
function synchronised(
  format: string,
  answers: string,
  [name, seqNo, customsNo]: readonly [name: string, seqNo: string, customsNo: string],
): Shape {
  return {
    format,
    answers,
    codes: [""],
    variants: inBothCases((of) =>
      packaged(
        format,
        of,
        el(format, [el(name, fields({ [customsNo]: of.customsNo, [seqNo]: of.seqNo, rmk: of.text }))]),
        { ending: format.slice(0, 3) },
      ),
    ),
    prefix: business,
  };
}

const APPLICATION = ["SasDclBsc", "sasDclPreentNo", "sasDclNo"] as const;
const STOCK = ["SasStockBsc", "sasStockPreentNo", "sasStockNo"] as const;
const BOOK = ["EmsPutrecBsc", "etpsPreentNo", "emsNo"] as const;
const MANUAL = ["EmlPutrecBsc", "etpsPreentNo", "emlNo"] as const;
const TRANSFER = ["RotateDclBsc", "rotateDclPreentNo", "rotateDclNo"] as const;
const AGAIN = ["ReceiptDclHead", "etpsPreentNo", "businessId"] as const;

/** Where the document that it answers is none of those that a parade hands in, one that it might answer stands in. */
export const tradeDocuments: readonly Shape[] = [
  packetStored("INV200", "INV101", "4"),
  packetStored("SAS200", "SAS121", "9"),
  packetStored("EMS200", "EMS111", "2"),
  packetStored("EML200", "NPTS001", ""),
  packetStored("BWS200", "BWS101", ""),
  approved("EMS211", "EMS111", BOOK),
  approved("EMS221", "EMS111", ["EmsChgoffBsc", "", "emsNo"], ["2", "3", "5", "6", "7", "A", "B", "Y", "Z"]),
  approved("EMS212", "EMS111", ["EmsUcnsTqcnNtflBsc", "", "putrecNo"]),
  approved("EMS241", "EMS111", BOOK),
  approved("EML211", "NPTS001", MANUAL),
  approved("EML212", "EML111", ["EmlUcnsTqcnNtflBsc", "", "putrecNo"]),
  approved("EML221", "EML121", ["EmlChgoffBsc", "", "emlNo"], ["3", "Y", "Z"]),
  approved("EML241", "EML111", MANUAL),
  approved("EMS201", "EMS101", ["EtArcrpBsc", "etpsPreentNo", "etArcrpNo"]),
  approved("BWS201", "BWS101", ["BwsBsc", "etpsPreentNo", "bwsNo"]),
  approved("CMB201", "CMB101", ["SasCmbBsc", "sasCmbPreentNo", "cmbNo"]),
  approved("SAS201", "SAS101", APPLICATION),
  approved("SAS202", "SAS101", APPLICATION),
  approved("SAS211", "SAS111", STOCK),
  approved("SAS212", "SAS111", STOCK),
  approved("SAS231", "SAS131", ["SasVehicleBsc", "dclPreentNo", "vehicleCusNo"]),
  approved("BHL201", "BHL101", TRANSFER),
  approved("BHL211", "BHL111", ["RotateRvsngdBlBsc", "", "rotateRvsngdBlNo"]),
  approved("BHL241", "BHL101", TRANSFER),
  // A type that nobody has heard of: known by what all approvals have in common.
  approved("BHL251", "SAS121", TRANSFER),
  synchronised("SAS203", "SAS101", APPLICATION),
  synchronised("SAS213", "SAS111", STOCK),
  synchronised("EMS301", "EMS111", BOOK),
  synchronised("EML301", "NPTS001", MANUAL),
  synchronised("BHL301", "SAS121", TRANSFER),
  synchronised("INV141", "INV101", AGAIN),
  synchronised("EMS141", "EMS111", AGAIN),
  synchronised("BHL141", "SAS121", AGAIN),
];
