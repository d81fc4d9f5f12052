import type { SampleIdentity } from "../../../simulator/samples/identity.js";

export type GeneratedType = "DEC" | "INV101" | "SAS121" | "ICP101" | "MT1401" | "MT2401" | "MT2101";

export interface GenerateOptions {
  type: GeneratedType;
  /** Chooses every value in it. The same options give the same bytes. */
  seed: number;
  /** Goods lines, consignments. */
  rows: number;
  namespace: "default" | "prefixed" | "none";
  /** The old outer element: ImportMessage around DecMessage, MFTMessage around Manifest; none for the others. */
  wrapped: boolean;
  encoding: "utf-8" | "utf-8-bom" | "utf-16le" | "gb2312";
  /** Unused text fields: left out, `<X/>`, `<X></X>`. Manifests always leave them out. */
  unused: "absent" | "self-closed" | "open-close";
  cdata: boolean;
  /** A modification carries SeqNo (金二 only). */
  modification: boolean;
  /** Where SysId and OperCusRegCode stand, and DelcareFlag (金二 only). */
  tailFirst: boolean;
  lineEnd: "\n" | "\r\n" | "";
  /** PDFs with their EdocRealation (DEC only); any makes it a ZIP. */
  pdfs: number;
}

/** Whose documents they are. */
export type GeneratedIdentity = Pick<SampleIdentity, "clientId" | "orgCode" | "customsCode" | "region">;

export interface GeneratedDocument {
  type: GeneratedType;
  /** Folder code it belongs into. */
  business: string;
  /** The XML itself, and its name. */
  xml: Buffer;
  xmlName: string;
  clientKey: string;
  attachments: { name: string; bytes: Buffer }[];
}
