import { day, millis17, seconds14 } from "../china-time.js";
import { el, fields, type Markup, writeXml } from "../write-xml.js";
import { goodsLines, netWeightOf } from "./goods.js";
import { complete, DEMO_IDENTITY, type SampleIdentity } from "./identity.js";
import { freshTime } from "./keys.js";

export const MT1401_NAMESPACE = "urn:Declaration:datamodel:standard:CN:MT1401:1";

export interface ManifestOptions {
  identity?: SampleIdentity;
  /** Head/MessageID; `CN_MT1401_1p0_<region and organisation>_<17 digits>` with a fresh time when left out. */
  key?: string;
  at?: number;
  goods?: number;
  senderId?: string;
  /** Writes LoadingLocation behind UnloadingLocation: against the XSD's order (faq 17). */
  wrongOrder?: boolean;
  /** Adds an empty element (faq 17). */
  emptyElement?: boolean;
}

/** `CN_MT1401_1p0_<region><organisation>_<yyyyMMddHHmmssSSS>`, 45 characters. */
export function manifestKey(identity: SampleIdentity, at = freshTime()): string {
  return `CN_MT1401_1p0_${identity.region}${identity.orgCode}_${millis17(at)}`;
}

/** A road manifest (MT1401) as a bare XML, children in XSD order, nothing empty. */
export function manifestXml(options: ManifestOptions = {}): Buffer {
  const identity = complete(options.identity ?? DEMO_IDENTITY);
  const { at = Date.now() } = options;
  const key = options.key ?? manifestKey(identity);
  const serial = key.slice(-13);
  const goods = goodsLines(options.goods ?? 3);
  const net = netWeightOf(goods);
  const packages = goods.length * 4;
  const kilograms = { unitCode: "KGM" };

  const items = goods.map((line, index) =>
    el("ConsignmentItem", [
      el("SequenceNumeric", index + 1),
      el("Commodity", [el("CargoDescription", line.name), el("Classification", [el("ID", line.code.slice(0, 4))])]),
      el("GoodsMeasure", [el("GrossMassMeasure", (line.netWeight * 1.08).toFixed(3), kilograms)]),
      el("Packaging", [el("QuantityQuantity", 4, { unitCode: "CT" })]),
    ]),
  );
  const party = (name: string, phone: string): Markup[] => [
    el("Name", name),
    el("Communication", fields({ ID: phone, TypeID: "TE" })),
  ];

  const consignment = el("Consignment", [
    el("TotalPackageQuantity", packages, { unitCode: "CT" }),
    el("ValueAmount", goods.reduce((sum, line) => sum + Number(line.total), 0).toFixed(2), { currencyID: "USD" }),
    el("Consignee", party(identity.companyName, "0755-00000001")),
    ...items,
    el("Consignor", party("SAMPLE TRADING (HK) LIMITED", "00852-00000002")),
    el("Freight", [el("PaymentMethodCode", "PP")]),
    el("GovernmentAgencyGoodsItem", [el("GoodsMeasure", [el("GrossMassMeasure", (net * 1.08).toFixed(3), kilograms)])]),
    el("GovernmentProcedure", [el("CurrentCode", "RD06")]),
    el("TransportContractDocument", fields({ ConditionCode: "10", ID: `DEMOTD${serial}` })),
    el("TransportEquipment", [el("ID", `DEMU${serial.slice(-7)}`)]),
  ]);
  const loading = el("LoadingLocation", [el("LoadingDateTime", seconds14(at))]);
  const unloading = el("UnloadingLocation", fields({ ArrivalDateTime: day(at + 86_400_000), ID: identity.region }));
  const person = el("RepresentativePerson", [el("Name", `${identity.region}${identity.orgCode}`)]);

  const root = el(
    "Manifest",
    [
      el(
        "Head",
        fields({
          MessageID: key,
          FunctionCode: "9",
          MessageType: "MT1401",
          SenderID: options.senderId ?? `${identity.region}${identity.orgCode}_DXPESW${identity.clientId}`,
          ReceiverID: "EPORT",
          SendTime: millis17(at),
          Version: "1.0",
        }),
      ),
      el("Declaration", [
        el("DeclarationOfficeID", identity.region),
        el("ID", serial),
        el("AdditionalInformation", [el("Content", options.emptyElement ? "" : "示例舱单，非真实货物")]),
        el("Agent", [el("ID", `${identity.region}${identity.orgCode}`)]),
        el("BorderTransportMeans", [el("TypeCode", "3")]),
        el("Carrier", [el("ID", `${identity.region}${identity.orgCode}`)]),
        consignment,
        ...(options.wrongOrder ? [person, unloading, loading] : [loading, person, unloading]),
      ]),
    ],
    {
      xmlns: MT1401_NAMESPACE,
      "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
      "xmlns:xsd": "http://www.w3.org/2001/XMLSchema",
    },
  );
  return Buffer.from(writeXml(root, { declaration: '<?xml version="1.0"?>' }), "utf8");
}
