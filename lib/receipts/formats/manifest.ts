import { codeEntry } from "../../advice/index.js";
import { kindByType } from "../../business/index.js";
import { billsOf } from "../../business/manifest.js";
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
      const format = typeOf(root);
      return (responses.length > 0 ? responses : [root]).flatMap((response) => readResponse(format, root, response));
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

function readResponse(format: string, root: XmlElement, response: XmlElement): ParsedReceipt[] {
  const parts = new Map<string, Statement[]>();
  for (const statement of statementsOf(response)) {
    const part = statement.bills.join("/");
    const known = parts.get(part);
    if (known) known.push(statement);
    else parts.set(part, [statement]);
  }
  if (parts.size === 0) parts.set("", []);
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
  const ranked = statements.map(({ code }) => ({
    code,
    rank: WORST.indexOf(codeEntry(format, code)?.outcome ?? "unknown"),
  }));
  return ranked.sort((a, b) => a.rank - b.rank)[0]?.code ?? "";
}

/** Every result below a response, in document order, with the bill of the nearest element around it that names one. */
function statementsOf(response: XmlElement): Statement[] {
  const found: Statement[] = [];
  const stack: { element: XmlElement; bills: readonly string[] }[] = [{ element: response, bills: [] }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { element } = next;
    const bills = element === response ? [] : (billsOf(element) ?? next.bills);
    const statement = statementOf(element);
    if (statement) found.push({ ...statement, bills });
    for (let index = element.children.length - 1; index >= 0; index--) {
      stack.push({ element: element.children[index] as XmlElement, bills });
    }
  }
  return found;
}

/** `AdditionalInformation` with StatementCode, or Code and Text: `ResponseType` of a Consignment, and wherever one parser read them. */
function statementOf(element: XmlElement): Omit<Statement, "bills"> | undefined {
  const stated = element.child("StatementCode");
  const coded = element.child("Code");
  const text = element.child("StatementDescription") ?? (coded && element.child("Text"));
  if (!text && !stated && element.name !== "ResponseType") return undefined;
  return { code: (stated ?? coded)?.text.trim() ?? "", text: text?.text.trim() ?? "" };
}
