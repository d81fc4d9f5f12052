// Made by scripts/make-field-tables.ts from mt2401.csv. Do not edit.
import type { FieldTable } from "./types.js";

export const MT2401_FIELDS: FieldTable = {
  numeric: {
    Consignment: {
      GrossVolumeMeasure: "optional",
      TotalPackageQuantity: "required",
      ValueAmount: "optional",
    },
    ConsignmentItem: {
      SequenceNumeric: "required",
    },
    GoodsMeasure: {
      GrossMassMeasure: "optional",
    },
    Packaging: {
      QuantityQuantity: "optional",
    },
  },
  dates: {
    Head: {
      SendTime: "yyyyMMddHHmmssSSS",
    },
    LoadingLocation: {
      LoadingDateTime: "yyyyMMddHHmmss",
    },
  },
  order: {
    Manifest: ["Head", "Declaration"],
    "Manifest/Head": ["MessageID", "FunctionCode", "MessageType", "SenderID", "ReceiverID", "SendTime", "Version"],
    "Manifest/Declaration": [
      "DeclarationOfficeID",
      "ID",
      "AdditionalInformation",
      "Agent",
      "BorderTransportMeans",
      "Carrier",
      "Consignment",
      "LoadingLocation",
      "RepresentativePerson",
    ],
    "Manifest/Declaration/Consignment": [
      "GrossVolumeMeasure",
      "TotalPackageQuantity",
      "ValueAmount",
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
      "TransitDeparture",
    ],
    "Manifest/Declaration/Consignment/Consignee": ["ID", "Name", "Communication", "Contact"],
    "Manifest/Declaration/Consignment/Consignee/Communication": ["ID", "TypeID"],
    "Manifest/Declaration/Consignment/Consignee/Contact": ["Name", "Communication"],
    "Manifest/Declaration/Consignment/Consignee/Contact/Communication": ["ID", "TypeID"],
    "Manifest/Declaration/Consignment/ConsignmentItem": ["SequenceNumeric", "Commodity", "GoodsMeasure", "Packaging"],
    "Manifest/Declaration/Consignment/ConsignmentItem/Commodity": ["CargoDescription", "Description", "Classification"],
    "Manifest/Declaration/Consignment/Consignor": ["ID", "Name", "Communication"],
    "Manifest/Declaration/Consignment/Consignor/Communication": ["ID", "TypeID"],
    "Manifest/Declaration/Consignment/NotifyParty": ["ID", "Name", "Address", "Communication"],
    "Manifest/Declaration/Consignment/NotifyParty/Communication": ["ID", "TypeID"],
    "Manifest/Declaration/Consignment/TransportContractDocument": ["ConditionCode", "ID", "Consolidator"],
    "Manifest/Declaration/Consignment/UNDGContact": ["Name", "Communication"],
    "Manifest/Declaration/Consignment/UNDGContact/Communication": ["ID", "TypeID"],
    "Manifest/Declaration/LoadingLocation": ["ID", "LoadingDateTime"],
  },
};
