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

/** Types whose meaning is not public have none in their title. All are one family: same head, always a ZIP, same receipts. */
const TYPES: readonly (readonly [type: string, zh?: string, en?: string])[] = [
  ["MT1401", "公路进境原始舱单", "road manifest, import"],
  ["MT1402"],
  ["MT2401", "公路出境预配舱单", "road manifest, export"],
  ["MT2402"],
  ["MT3402", "公路运抵报告", "road arrival report"],
  ["MT4401", "公路载货运输工具进境承运确报", "loaded road vehicle, entry"],
  ["MT4402", "公路载货运输工具出境承运确报", "loaded road vehicle, exit"],
  ["MT4403", "公路空载运输工具进境确报", "empty road vehicle, entry"],
  ["MT4404", "公路空载运输工具出境确报", "empty road vehicle, exit"],
  ["MT4405", "公路空集装箱进境确报", "empty container by road, entry"],
  ["MT4406", "公路空集装箱出境确报", "empty container by road, exit"],
  ["MT5401", "公路进口理货报告", "road tally, import"],
  ["MT5402", "公路出口理货报告", "road tally, export"],
  ["MT7402", "公路出口装箱清单", "road packing list, export"],
  ["MT8401", "公路落装申请", "cargo left behind, road"],
  ["MT8402", "公路落装申请", "cargo left behind, road"],
  ["MT8403", "公路落装改配申请", "cargo left behind and moved, road"],
  ["MT8404", "公路落装改配申请", "cargo left behind and moved, road"],
  ["MT1101", "进境原始舱单", "original manifest, import"],
  ["MT1201"],
  ["MT2101", "出境预配舱单", "advance manifest, export"],
  ["MT2201", "装载舱单", "loading manifest"],
  ["MT3101", "运抵报告", "arrival report"],
  ["MT3102"],
  ["MT3201"],
  ["MT3202"],
  ["MT4101"],
  ["MT4201"],
  ["MT5101", "理货报告", "tally"],
  ["MT5102", "理货报告", "tally"],
  ["MT5201", "理货报告", "tally"],
  ["MT5202", "理货报告", "tally"],
  ["MT6101"],
  ["MT6102"],
  ["MT6201"],
  ["MT6202"],
  ["MT7101"],
  ["MTECEX"],
];

/**
 * Any other 舱单, known by the type in its namespace alone: all of that namespace are one family. Undefined for what is none;
 * private files of terminals have no namespace.
 */
export function anyManifest(root: XmlElement): MessageKind | undefined {
  const type = NAMESPACE.exec(manifestOf(root)?.namespace ?? "")?.[1] ?? "";
  if (!/^[A-Z][A-Z0-9]{1,29}$/.test(type)) return undefined;
  return { ...manifest(type, `舱单 ${type}`, `manifest ${type}`), guessed: true };
}

export const manifests: Business = {
  id: "manifest",
  title: { zh: "舱单", en: "manifests" },
  folders: ["Mft", "Rmft", "Tmft"],
  folderTitles: {
    Mft: { zh: "海运、空运舱单", en: "sea and air manifests" },
    Rmft: { zh: "公路舱单", en: "road manifests" },
    Tmft: { zh: "铁路舱单", en: "rail manifests" },
  },
  refusal: "HTRES4",
  receiver: "DXPDSWMFT0000001",
  kinds: TYPES.map(([type, zh = `舱单 ${type}`, en = `manifest ${type}`]) => manifest(type, zh, en)),
};
