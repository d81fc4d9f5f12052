import type { Writer } from "./writer.js";

/** A 核注清单, 核放单 or 两步核放单 in the envelope of 金二, and its own number. */
export function envelope(w: Writer): { body: string; key: string } {
  const { values, options, identity } = w;
  const key = `${options.type}-${values.day()}-${values.digits(6)}`;
  const seqNo = () =>
    options.modification ? w.field("SeqNo", `20${String(options.seed).padStart(16, "0")}`) : w.unused("SeqNo");
  const company = identity.customsCode;
  const creditCode = `91440300${identity.orgCode}X`;
  const companyName = "报关有限公司";
  let name: string;
  let content: string[];
  if (options.type === "INV101") {
    name = "InvtMessage";
    // With a declaration of customs, or without.
    const declares = values.one(["1", "2"]);
    const head = w.element("InvtHeadType", [
      seqNo(),
      w.unused("BondInvtNo"),
      w.field("PutrecNo", `T5300W${values.digits(6)}`),
      w.field("EtpsInnerInvtNo", key),
      w.field("BizopEtpsSccd", creditCode),
      w.field("BizopEtpsno", values.digits(10)),
      w.field("BizopEtpsNm", "进出口有限公司"),
      // The official spelling: Rvsngd here, Rcvgd in its neighbours.
      w.field("RvsngdEtpsSccd", creditCode),
      w.field("RcvgdEtpsno", values.digits(10)),
      w.field("RcvgdEtpsNm", "加工有限公司"),
      w.field("DclEtpsSccd", creditCode),
      w.field("DclEtpsno", company),
      w.field("DclEtpsNm", companyName),
      w.field("InputCode", company),
      w.field("InputCreditCode", creditCode),
      w.field("InputName", companyName),
      w.field("InputTime", values.day()),
      w.field("InvtDclTime", values.day()),
      w.field("ImpexpPortcd", "5301"),
      w.field("DclPlcCuscd", identity.region),
      w.field("ImpexpMarkcd", values.one(["I", "E"])),
      w.field("MtpckEndprdMarkcd", values.one(["I", "E"])),
      w.field("SupvModecd", "0110"),
      w.field("TrspModecd", "4"),
      w.field("DclcusFlag", declares),
      w.unused("IcCardNo"),
      w.free("Rmk"),
      w.field("StshipTrsarvNatcd", "110"),
      w.field("DclTypecd", "1"),
      w.field("GenDecFlag", declares),
    ]);
    const lists = Array.from({ length: options.rows }, (_, index) =>
      w.element("InvtListType", [
        seqNo(),
        w.field("GdsSeqno", String(index + 1)),
        w.field("GdsMtno", values.digits(8)),
        w.field("Gdecd", values.digits(10)),
        w.free("GdsNm"),
        w.free("GdsSpcfModelDesc"),
        w.field("DclUnitcd", "007"),
        w.field("LawfUnitcd", "035"),
        w.field("Natcd", "304"),
        w.field("DclUprcAmt", values.number()),
        w.field("DclTotalAmt", values.amount()),
        w.field("DclCurrcd", "502"),
        w.field("LawfQty", values.number()),
        w.field("DclQty", values.number()),
        w.field("LvyrlfModecd", "1"),
        w.field("EntryGdsSeqno", String(1 + values.below(options.rows))),
        w.unused("Rmk"),
        w.field("DestinationNatcd", "142"),
        w.field("ModfMarkcd", values.one(["0", "3"])),
      ]),
    );
    content = [head, ...lists];
  } else if (options.type === "SAS121") {
    name = "PassPortMessage";
    const related = Array.from({ length: options.rows }, () => `QD${values.digits(16)}`);
    content = [
      w.element("PassportHead", [
        seqNo(),
        w.field("PassportTypecd", "3"),
        w.field("MasterCuscd", identity.region),
        w.field("DclTypecd", "1"),
        w.field("IoTypecd", values.one(["I", "E"])),
        // One vehicle for one document, or for several.
        w.field("BindTypecd", options.rows === 1 ? "1" : "2"),
        w.field("RltTbTypecd", "1"),
        w.field("RltNo", related.join(",")),
        w.field("AreainEtpsno", company),
        w.field("AreainEtpsNm", companyName),
        w.field("AreainEtpsSccd", creditCode),
        w.field("VehicleNo", "粤A00000"),
        ...["VehicleWt", "TotalWt", "TotalGrossWt", "TotalNetWt"].map((field) => w.field(field, values.number())),
        w.field("DclErConc", "张三 13800000000"),
        w.field("DclTime", values.day()),
        w.field("DclEtpsno", company),
        w.field("DclEtpsNm", companyName),
        w.field("DclEtpsSccd", creditCode),
        w.field("InputCode", company),
        w.field("InputSccd", creditCode),
        w.field("InputName", companyName),
        w.field("EtpsPreentNo", key),
        w.free("Rmk"),
      ]),
      ...related.map((number) =>
        w.element("PassportAcmp", [seqNo(), w.field("RtlBillTypecd", "1"), w.field("RtlBillNo", number)]),
      ),
    ];
  } else {
    name = "Sas2sPassPortMessage";
    content = [
      w.element("Sas2sPassportHead", [
        w.unused("SasPassportPreentNo"),
        w.field("EtpsPreentNo", key),
        w.field("DclTypecd", "1"),
        w.field("MasterCuscd", identity.region),
        w.field("AreainEtpsSccd", creditCode),
        w.field("AreainEtpsNo", company),
        w.field("AreainEtpsNm", companyName),
        w.field("DclEtpsSccd", creditCode),
        w.field("DclEtpsNo", company),
        w.field("DclEtpsNm", companyName),
        w.field("InputCreditCode", creditCode),
        w.field("InputCode", company),
        w.field("InputName", companyName),
        w.field("VehicleNo", "粤A00000"),
        ...["VehicleWt", "TotalGrossWt", "TotalWt"].map((field) => w.field(field, values.number())),
      ]),
      ...Array.from({ length: options.rows }, () =>
        w.element("Sas2sPassportRlt", [w.field("EntryId", values.digits(18))]),
      ),
    ];
  }
  const tail = [
    options.type === "SAS121" ? "" : w.field("SysId", values.one(["95", "B1", "Z7", "Z8"])),
    w.field("OperCusRegCode", company),
  ];
  const message = w.element(name, options.tailFirst ? [...tail, ...content] : [...content, ...tail]);
  const flag = w.field("DelcareFlag", values.one(["0", "1"]));
  const body = w.element(
    "Signature",
    [
      w.element(
        "Object",
        [
          w.element("Package", [
            w.element("EnvelopInfo", [
              w.field("version", "1.0"),
              w.field("message_id", values.digits(20)),
              w.field("file_name", `${options.type}_${options.seed}.zip`),
              w.field("message_type", options.type),
              w.field("sender_id", `DXPESW${identity.clientId}`),
              w.field("receiver_id", "DXPDSWSAS0000001"),
              w.field("send_time", "2024-01-01T08:00:00"),
            ]),
            w.element("DataInfo", [w.element("BussinessData", options.tailFirst ? [flag, message] : [message, flag])]),
          ]),
        ],
        ' Id="String"',
      ),
    ],
    w.namespace("http://www.w3.org/2000/09/xmldsig#"),
  );
  return { body, key };
}
