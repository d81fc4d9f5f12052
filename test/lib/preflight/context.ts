import { kindOf } from "../../../lib/business/index.js";
import type { Check } from "../../../lib/document.js";
import { type PreflightContext, preflight, type Severity } from "../../../lib/preflight/index.js";
import { scanXml } from "../../../lib/xml/scan.js";
import { EDOC } from "./documents.js";

export const CLIENT: PreflightContext["client"] = {
  environment: "test",
  clientId: "DEMO0001",
  orgCode: "123456789",
  customsCode: "4403960000",
};

const FOLDERS: Record<string, string> = {
  DEC: "DecCus001",
  INV101: "Sas",
  SAS121: "Sas",
  ICP101: "Sas",
  MT1401: "Rmft",
  MT2401: "Rmft",
};

/** A file of an attachment's name with bytes of the given size. */
export function pdf(name: string, bytes: Buffer = Buffer.from("%PDF-1.4\n")): PreflightContext["attachments"][number] {
  return { name, size: bytes.length, bytes };
}

/** What makes a document one of a ZIP, with its PDF. */
export const IN_ZIP = { zipped: true, entry: "document.xml", fileName: "document.zip", attachments: [pdf(EDOC)] };

/** The context that a node would give the rules for this XML; `parts` changes what it needs to. */
export function contextOf(xml: string | Buffer, parts: Partial<PreflightContext> = {}): PreflightContext {
  const root = scanXml(Buffer.isBuffer(xml) ? xml : Buffer.from(xml));
  const kind = kindOf(root)?.kind;
  return {
    kind,
    root,
    body: kind?.body(root) ?? root,
    business: FOLDERS[kind?.type ?? ""] ?? "",
    fileName: "document.xml",
    zipped: false,
    attachments: [],
    client: CLIENT,
    ...parts,
  };
}

/** Findings of one rule. */
export function findings(
  rule: string,
  xml: string | Buffer,
  parts: Partial<PreflightContext> = {},
  overrides?: Record<string, Severity | "off">,
): Check[] {
  return preflight(contextOf(xml, parts), overrides).filter((check) => check.rule === `SW-RULE-${rule}`);
}

/** What a finding says, for comparison: severity, path and line. */
export function places(checks: readonly Check[]): string[] {
  return checks.map(({ severity, path, line }) => `${severity} ${path}:${line}`);
}
