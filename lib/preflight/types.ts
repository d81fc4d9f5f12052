import type { MessageKind } from "../business/types.js";
import type { Environment } from "../document.js";
import type { Bilingual } from "../errors.js";
import type { XmlElement } from "../xml/scan.js";

export type Severity = "error" | "warning";

/** What the rules may look at beside the document itself. */
export interface PreflightContext {
  kind: MessageKind | undefined;
  /** The XML's bytes as the producer wrote them; absent where only the tree is known. */
  xml?: Buffer;
  /** Root of the XML. */
  root: XmlElement;
  /** `<element …>` that carries the business data; the root when there is no envelope. */
  body: XmlElement;
  /** Folder code where the file lay. */
  business: string;
  fileName: string;
  /** Whether the file is a ZIP as it stands, and the other entries in it (PDFs). */
  zipped: boolean;
  attachments: readonly { name: string; size: number; bytes: Buffer }[];
  /** Name of the XML inside the ZIP; absent for a bare XML. */
  entry?: string;
  client: {
    environment: Environment;
    clientId: string;
    orgCode: string;
    customsCode: string;
    /** 4-digit customs region; absent or empty = any (faq 17). */
    region?: string;
    /** SysId values allowed by the import-client's setting; empty = any (faq 21). */
    sysIds?: readonly string[];
  };
  /** Card's identity where one is known without asking for the PIN (faq 19, 20). */
  card?: { companyCode: string; cardNumber: string };
}

export interface Finding {
  /** Element found at fault; its path and line are taken from it. The root when the fault is an absence. */
  element: XmlElement;
  text: Bilingual;
  /** Overrides the rule's advice. */
  advice?: Bilingual;
  /** `warning` where an error rule is less sure of this finding; the user's own setting for the rule wins over it. */
  severity?: Severity;
}

/** A rule's eyes during the one pass over the document. */
export interface RuleVisitor {
  /** Local names it wants to see; absent = every element. Keeps the cost of a rule to the elements it is about. */
  names?: readonly string[];
  /** Called once for every element (of `names`), in document order. */
  element?(element: XmlElement, report: (finding: Finding) => void): void;
  /** Called once after the last element. */
  end?(report: (finding: Finding) => void): void;
}

/**
 * One rule, the export `rule` of a file in `lib/preflight/rules/`. Index, the editor's list, its titles in both languages
 * and `docs/rules.md` are made from these files.
 */
export interface Rule {
  /** Kebab-case; the code is `SW-RULE-<id>`. */
  id: string;
  severity: Severity;
  /** Message types it holds for (`DEC`, `INV101`, `MT*` for every manifest); empty = all. */
  kinds: readonly string[];
  /** Where it comes from: `faq 17`, `domain 1.2`, `xml 4.3.3` (the XML standard). */
  source: string;
  title: Bilingual;
  advice: Bilingual;
  /** A fresh visitor for a document, or undefined when the rule has nothing to look at. */
  start(context: PreflightContext): RuleVisitor | undefined;
}
