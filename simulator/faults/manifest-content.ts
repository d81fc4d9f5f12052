import { type Tree, textAt, walk } from "../tree.js";
import type { FaultRule } from "./types.js";

/** XSD order of the children that a road manifest has (field table of MT1401); others are not looked at. */
const ORDER: Record<string, readonly string[]> = {
  Head: ["MessageID", "FunctionCode", "MessageType", "SenderID", "ReceiverID", "SendTime", "Version"],
  Declaration: [
    "DeclarationOfficeID",
    "ID",
    "AdditionalInformation",
    "Agent",
    "BorderTransportMeans",
    "Carrier",
    "Consignment",
    "LoadingLocation",
    "RepresentativePerson",
    "UnloadingLocation",
  ],
  Consignment: [
    "GrossVolumeMeasure",
    "TotalPackageQuantity",
    "ValueAmount",
    "BorderTransportMeans",
    "Consignee",
    "ConsignmentItem",
    "Consignor",
    "Freight",
    "GovernmentAgencyGoodsItem",
    "GovernmentProcedure",
    "NotifyParty",
    "TransportContractDocument",
    "TransportEquipment",
    "UNDGContact",
    "TransitDestination",
  ],
};

function outOfOrder(tree: Tree): string | undefined {
  const order = ORDER[tree.name];
  if (!order) return undefined;
  let last = -1;
  for (const { name } of tree.children) {
    const place = order.indexOf(name);
    if (place === -1) continue;
    if (place < last) return name;
    last = place;
  }
  return undefined;
}

/** Empty elements, another order than the XSD's, a wrong SenderID: the manifest stays at 成功发往海关 (faq 17). */
export const manifestContent: FaultRule = {
  id: "manifest-content",
  source: "faq 17",
  check({ document, clientId }) {
    if (document.family !== "manifest") return undefined;
    for (const { tree, path } of walk(document.body)) {
      if (tree.children.length === 0 && tree.text.trim() === "") return { kind: "stick", why: `empty element ${path}` };
      const name = document.type === "MT1401" ? outOfOrder(tree) : undefined;
      if (name !== undefined) return { kind: "stick", why: `${path}/${name} is not in XSD order` };
    }
    const sender = textAt(document.body, "Head/SenderID");
    const [, client] = /^\d{4}[0-9A-Z]{9}_DXPESW(.+)$/.exec(sender) ?? [];
    if (client !== undefined && (clientId === "" || client === clientId)) return undefined;
    return { kind: "stick", why: `SenderID ${sender}` };
  },
};
