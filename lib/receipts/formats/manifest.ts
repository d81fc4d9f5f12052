import { codeEntry } from "../../advice/index.js";
import { kindByType } from "../../business/index.js";
import type { ReceiptOutcome } from "../../document.js";
import type { XmlElement } from "../../xml/scan.js";
import { joined } from "../envelope.js";
import { recordByCode, timeOf } from "../record.js";
import type { ParsedReceipt, ReceiptFormat } from "../types.js";

/** The gateway's receipt, which stands for the family where a receipt does not say of which type it is. */
const GATEWAY = "HTRES4";
const NAMESPACE = /^urn:Declaration:datamodel:standard:CN:([A-Z0-9]+):/i;

/**
 * 舱单回执 (domain 1.3, faq 16): every `Manifest` that answers and does not declare, HTRES4 of the gateway, MT9999 of customs and
 * what else there is. The root may have no namespace while its children have one, with any prefix: names are compared
 * without either. On gateway errors every field of Head may be empty, so that only the file name is left to match by.
 *
 * One record for what it says of the manifest as a whole, and one for each bill that it names: a bill that is refused says
 * nothing of the others.
 */
export const formats: readonly ReceiptFormat[] = [
  {
    format: GATEWAY,
    title: { zh: "舱单回执（HTRES4、MT9999 等）", en: "manifest (HTRES4, MT9999 and their like)" },
    matches(root) {
      if (root.name !== "Manifest" || root.child("Declaration")) return false;
      return root.child("Response") !== undefined || ["HTRES4", "MT9999"].includes(typeOf(root));
    },
    parse(root) {
      const responses = root.children.filter(({ name }) => name === "Response");
      return (responses.length > 0 ? responses : [root]).flatMap((response) => readResponse(root, response));
    },
  },
];

/** What it calls itself, by namespace or Head; a receipt that only repeats the type of the manifest is the gateway's. */
function typeOf(root: XmlElement): string {
  const named = [root, ...root.children].map(({ namespace }) => NAMESPACE.exec(namespace)?.[1] ?? "");
  const type = (named.find(Boolean) ?? root.textAt("Head/MessageType")).toUpperCase();
  return /^(?:HTRES4|MT\w{4})$/.test(type) && !kindByType(type) ? type : GATEWAY;
}

/** A result, and the bill that it is about: numbers from the master bill down, none when it is about the whole manifest. */
interface Statement {
  code: string;
  text: string;
  bills: readonly string[];
}

function readResponse(root: XmlElement, response: XmlElement): ParsedReceipt[] {
  const parts = new Map<string, Statement[]>();
  for (const statement of statementsOf(response)) {
    const part = statement.bills.join("/");
    const known = parts.get(part);
    if (known) known.push(statement);
    else parts.set(part, [statement]);
  }
  if (parts.size === 0) parts.set("", []);
  const format = typeOf(root);
  const journey = response.find("JourneyID")?.text.trim() ?? "";
  return [...parts].map(([part, statements]) =>
    recordByCode({
      format,
      code: leading(format, statements),
      text: joined(statements.map(({ text }) => text)),
      clientKey: root.textAt("Head/MessageID"),
      otherKeys: [...(statements[0]?.bills ?? []), response.textAt("ID"), journey],
      part,
      at: timeOf(root.textAt("Head/SendTime")),
    }),
  );
}

/** Of several results about the same: the worst speaks for all. */
const WORST: readonly ReceiptOutcome[] = ["refused", "unknown", "notice", "good"];

function leading(format: string, statements: readonly Statement[]): string {
  const rank = ({ code }: Statement) => WORST.indexOf(codeEntry(format, code)?.outcome ?? "unknown");
  return [...statements].sort((a, b) => rank(a) - rank(b))[0]?.code ?? "";
}

/** `AdditionalInformation` with StatementCode, or Code and Text: `ResponseType` of a Consignment, and wherever one parser read them. */
function statementsOf(response: XmlElement): Statement[] {
  const found: Statement[] = [];
  for (const element of response.walk()) {
    const coded = element.child("Code");
    const code = element.child("StatementCode") ?? coded;
    const text = element.child("StatementDescription") ?? (coded && element.child("Text"));
    if (!text && !element.child("StatementCode") && element.name !== "ResponseType") continue;
    found.push({
      code: code?.text.trim() ?? "",
      text: text?.text.trim() ?? "",
      bills: billsAround(element, response),
    });
  }
  return found;
}

/** 总提运单 and 分提运单 of the Consignment that the element lies in; the platform writes N/A where there is no house bill. */
function billsAround(element: XmlElement, response: XmlElement): string[] {
  for (let around: XmlElement | undefined = element; around && around !== response; around = around.parent) {
    const numbers = ["TransportContractDocument/ID", "AssociatedTransportDocument/ID"].map(
      (path) => around?.textAt(path) ?? "",
    );
    if (numbers[0]) return numbers.filter((number) => number !== "" && number.toUpperCase() !== "N/A");
  }
  return [];
}
