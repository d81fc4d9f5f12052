import type { XmlElement } from "../xml/scan.js";
import type { Business, MessageKind } from "./types.js";

const NAMESPACE = /^urn:Declaration:datamodel:standard:CN:([A-Z0-9]+):/;

/** The manifest proper: the root, or the child of `MFTMessage/MFTData` (formats, sample shapes). */
function manifestOf(root: XmlElement): XmlElement | undefined {
  if (root.name === "Manifest") return root;
  return root.name === "MFTMessage" ? root.at("MFTData/Manifest") : undefined;
}

/** `MT1401` from the namespace, else from `Head/MessageType` (private terminal files have no namespace). */
function manifestType(root: XmlElement): string {
  const manifest = manifestOf(root);
  if (!manifest) return "";
  return NAMESPACE.exec(manifest.namespace)?.[1] ?? manifest.textAt("Head/MessageType").toUpperCase();
}

/** 总提运单 and 分提运单 of a Consignment; undefined for any other element. The platform writes N/A where there is no house bill. */
export function billsOf(element: XmlElement): string[] | undefined {
  const master = element.textAt("TransportContractDocument/ID");
  if (master === "") return undefined;
  const house = element.textAt("AssociatedTransportDocument/ID");
  return house === "" || house.toUpperCase() === "N/A" ? [master] : [master, house];
}

/** Each bill of a manifest is answered by itself: it is called by its numbers from the master bill down. */
function partsOf(manifest: XmlElement | undefined): { name: string; keys: string[] }[] {
  const consignments = manifest?.child("Declaration")?.children ?? [];
  return consignments.flatMap((consignment) => {
    const bills = billsOf(consignment);
    return bills ? [{ name: bills.join("/"), keys: [...new Set([bills.join("/"), ...bills])] }] : [];
  });
}

/** One 舱单 type. A bare one is answered by -900517, so it always goes as a ZIP (faq 16). */
function manifest(type: string, zh: string, en: string): MessageKind {
  return {
    type,
    title: { zh, en },
    root: "Manifest",
    matches: (root) => manifestType(root) === type,
    body: manifestOf,
    clientKey: (root) => manifestOf(root)?.textAt("Head/MessageID") ?? "",
    parts: (root) => partsOf(manifestOf(root)),
    operation: (root) => manifestOf(root)?.textAt("Head/FunctionCode") ?? "",
    zip: "required",
    signing: "detached",
    receipts: { import: ["HTRES4"], business: ["HTRES4"] },
  };
}

/** Meanings of MT2101, MT3101 and MT4404 are not public (domain 1.3). */
export const manifests: Business = {
  id: "manifest",
  title: { zh: "舱单", en: "manifests" },
  folders: ["Mft", "Rmft", "Tmft"],
  receiver: "DXPDSWMFT0000001",
  kinds: [
    manifest("MT1401", "公路进境原始舱单", "road manifest, import"),
    manifest("MT2401", "公路出境预配舱单", "road manifest, export"),
    manifest("MT1101", "进境原始舱单", "original manifest, import"),
    manifest("MT2101", "出境预配舱单", "advance manifest, export"),
    manifest("MT3101", "舱单 MT3101", "manifest MT3101"),
    manifest("MT4404", "舱单 MT4404", "manifest MT4404"),
    manifest("MTECEX", "舱单 MTECEX", "manifest MTECEX"),
  ],
};
