import type { FirstAnswer } from "../memory.js";
import type { Recognised } from "../recognise.js";
import { SHAPES, type Wanted } from "./shapes/index.js";
import type { Answer } from "./types.js";

/** A receipt in its usual form; undefined where there is no such receipt. */
export function usual(kind: Answer["kind"], format: string, of: Wanted): Answer | undefined {
  const shape = SHAPES.find((one) => one.format === format);
  const write = shape && Object.values(shape.variants)[0];
  return shape && write && { kind, format, code: of.code, body: write(of), prefix: shape.prefix(of.code) };
}

/** CEB311 is answered by CEB312, and so on (notice 2018-113). */
export function cebReturn(type: string): string {
  return `CEB${Number(type.slice(3)) + 1}Message`;
}

/** The import receipts of 跨境电商, 原产地证 and 代理委托, by the lists of their texts; each with its own word for good. */
export function familyImport(first: FirstAnswer, clientId: string): Answer | undefined {
  const good = first.code === "0";
  const of: Wanted = {
    ...{ code: "", text: first.text, key: first.keyless ? "" : first.key, seqNo: first.seqNo, customsNo: "" },
    ...{ fileName: "", clientId, at: first.at },
  };
  if (first.family === "ceb") return usual("import", cebReturn(first.type), { ...of, code: good ? "2" : first.code });
  if (first.family === "coo") return usual("import", "FileRet", { ...of, code: good ? "1" : "2" });
  return first.family === "acd" ? usual("import", "ImportAgrResponse", { ...of, code: first.code }) : undefined;
}

/** Business receipts of one format each: format and code. */
export function familyBusiness(document: Recognised): readonly (readonly [format: string, code: string])[] {
  const { family, type, stored } = document;
  if (stored) return [];
  if (family === "trade") return [[APPROVED_BY[type] ?? type.replace(/^([A-Z]{3})1(\d\d)$/, "$12$2"), "1"]];
  if (family === "ceb") return [[cebReturn(type), "120"]];
  if (family === "coo") return [["Receipt, Channel 6", "5"]];
  if (family === "acd") return [["ACD002", "S"]];
  return family === "decmod" ? [["HzApprovalResult", "1"]] : [];
}

/** Types whose approval is not named as they are. */
const APPROVED_BY: Readonly<Record<string, string>> = {
  ICP101: "SAS251",
  NPTS001: "EML211",
  NPTS301: "INV201",
  NEMS301: "INV201",
};
