/** What `make-schemas.ts` does with each table. */
export interface Recipe {
  /** Message type, and the schema's file name. */
  type: string;
  table: string;
  /** Target namespace; empty for none. */
  namespace: string;
  /** Paths that become global elements: where validation may begin, because producers leave out what is above. */
  roots: readonly string[];
  /** Whether children in another order are refused. */
  order: "error" | "warning";
  /** Whether an empty numeric element is refused (faq 14 says so of the declaration). */
  emptyNumeric: "error" | "warning";
  /** The table repeats an official XSD, so that what it does not name is not allowed. */
  official: boolean;
  /** Fields whose type or length real files exceed, or that sources disagree on. */
  loose?: readonly string[];
  /** Fields that accepted files have in different places. */
  anywhere?: readonly string[];
  /** What the schema rests on and how sure that is. */
  basis: readonly string[];
  adjust?<Row extends { path: string; min: number; required: string }>(row: Row): Row;
}

const XMLDSIG = "http://www.w3.org/2000/09/xmldsig#";
const CEB = "http://www.chinaport.gov.cn/ceb";

const NO_OFFICIAL =
  "No official XSD of this message is public. Put the official one before this folder where you have it.";

function envelope(body: string): string[] {
  const root = "Signature";
  return [root, `${root}/Object/Package`, `${root}/Object/Package/DataInfo/BussinessData/${body}`];
}

/** What a producer leaves of the signature is replaced by the client's own: an empty frame of it lacks nothing. */
function unsigned<Row extends { path: string; min: number }>(row: Row): Row {
  return /^Signature\/(SignedInfo|SignatureValue|KeyInfo)\//.test(row.path) ? { ...row, min: 0 } : row;
}

function roadManifest(type: string, table: string): Recipe {
  return {
    type,
    table,
    namespace: `urn:Declaration:datamodel:standard:CN:${type}:1`,
    roots: ["Manifest"],
    order: "error",
    emptyNumeric: "error",
    official: false,
    basis: [
      "Road manifest. Rests on one producer's template of 2018. Names and order: good, they follow the WCO model's",
      "alphabetical order. Lengths: mostly unknown and left open. Required: only what a public notice names.",
      NO_OFFICIAL,
    ],
  };
}

function seaManifest(type: string): Recipe {
  const other = type === "MT1101" ? "MT2101" : "MT1101";
  return {
    type,
    table: "manifest_sea_air.csv",
    namespace: `urn:Declaration:datamodel:standard:CN:${type}:1`,
    roots: ["Manifest"],
    order: "error",
    emptyNumeric: "error",
    official: false,
    basis: [
      "Sea and air manifest. Rests on two producers older than version 1.2 (2018), which added fields: an element that is",
      "not known here is only warned of. Names: good. Order and lengths: from these two. Required: only what is certain.",
      "The official XSDs of version 1.2 exist (customs notices 2018-40 and 2018-182): put them before this folder.",
    ],
    adjust: (row) => (row.required.startsWith(other) ? { ...row, min: 0 } : row),
  };
}

function ceb(type: string): Recipe {
  return {
    type,
    table: `${type.toLowerCase().replace(/message$/, "")}.csv`,
    namespace: CEB,
    roots: [type],
    order: "error",
    emptyNumeric: "error",
    official: true,
    basis: [
      "Cross-border e-commerce. Rests on the fields of the official XSD (customs notice 2018-113, edition 202205) and two",
      "producers that agree with it. Names, order, lengths and what is required: sure.",
    ],
  };
}

export const RECIPES: readonly Recipe[] = [
  {
    type: "DEC",
    table: "dec.csv",
    namespace: "http://www.chinaport.gov.cn/dec",
    roots: ["DecMessage"],
    order: "warning",
    emptyNumeric: "error",
    official: false,
    loose: ["ClientSeqNo", "CopCode", "SignDate", "PurpOrgCode", "PromiseItmes", "Type", "CiqCode", "Version"],
    basis: [
      "Customs declaration. Names: sure, six independent producers agree. Types, lengths and what is required: one data",
      "dictionary. Order of children: not certain, producers differ and all were accepted, so it is only warned of.",
      "Lengths that accepted files are known to exceed are warned of, too.",
      NO_OFFICIAL,
    ],
  },
  {
    type: "INV101",
    table: "inv101.csv",
    namespace: XMLDSIG,
    adjust: unsigned,
    roots: envelope("InvtMessage"),
    order: "warning",
    emptyNumeric: "warning",
    official: false,
    anywhere: ["DelcareFlag", "SysId", "OperCusRegCode"],
    loose: ["DclUprcAmt", "DclTotalAmt", "send_time"],
    basis: [
      "Bonded inventory list. Names: sure, several producers agree. Lengths: the customs-side message of 2017 and two",
      "producers. Order of children: DelcareFlag, SysId and OperCusRegCode were accepted in different places and may stand",
      "anywhere; other departures are warned of.",
      NO_OFFICIAL,
    ],
  },
  {
    type: "SAS121",
    table: "sas121.csv",
    namespace: XMLDSIG,
    adjust: unsigned,
    roots: envelope("PassPortMessage"),
    order: "warning",
    emptyNumeric: "warning",
    official: false,
    anywhere: ["DelcareFlag", "SysId", "OperCusRegCode"],
    loose: ["send_time"],
    basis: [
      "Gate pass. Names: two producers agree. Lengths of weights and plate numbers: open. Order: not certain, warned of.",
      NO_OFFICIAL,
    ],
  },
  {
    type: "ICP101",
    table: "icp101.csv",
    namespace: XMLDSIG,
    adjust: unsigned,
    roots: envelope("Sas2sPassPortMessage"),
    order: "warning",
    emptyNumeric: "warning",
    official: false,
    anywhere: ["DelcareFlag", "SysId", "OperCusRegCode"],
    loose: ["send_time"],
    basis: ["Two-step gate pass. One producer only. Order: not certain, warned of.", NO_OFFICIAL],
  },
  roadManifest("MT1401", "mt1401.csv"),
  roadManifest("MT2401", "mt2401.csv"),
  seaManifest("MT1101"),
  seaManifest("MT2101"),
  ceb("CEB303Message"),
  ceb("CEB311Message"),
  ceb("CEB603Message"),
  ceb("CEB621Message"),
  {
    type: "DxpMsg",
    table: "dxpmsg.csv",
    namespace: "http://www.chinaport.gov.cn/dxp",
    roots: ["DxpMsg", "DxpMsgSv", "DxpRep"],
    order: "error",
    emptyNumeric: "error",
    official: true,
    basis: ["Transport envelope. Rests on the fields of the official XSD and one producer that agrees with it: sure."],
  },
  {
    type: "COO",
    table: "coo.csv",
    namespace: XMLDSIG,
    roots: ["Certificate", "File"],
    order: "warning",
    emptyNumeric: "warning",
    official: false,
    loose: ["EntryId"],
    basis: [
      "Certificate of origin and its attachments. Rests on one public copy of what looks like the official XSD. Names and",
      "lengths: probable. Order: warned of.",
    ],
  },
  {
    type: "ACD",
    table: "acd.csv",
    namespace: "",
    roots: ["ImportAgrRequest"],
    order: "warning",
    emptyNumeric: "warning",
    official: false,
    basis: [
      "Agency agreement. Rests on one public copy of what looks like the official XSD, which lists Curr twice. Names and",
      "lengths: probable. Order: warned of.",
    ],
  },
];
