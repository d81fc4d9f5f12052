import type { Opened } from "./open.js";
import { at, childOf, find, readTree, type Tree, textAt } from "./tree.js";

/** What kind of document it is; `manifest` has its type in `type`. */
export type Family = "dec" | "inv" | "manifest";

/** A document, recognised by its content. */
export interface Recognised {
  family: Family;
  /** `DEC`, `INV101`, `MT1401` ... */
  type: string;
  /** The producer's own key: ClientSeqNo, EtpsInnerInvtNo, MessageID. */
  key: string;
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

function classify(root: Tree): Pick<Recognised, "family" | "type" | "key" | "body"> | undefined {
  const dec = root.name === "DecMessage" || root.name === "ImportMessage" ? find(root, "DecMessage") : undefined;
  if (dec) return { family: "dec", type: "DEC", key: textAt(dec, "DecSign/ClientSeqNo"), body: dec };
  const envelope = root.name === "Package" ? root : at(root, "Object/Package");
  const invt = at(envelope, "DataInfo/BussinessData/InvtMessage");
  if (invt) return { family: "inv", type: "INV101", key: textAt(invt, "InvtHeadType/EtpsInnerInvtNo"), body: invt };
  const manifest = root.name === "Manifest" ? root : at(root, "MFTData/Manifest");
  if (manifest && childOf(manifest, "Declaration")) {
    const type = MANIFEST.exec(manifest.namespace)?.[1] ?? textAt(manifest, "Head/MessageType");
    return { family: "manifest", type, key: textAt(manifest, "Head/MessageID"), body: manifest };
  }
  return undefined;
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
