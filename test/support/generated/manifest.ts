import type { Writer } from "./writer.js";

/** A 舱单 by road or by sea, and its message id. */
export function manifestOf(w: Writer): { body: string; key: string } {
  const { values, options, identity } = w;
  const { type } = options;
  const sent = `${values.day()}${values.time()}${values.digits(3)}`;
  const key = `CN_${type}_1p0_${identity.region}${identity.orgCode}_${sent}`;
  const tail = type === "MT2101" && options.tailFirst ? "_SWS1_2_@" : "";
  const head = w.element("Head", [
    w.field("MessageID", key),
    w.field("FunctionCode", "9"),
    w.field("MessageType", type),
    w.field("SenderID", `${identity.region}${identity.orgCode}_DXPESW${identity.clientId}${tail}`),
    w.field("ReceiverID", "EPORT"),
    w.field("SendTime", sent),
    w.field("Version", "1.0"),
  ]);
  const body = type === "MT2101" ? seaBody(w) : roadBody(w);
  const uri = `urn:Declaration:datamodel:standard:CN:${type}:1`;
  const manifest = w.element("Manifest", [head, body], w.namespace(uri));
  if (!options.wrapped) return { body: manifest, key };
  const mftHead = w.element("MFTHead", [w.unused("Reserved")]);
  const outer = w.element(
    "MFTMessage",
    [mftHead, w.element("MFTData", [manifest])],
    w.options.namespace === "prefixed" ? w.namespace(uri) : "",
  );
  return { body: outer, key };
}

function roadBody(w: Writer): string {
  const { values, options } = w;
  const { type } = options;
  const consignments = Array.from({ length: options.rows }, (_, index) =>
    w.element("Consignment", [
      w.element("TotalPackageQuantity", values.digits(2), ' unitCode="CT"'),
      w.element("ValueAmount", values.number(), ' currencyID="USD"'),
      w.element("Consignee", [w.field("Name", values.words())]),
      ...Array.from({ length: 1 + values.below(3) }, (_unused, item) =>
        w.element("ConsignmentItem", [
          w.field("SequenceNumeric", String(item + 1)),
          w.element("Commodity", [w.free("CargoDescription")]),
          w.element("GoodsMeasure", [w.element("GrossMassMeasure", values.number(), ' unitCode="KGM"')]),
        ]),
      ),
      w.element("Consignor", [w.field("Name", values.words())]),
      w.element("TransportContractDocument", [
        w.field("ConditionCode", "10"),
        w.field("ID", `B${index}${values.digits(8)}`),
      ]),
      w.element("TransportEquipment", [w.field("ID", `ABCU${values.digits(7)}`)]),
    ]),
  );
  const loading = w.element("LoadingLocation", [
    type === "MT2401" ? w.field("ID", "CNSZX") : "",
    w.field("LoadingDateTime", `${values.day()}${values.time()}`),
  ]);
  const unloading = w.element("UnloadingLocation", [w.field("ArrivalDateTime", values.day()), w.field("ID", "CNSZX")]);
  const person = w.element("RepresentativePerson", [w.field("Name", "舱单传输人")]);
  return w.element("Declaration", [
    w.field("DeclarationOfficeID", "5301"),
    w.field("ID", values.digits(13)),
    // Some producers leave it out.
    values.below(2) === 0 ? w.element("BorderTransportMeans", [w.field("TypeCode", "3")]) : "",
    w.element("Carrier", [w.field("ID", values.digits(9))]),
    ...consignments,
    loading,
    person,
    type === "MT2401" ? "" : unloading,
  ]);
}

/** By sea: other fields than by road, in another order, and the persons before the consignments. */
function seaBody(w: Writer): string {
  const { values, options } = w;
  const consignments = Array.from({ length: options.rows }, (_, index) =>
    w.element("Consignment", [
      w.element("TransportContractDocument", [
        w.field("ID", `B${index}${values.digits(8)}`),
        w.field("ConditionCode", "10"),
      ]),
      w.element("ValueAmount", values.number(), ' CurrencyTypeCode="USD"'),
      w.element("LoadingLocation", [w.field("ID", "HKHKG"), w.field("LoadingDate", `${values.day()}${values.time()}`)]),
      w.element("UnloadingLocation", [w.field("ID", "CNSZX"), w.field("ArrivalDate", values.day())]),
      w.element("ConsignmentPackaging", [w.field("QuantityQuantity", values.digits(2)), w.field("TypeCode", "CT")]),
      w.field("TotalGrossMassMeasure", values.number()),
      w.element("Consignee", [w.field("Name", values.words())]),
      w.element("Consignor", [w.field("Name", values.words())]),
      w.element("TransportEquipment", [
        w.element("EquipmentIdentification", [w.field("ID", `ABCU${values.digits(7)}`)]),
      ]),
      ...Array.from({ length: 1 + values.below(3) }, (_unused, item) =>
        w.element("ConsignmentItem", [
          w.field("SequenceNumeric", String(item + 1)),
          w.element("Commodity", [w.free("CargoDescription")]),
          w.element("GoodsMeasure", [w.field("GrossMassMeasure", values.number())]),
        ]),
      ),
    ]),
  );
  return w.element("Declaration", [
    w.element("RepresentativePerson", [w.field("Name", "舱单传输人")]),
    w.element("Carrier", [w.field("ID", values.digits(9))]),
    w.element("BorderTransportMeans", [
      w.field("JourneyID", `V${values.digits(4)}`),
      w.field("TypeCode", "1"),
      w.field("ID", `UN${values.digits(7)}`),
      w.field("Name", "SHIP"),
    ]),
    ...consignments,
  ]);
}
