import fc from "fast-check";

/**
 * Documents that the Single Window would take, in the shapes that real producers write (formats, "Sample shapes"). Our
 * rules and our schemas find no error in any of them; the schemas warn of some departures that real documents have.
 */

export type GeneratedType = "DEC" | "INV101" | "SAS121" | "ICP101" | "MT1401" | "MT2401" | "MT2101";

export interface GenerateOptions {
  type: GeneratedType;
  /** Chooses every value in it. The same options give the same bytes. */
  seed: number;
  /** Goods lines, consignments. */
  rows: number;
  namespace: "default" | "prefixed" | "none";
  /** The old outer element: ImportMessage around DecMessage, MFTMessage around Manifest; none for the others. */
  wrapped: boolean;
  encoding: "utf-8" | "utf-8-bom" | "utf-16le" | "gb2312";
  /** Unused text fields: left out, `<X/>`, `<X></X>`. Manifests always leave them out. */
  unused: "absent" | "self-closed" | "open-close";
  cdata: boolean;
  /** A modification carries SeqNo (金二 only). */
  modification: boolean;
  /** Where SysId and OperCusRegCode stand, and DelcareFlag (金二 only). */
  tailFirst: boolean;
  lineEnd: "\n" | "\r\n" | "";
  /** PDFs with their EdocRealation (DEC only); any makes it a ZIP. */
  pdfs: number;
}

export interface GeneratedIdentity {
  clientId: string;
  orgCode: string;
  customsCode: string;
  region: string;
}

export interface GeneratedDocument {
  type: GeneratedType;
  /** Folder code it belongs into. */
  business: string;
  /** The XML itself, and its name. */
  xml: Buffer;
  xmlName: string;
  clientKey: string;
  attachments: { name: string; bytes: Buffer }[];
}

export const DEMO_IDENTITY: GeneratedIdentity = {
  clientId: "DEMO0001",
  orgCode: "123456789",
  customsCode: "4403960000",
  region: "5300",
};

const DEFAULT_OPTIONS: GenerateOptions = {
  type: "DEC",
  seed: 1,
  rows: 2,
  namespace: "default",
  wrapped: false,
  encoding: "utf-8",
  unused: "self-closed",
  cdata: true,
  modification: false,
  tailFirst: false,
  lineEnd: "\n",
  pdfs: 0,
};

/** Options of any valid document, for property tests; `rows` shrinks to 1 and everything else to the plainest shape. */
export const documentOptions: fc.Arbitrary<GenerateOptions> = fc.record({
  type: fc.constantFrom<GeneratedType>("DEC", "INV101", "SAS121", "ICP101", "MT1401", "MT2401", "MT2101"),
  seed: fc.integer({ min: 0, max: 0x7fffffff }),
  rows: fc.integer({ min: 1, max: 12 }),
  namespace: fc.constantFrom<GenerateOptions["namespace"]>("default", "prefixed", "none"),
  wrapped: fc.boolean(),
  encoding: fc.constantFrom<GenerateOptions["encoding"]>("utf-8", "utf-8-bom", "utf-16le", "gb2312"),
  unused: fc.constantFrom<GenerateOptions["unused"]>("absent", "self-closed", "open-close"),
  cdata: fc.boolean(),
  modification: fc.boolean(),
  tailFirst: fc.boolean(),
  lineEnd: fc.constantFrom<GenerateOptions["lineEnd"]>("\n", "\r\n", ""),
  pdfs: fc.integer({ min: 0, max: 3 }),
});

/** A small generator of numbers (mulberry32): the same seed gives the same document on every machine. */
class Values {
  constructor(private state: number) {}

  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }
  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
  digits(count: number): string {
    return Array.from({ length: count }, () => this.below(10)).join("");
  }
  number(): string {
    return `${this.below(100000)}.${this.digits(1 + this.below(4))}`;
  }
  /** A sum of money: two decimal places at most. */
  amount(): string {
    return `${this.below(100000)}.${this.digits(1 + this.below(2))}`;
  }
  day(): string {
    return `20${20 + this.below(8)}${pad(1 + this.below(12))}${pad(1 + this.below(28))}`;
  }
  time(): string {
    return `${pad(this.below(24))}${pad(this.below(60))}${pad(this.below(60))}`;
  }
  words(): string {
    return Array.from({ length: 1 + this.below(4) }, () => this.one(WORDS)).join(" ");
  }
}

const WORDS = [
  "螺栓",
  "不锈钢",
  "塑料",
  "M6x20",
  "品牌:无",
  "用途|紧固件",
  "steel",
  "parts",
  "（新）",
  "0|0|型号",
  "12mm",
];
const MARKUP = ["<20 mm", "A & B", "x > y", "a<b>c"];

const pad = (value: number): string => String(value).padStart(2, "0");

const DEC_HEAD_TEXT = (
  "ApprNo BillNo ContrNo CutMode DistinatePort FeeCurr FeeMark InsurCurr InsurMark LicenseNo ManualNo NoteS OtherCurr OtherMark " +
  "OwnerCode OwnerName TradeCode TradeMode TradeName TrafMode TrafName TransMode WrapType PreEntryId EdiId Risk EntryType PDate " +
  "PartenerID TgdNo DataSource ChkSurety BillType CopCodeScc OwnerCodeScc AgentCodeScc TradeCoScc CheckFlow TaxAaminMark " +
  "DespPortCode EntyPortCode GoodsPlace BLNo InspOrgCode SpecDeclFlag PurpOrgCode DespDate CmplDschrgDt CorrelationReasonFlag"
).split(" ");
const DEC_LIST_TEXT = (
  "ClassMark DutyMode ExgNo CiqCode DeclGoodsEname OrigPlaceCode Purpose ProdValidDt ProdQgp GoodsAttr Stuff Uncode DangName " +
  "DangPackType DangPackSpec EngManEntCnm NoDangFlag DestCode GoodsSpec GoodsModel GoodsBrand ProduceDate ProdBatchNo CiqName"
).split(" ");

class Writer {
  private readonly prefix: string;

  constructor(
    readonly options: GenerateOptions,
    readonly values: Values,
    readonly identity: GeneratedIdentity,
  ) {
    this.prefix = options.namespace === "prefixed" ? "ns0:" : "";
  }

  element(name: string, inside: string | string[], attributes = ""): string {
    const { lineEnd } = this.options;
    const tag = this.prefix + name;
    const content = Array.isArray(inside)
      ? `${lineEnd}${inside.filter((part) => part !== "").join(lineEnd)}${lineEnd}`
      : inside;
    return `<${tag}${attributes}>${content}</${tag}>`;
  }

  field(name: string, value: string): string {
    return this.element(name, escaped(value));
  }

  /** Text with markup in it, in CDATA when the options say so or the format wants it. */
  free(name: string, cdata = this.options.cdata): string {
    const text = `${this.values.words()}${cdata ? ` ${this.values.one(MARKUP)}` : ""}`;
    return this.element(name, cdata ? `<![CDATA[${text}]]>` : escaped(text));
  }

  unused(name: string): string {
    switch (this.options.unused) {
      case "absent":
        return "";
      case "self-closed":
        return `<${this.prefix}${name}/>`;
      case "open-close":
        return this.element(name, "");
    }
  }

  /** `xmlns` for a root of this namespace; `none` leaves it out. */
  namespace(uri: string): string {
    const { namespace } = this.options;
    if (namespace === "none") return "";
    return namespace === "prefixed" ? ` xmlns:ns0="${uri}"` : ` xmlns="${uri}"`;
  }
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A document of these options; every value is made up. */
export function generateDocument(
  partial: Partial<GenerateOptions> = {},
  identity: GeneratedIdentity = DEMO_IDENTITY,
): GeneratedDocument {
  const options = { ...DEFAULT_OPTIONS, ...partial };
  const w = new Writer(options, new Values(options.seed), identity);
  const attachments: GeneratedDocument["attachments"] = [];
  const { type } = options;
  const manifest = type.startsWith("MT");
  const made = type === "DEC" ? declaration(w, attachments) : manifest ? manifestOf(w) : envelope(w);
  const business = { DEC: "DecCus001", MT1401: "Rmft", MT2401: "Rmft", MT2101: "Mft" }[type as string] ?? "Sas";
  return {
    type,
    business,
    xml: encode(made.body, options.encoding, options.lineEnd),
    xmlName: `${type}_${options.seed}.xml`,
    clientKey: made.key,
    attachments,
  };
}

function declaration(w: Writer, attachments: GeneratedDocument["attachments"]): { body: string; key: string } {
  const { values, options } = w;
  const key = `C${values.day()}${values.digits(7)}`;
  const head = w.element("DecHead", [
    w.unused("SeqNo"),
    w.field("IEFlag", values.one(["I", "E"])),
    w.field("AgentCode", w.identity.customsCode),
    w.field("AgentName", "报关有限公司"),
    w.field("CustomMaster", w.identity.region),
    w.field("GrossWet", values.number()),
    w.field("IEDate", values.day()),
    w.field("NetWt", values.number()),
    w.field("PackNo", values.digits(3)),
    w.field("CopName", "报关有限公司"),
    w.field("CopCode", w.identity.orgCode),
    w.field("InputerName", "张三"),
    w.field("TypistNo", values.digits(8)),
    w.field("DeclTrnRel", "0"),
    w.field("PromiseItmes", "000"),
    w.field("TradeAreaCode", "HKG"),
    w.free("MarkNo"),
    w.field("DeclareName", "李四"),
    ...DEC_HEAD_TEXT.map((name) => w.unused(name)),
  ]);
  const lists = Array.from({ length: options.rows }, (_, index) =>
    w.element("DecList", [
      w.field("CodeTS", values.digits(10)),
      w.field("DeclPrice", values.number()),
      w.free("GModel"),
      w.free("GName"),
      w.field("GNo", String(index + 1)),
      w.field("OriginCountry", "DEU"),
      w.field("TradeCurr", "USD"),
      w.field("DeclTotal", values.number()),
      w.field("GQty", values.number()),
      w.field("FirstQty", values.number()),
      w.field("GUnit", "007"),
      w.field("FirstUnit", "035"),
      w.field("DestinationCountry", "CHN"),
      ...DEC_LIST_TEXT.map((name) => w.unused(name)),
    ]),
  );
  const edocs: string[] = [];
  for (let index = 0; index < options.pdfs; index++) {
    const code = values.one(["00000001", "00000002", "00000004"]);
    const name = `5301${code}IM${values.digits(17)}${index}.pdf`;
    attachments.push({
      name,
      bytes: Buffer.from(`%PDF-1.4\n1 0 obj <</Type /Page>> endobj\n% ${values.digits(20)}\n%%EOF\n`),
    });
    edocs.push(
      w.element("EdocRealation", [
        w.field("EdocID", name),
        w.field("EdocCode", code),
        w.field("EdocFomatType", "US"),
        w.unused("OpNote"),
        w.field("EdocCopId", name),
        w.unused("EdocSize"),
      ]),
    );
  }
  const version = values.one([' Version="4.8"', ' version="3.1"', ' Version="5.0"', ""]);
  const operType = values.one(["A", "C", "E", "G"]);
  const declares = operType === "C";
  const message = w.element(
    "DecMessage",
    [
      head,
      w.element("DecLists", lists),
      w.element(
        "DecContainers",
        w.options.unused === "absent" ? "" : [w.element("Container", [w.unused("ContainerId")])],
      ),
      w.element("DecSign", [
        w.field("OperType", operType),
        // Who only stores need not name the operator.
        declares ? w.field("ICCode", "2100010012345") : w.unused("ICCode"),
        w.unused("CopCode"),
        declares ? w.field("OperName", "张三") : w.unused("OperName"),
        w.field("ClientSeqNo", key),
        w.unused("Sign"),
        w.field("SignDate", values.one([`${values.day()}${values.time()}00`, "2024-01-01 08:00:00"])),
        w.unused("Certificate"),
      ]),
      ...edocs,
    ],
    version + (options.wrapped ? "" : w.namespace("http://www.chinaport.gov.cn/dec")),
  );
  if (!options.wrapped) return { body: message, key };
  const swHead = w.element("SWImpHead", [w.field("MsgType", "SWDEC001"), w.field("FunctionCode", "0")]);
  const body = w.element(
    "ImportMessage",
    [swHead, w.element("SWImpData", [message])],
    // A prefix has to be declared somewhere.
    options.namespace === "prefixed" ? w.namespace("http://www.chinaport.gov.cn/dec") : "",
  );
  return { body, key };
}

function envelope(w: Writer): { body: string; key: string } {
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

function manifestOf(w: Writer): { body: string; key: string } {
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

function encode(body: string, encoding: GenerateOptions["encoding"], lineEnd: string): Buffer {
  const declared = { "utf-8": "UTF-8", "utf-8-bom": "UTF-8", "utf-16le": "UTF-16", gb2312: "GB2312" }[encoding];
  const text = `<?xml version="1.0" encoding="${declared}"?>${lineEnd}${body}`;
  if (encoding === "utf-16le") return Buffer.from(`\ufeff${text}`, "utf16le");
  if (encoding === "gb2312") return toGb2312(text);
  return Buffer.from(encoding === "utf-8-bom" ? `\ufeff${text}` : text);
}

let gb2312: Map<string, number> | undefined;

/** GB2312 by turning the decoder's table round: Node decodes it and does not encode it. */
function toGb2312(text: string): Buffer {
  if (!gb2312) {
    gb2312 = new Map();
    const decoder = new TextDecoder("gb18030");
    for (let high = 0xa1; high <= 0xf7; high++) {
      for (let low = 0xa1; low <= 0xfe; low++) gb2312.set(decoder.decode(Uint8Array.of(high, low)), (high << 8) | low);
    }
  }
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code < 0x80) {
      bytes.push(code);
      continue;
    }
    const pair = gb2312.get(character);
    if (pair === undefined) throw new Error(`not in GB2312: ${character}`);
    bytes.push(pair >> 8, pair & 0xff);
  }
  return Buffer.from(bytes);
}
