import { outcomeOf } from "../advice/index.js";
import type { XmlElement } from "../xml/scan.js";
import { record, statusRecord, timeOf } from "./record.js";
import type { ParsedReceipt, ReceiptFormat } from "./types.js";

const FORMAT = "HTRES4";
const NAMESPACE = /^urn:Declaration:datamodel:standard:CN:([A-Z0-9]+):/i;

/**
 * 舱单回执 (domain 1.3, faq 16). The root has no namespace while its children have one, with any prefix: names are
 * compared without either. On gateway errors every field of Head may be empty, so that only the file name is left to
 * match by. A code of the business table (01, 03, 11 ...) makes it a business receipt; 0 or any other an import receipt.
 */
export const manifestHtres4: ReceiptFormat = {
  format: FORMAT,
  matches(root) {
    if (root.name !== "Manifest" || root.child("Declaration")) return false;
    return root.child("Response") !== undefined || root.children.some((child) => namespaceType(child) === FORMAT);
  },
  parse(root) {
    const responses = root.children.filter(({ name }) => name === "Response");
    return (responses.length > 0 ? responses : [root]).map((response) => parseResponse(root, response));
  },
};

function parseResponse(root: XmlElement, response: XmlElement): ParsedReceipt {
  const statements = statementsOf(response);
  // Several statements: the one that refuses speaks for all.
  const leading = statements.find(({ code }) => isRefusal(code)) ?? statements[0];
  const code = leading?.code ?? "";
  const fields = {
    format: FORMAT,
    code,
    text: statements
      .map(({ text }) => text)
      .filter(Boolean)
      .join("; "),
    clientKey: root.textAt("Head/MessageID"),
    otherKeys: [response.textAt("ID"), response.find("JourneyID")?.text.trim() ?? ""],
    at: timeOf(root.textAt("Head/SendTime")),
  };
  if (code !== "0" && outcomeOf(FORMAT, code) !== undefined && !code.startsWith("-")) return statusRecord(fields);
  return record({ kind: "import", ok: code === "0", ...fields });
}

function isRefusal(code: string): boolean {
  return code !== "0" && outcomeOf(FORMAT, code) !== "good" && outcomeOf(FORMAT, code) !== "notice";
}

/** `AdditionalInformation` with StatementCode, or Code and Text anywhere, as one parser reads business receipts. */
function statementsOf(response: XmlElement): { code: string; text: string }[] {
  const found: { code: string; text: string }[] = [];
  for (const element of response.walk()) {
    const code = element.child("StatementCode") ?? element.child("Code");
    const text = element.child("StatementDescription") ?? element.child("Text");
    if (code || text) found.push({ code: code?.text.trim() ?? "", text: text?.text.trim() ?? "" });
  }
  return found;
}

function namespaceType(element: XmlElement): string {
  return NAMESPACE.exec(element.namespace)?.[1]?.toUpperCase() ?? "";
}
