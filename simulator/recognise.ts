import type { Opened } from "./open.js";
import { at, childOf, find, readTree, type Tree, textAt } from "./tree.js";

/** What kind of document it is; `manifest` has its type in `type`. */
export type Family = "dec" | "inv" | "manifest" | "trade" | "ceb" | "coo" | "acd" | "decmod" | "papers" | "edoc";

/** A document, recognised by its content. */
export interface Recognised {
  family: Family;
  /** `DEC`, `INV101`, `MT1401` ... */
  type: string;
  /** The producer's own key: ClientSeqNo, EtpsInnerInvtNo, MessageID. */
  key: string;
  /** Keys of its heads, where one message has several: the guids of its orders or lists. */
  heads: string[];
  /** It asks to be stored only: no customs answer comes. */
  stored: boolean;
  /** Where its signature is: beside it, around its Object, or in the document, which is not looked into here. */
  signed: "beside" | "around" | "inside";
  root: Tree;
  /** DecMessage, InvtMessage or Manifest. */
  body: Tree;
  /** Name and bytes of the XML. */
  xmlName: string;
  xml: Buffer;
  /** The PDFs and whatever else lay beside it. */
  attachments: string[];
}

const MANIFEST = /^urn:Declaration:datamodel:standard:CN:([A-Z0-9]+):/;

type Found = Pick<Recognised, "family" | "type" | "key" | "body" | "heads" | "stored" | "signed">;

function found(family: Family, type: string, key: string, body: Tree, more: Partial<Found> = {}): Found {
  return { family, type, key, body, heads: [], stored: false, signed: "beside", ...more };
}

/** By root and message type alone, as field.md's producers write them: nothing of its content is asked for. */
function classify(root: Tree): Found | undefined {
  const dec = root.name === "DecMessage" || root.name === "ImportMessage" ? find(root, "DecMessage") : undefined;
  if (dec) return found("dec", "DEC", textAt(dec, "DecSign/ClientSeqNo"), dec);
  const envelope = root.name === "Package" ? root : at(root, "Object/Package");
  if (envelope) return packaged(envelope);
  const manifest = root.name === "Manifest" ? root : at(root, "MFTData/Manifest");
  if (manifest && childOf(manifest, "Declaration")) {
    const type = MANIFEST.exec(manifest.namespace)?.[1] ?? textAt(manifest, "Head/MessageType");
    return found("manifest", type, textAt(manifest, "Head/MessageID"), manifest);
  }
  return other(root);
}

function packaged(envelope: Tree): Found | undefined {
  const data = at(envelope, "DataInfo/BussinessData");
  const body = data?.children.find(({ children }) => children.length > 0);
  const type = textAt(envelope, "EnvelopInfo/message_type").toUpperCase();
  if (!data || !body) return undefined;
  if (body.name === "InvtMessage") {
    return found("inv", "INV101", textAt(body, "InvtHeadType/EtpsInnerInvtNo"), body, { signed: "around" });
  }
  const stored = textAt(data, "DelcareFlag") === "0";
  return type === "" ? undefined : found("trade", type, tradeKey(body), body, { stored, signed: "around" });
}

/** The enterprise's own number in the head, in either spelling of case. */
function tradeKey(body: Tree): string {
  const head = body.children.find(({ name }) => /(?:Head|HeadType|Bsc)$/i.test(name)) ?? body;
  const own = (name: string) => head.children.find((child) => child.name.toLowerCase() === name)?.text.trim() ?? "";
  return own("etpsinnerinvtno") || own("etpsinnerno") || own("etpspreentno");
}

function other(root: Tree): Found | undefined {
  const { name } = root;
  const imported = textAt(root, "ImportInfo/MessageType").toUpperCase();
  if (name === "InvtMessage" || name === "EmlMessage") {
    const type = name === "EmlMessage" ? "NPTS001" : imported === "NEMS301" ? "NEMS301" : "NPTS301";
    return found("trade", type, tradeKey(root), root, { signed: "inside" });
  }
  const [, number] = /^(CEB\d{3})Message$/.exec(name) ?? [];
  if (number) {
    const heads = root.children.flatMap(({ children }) => children.map((head) => textAt(head, "guid"))).filter(Boolean);
    const guid = root.guid ?? "";
    return found("ceb", number, guid || (heads[0] ?? ""), root, { heads, signed: "inside" });
  }
  if (name === "Certificate") return found("coo", "COO", textAt(root, "CertificateHead/CertNo"), root);
  if (name === "ImportAgrRequest") {
    return found("acd", "ACD", textAt(root, "OperInfo/CopCusCode"), root, { signed: "inside" });
  }
  if (name === "DecModMessage") {
    const head = childOf(root, "DecModHead") ?? root;
    return found("decmod", "DECMOD", textAt(head, "DecModSeqNo") || textAt(head, "EntryId"), root);
  }
  if (/AcmpRLMessage$/.test(name)) {
    return found("papers", "ACMP", root.children.map((row) => textAt(row, "FileName")).find(Boolean) ?? "", root);
  }
  const edoc = /^EdocRea?lation$/.test(name)
    ? root
    : root.children.find((child) => /^EdocRea?lation$/.test(child.name));
  return edoc && found("edoc", "EDOC", textAt(edoc, "EdocID"), root);
}

/** Finds the document among what was opened; undefined when there is none that the simulator knows. */
export async function recognise(opened: Opened): Promise<Recognised | undefined> {
  for (const entry of opened.entries) {
    if (opened.zipped && !entry.name.toLowerCase().endsWith(".xml")) continue;
    let root: Tree;
    try {
      root = await readTree(entry.bytes);
    } catch {
      continue;
    }
    const found = classify(root);
    if (found) {
      const attachments = opened.entries.filter((other) => other !== entry).map(({ name }) => name);
      return { ...found, root, xmlName: entry.name, xml: entry.bytes, attachments };
    }
  }
  return undefined;
}
