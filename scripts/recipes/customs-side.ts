import { NO_OFFICIAL, type Recipe, row, XMLDSIG } from "../models/recipe.js";

const DATA = "Package/DataInfo/BussinessData";

/** What enterprises write beside what customs' own schemas have (as in 核注清单). */
const ENTERPRISE = [
  row("Package/EnvelopInfo/Ic_Card", "操作卡卡号", "card number"),
  row(`${DATA}/DelcareFlag`, "申报标志", "0 store, 1 declare"),
];

/** Of these any order is allowed, or accepted. */
const ANYWHERE = [
  ...["version", "business_id", "message_id", "file_name", "message_type", "sender_id", "receiver_id", "send_time"],
  ...["Ic_Card", "DelcareFlag", "SysId", "OperCusRegCode"],
];

/**
 * A 金关二期 message by customs' own schema. What enterprises must fill in is not known from it, so nothing of the message
 * is asked for; nor is it known how they call the element that holds it, but where a library for them was published.
 */
function customsSide(type: string, table: string, title: string, also: Record<string, string[]> = {}): Recipe {
  const message = `${DATA}/${type}`;
  return {
    type,
    table,
    namespace: XMLDSIG,
    roots: ["Package", message],
    rests: "customs",
    closed: "open",
    eitherCase: true,
    also,
    anywhere: ANYWHERE,
    dates: { "*": ["yyyyMMdd", "yyyyMMddHHmmss", "yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss"] },
    adjust: (one) => (one.path.startsWith("Package/DataInfo/") ? { ...one, min: 0 } : one),
    more: [
      ...ENTERPRISE,
      row(`${message}/SysId`, "系统标识", "target system"),
      row(`${message}/OperCusRegCode`, "操作卡的海关十位", "customs code of the card's company"),
    ],
    basis: [
      `${title}. Rests on customs' own schema of 2017. Enterprises may write names with a capital, have further elements, and`,
      "call the element that holds the message otherwise. All of it is warned of.",
      NO_OFFICIAL,
    ],
  };
}

const inFolder = (type: string, title: string, also?: Record<string, string[]>) =>
  customsSide(type, `customs-side/${type}.csv`, title, also);

export const recipes: readonly Recipe[] = [
  inFolder("SAS101", "Business declaration form", {
    SAS101: ["AppMessage"],
    SasDclBsc: ["AppHead"],
    SasDclDt: ["AppGoods"],
    SasDclUcnsDt: ["AppUcns"],
    masterCuscd: ["MaserCuscd"],
  }),
  inFolder("SAS111", "Stock-in and stock-out bill"),
  inFolder("SAS131", "Vehicle record"),
  inFolder("BWS101", "Logistics account book"),
  inFolder("CMB101", "Material consumption bill"),
  inFolder("EMS101", "Archive of a company under processing-trade supervision"),
  customsSide("EMS111", "nems_ems111.csv", "Processing-trade account book"),
  inFolder("EMS121", "Write-off of an account book"),
  inFolder("EML111", "Processing-trade manual"),
  inFolder("EML121", "Write-off of a manual"),
  inFolder("BHL101", "Declaration of a transfer of bonded goods"),
  inFolder("BHL111", "Bill of a transfer of bonded goods"),
];
