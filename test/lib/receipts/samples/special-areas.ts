import { china, DSIG, envelope, type Sample } from "./sample.js";

const common: Sample[] = [
  {
    name: "CommonResponeMessage (official spelling) accepted",
    xml: `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><CommonResponeMessage><SeqNo>202400000000000012</SeqNo><EtpsPreentNo>27879-A</EtpsPreentNo><CheckInfo>导入成功</CheckInfo><DealFlag>0</DealFlag></CommonResponeMessage>`,
    expected: [
      {
        kind: "import",
        format: "CommonResponseMessage",
        ok: true,
        code: "0",
        clientKey: "27879-A",
        seqNo: "202400000000000012",
      },
    ],
  },
  {
    name: "CommonResponseMessage as faq 18 prints it, empty SeqNo",
    xml: `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<CommonResponseMessage><SeqNo/><EtpsPreentNo>4RJ-8A001314131</EtpsPreentNo><CheckInfo>系统错误[数据库操作失败]</CheckInfo><DealFlag>-1</DealFlag></CommonResponseMessage>`,
    expected: [
      {
        format: "CommonResponseMessage",
        ok: false,
        code: "-1",
        text: "系统错误[数据库操作失败]",
        clientKey: "4RJ-8A001314131",
        seqNo: "",
      },
    ],
  },
  {
    name: "CommonResponeMessage without SeqNo, CDATA and entities",
    xml: `<CommonResponeMessage><EtpsPreentNo>A&amp;B&#x4E00;<![CDATA[<1>]]></EtpsPreentNo><CheckInfo><![CDATA[a  <b> & "c"]]></CheckInfo><DealFlag>-1</DealFlag></CommonResponeMessage>`,
    expected: [{ ok: false, clientKey: "A&B一<1>", text: 'a  <b> & "c"', seqNo: "" }],
  },
  ...["1", "-2", "00", ""].map((code) => ({
    name: `CommonResponeMessage with DealFlag "${code}"`,
    xml: `<CommonResponeMessage><EtpsPreentNo>A</EtpsPreentNo><DealFlag>${code}</DealFlag></CommonResponeMessage>`,
    expected: [{ kind: "import" as const, ok: false, code }],
  })),
];

const approval = (seqNo: string, customsNo: string, result: string, rmk = "") =>
  `<HdeApprResult><etpsPreentNo>${seqNo}</etpsPreentNo><businessId>${customsNo}</businessId><tmsCnt>0</tmsCnt><typecd>1</typecd><manageResult>${result}</manageResult><manageDate>2024-02-03 04:05:06</manageDate><rmk>${rmk}</rmk></HdeApprResult>`;
const stored = (type: string, number: string, result: string) =>
  envelope(
    type,
    `<${type}><MsgReceResult><resutType>4</resutType><etpsPreentNo>${number}</etpsPreentNo><curPocketNo>1</curPocketNo><bizNo>B1</bizNo><manageResult>${result}</manageResult><manageDate>2024-02-03</manageDate><rmk>r</rmk></MsgReceResult></${type}>`,
  );
const pass = (head: string) =>
  `<${head}><passportNo>P53002400000000000000001</passportNo><sasPassportPreentNo>202400000000000077</sasPassportPreentNo><rltNo>QD1\\QD2</rltNo></${head}>`;

const invt = `<BondInvtBsc><bondInvtNo>QD5300240000000001</bondInvtNo><invtPreentNo>202400000000000012</invtPreentNo><etpsInnerInvtNo>27879-A</etpsInnerInvtNo><vrfdedMarkcd>2</vrfdedMarkcd></BondInvtBsc>`;
const inv: Sample[] = [
  {
    name: "INV201 in the xmldsig namespace: etpsPreentNo is the 18-digit number",
    xml: envelope(
      "INV201",
      `<INV201>${approval("202400000000000012", "QD5300240000000001", "1", "通过")}${invt}<BondInvtDt><gdsSeqno>1</gdsSeqno></BondInvtDt></INV201>`,
      "Package",
      ` xmlns="${DSIG}"`,
    ),
    expected: [
      {
        kind: "business",
        format: "INV201",
        outcome: "good",
        ok: true,
        code: "1",
        statusCode: "1",
        statusText: "审核通过（已核扣）",
        text: "通过",
        clientKey: "27879-A",
        seqNo: "202400000000000012",
        customsNo: "QD5300240000000001",
        answers: ["INV101", "NPTS301", "NEMS301"],
        at: china("2024-02-03T04:05:06"),
      },
    ],
  },
  {
    name: "INV201 prefixed, rejected, check notes, no head",
    xml: envelope(
      "INV201",
      `<INV201>${approval("202400000000000013", "", "3")}<CheckInfo><note>账册余量不足</note></CheckInfo><CheckInfo><note>编码不符</note></CheckInfo></INV201>`,
    )
      .replace(/<(\/?)([A-Za-z])/g, "<$1ns2:$2")
      .replace("<ns2:Package", `<ns2:Package xmlns:ns2="${DSIG}"`),
    expected: [
      {
        ok: false,
        code: "3",
        text: "账册余量不足; 编码不符",
        clientKey: "",
        seqNo: "202400000000000013",
        customsNo: "",
      },
    ],
  },
  {
    name: "INV201 inside Signature/Object",
    xml: `<Signature xmlns="${DSIG}"><Object Id="String">${envelope("INV201", `<INV201>${approval("202400000000000012", "QD1", "2")}</INV201>`)}</Object></Signature>`,
    expected: [{ outcome: "notice", ok: true, code: "2", statusText: "转人工审核", seqNo: "202400000000000012" }],
  },
  {
    name: "INV201 whose envelope alone says what it is",
    xml: "<Package><EnvelopInfo><message_type>INV201</message_type></EnvelopInfo><DataInfo/></Package>",
    expected: [
      { format: "INV201", outcome: "unknown", ok: false, code: "", statusText: "回执没有结果代码", seqNo: "" },
    ],
  },
  ...(
    [
      ["2", "1", "变更申请：审核通过（已核扣）", "good"],
      ["3", "1", "作废申请：审核通过", "good"],
      ["3", "3", "作废申请：退单", "refused"],
      ["3", "8", "未知代码 8", "unknown"],
    ] as const
  ).map(([typecd, result, statusText, outcome]) => ({
    name: `INV201 of typecd ${typecd} with result ${result}`,
    xml: envelope(
      "INV201",
      `<INV201>${approval("202400000000000012", "QD1", result).replace("<typecd>1<", `<typecd>${typecd}<`)}</INV201>`,
    ),
    expected: [{ outcome, statusCode: result, statusText }],
  })),
  {
    name: "INV202 generated; the declaration's number is no key",
    xml: envelope(
      "INV202",
      "<INV202><InvApprResult><invPreentNo>202400000000000012</invPreentNo><businessId>QD5300240000000001</businessId><entrySeqNo>I20240000000000055</entrySeqNo><manageResult>1</manageResult><createDate>2024-02-03 04:05:06</createDate><reason/></InvApprResult></INV202>",
    ),
    expected: [
      {
        ok: true,
        code: "1",
        seqNo: "202400000000000012",
        customsNo: "QD5300240000000001",
        text: "entrySeqNo=I20240000000000055",
      },
    ],
  },
  {
    name: "INV202 failed",
    xml: envelope(
      "INV202",
      "<INV202><InvApprResult><invPreentNo>202400000000000012</invPreentNo><manageResult>2</manageResult><reason>无报关员</reason></InvApprResult></INV202>",
    ),
    expected: [{ ok: false, code: "2", text: "无报关员" }],
  },
  {
    name: "INV211",
    xml: envelope("INV211", `<INV211>${invt}<BwsDt><bwsNo>L1</bwsNo></BwsDt></INV211>`),
    expected: [{ ok: true, code: "2", statusText: "已核扣", clientKey: "27879-A", customsNo: "QD5300240000000001" }],
  },
  {
    name: "INV200 by the 18-digit number",
    xml: stored("INV200", "202400000000000012", "1"),
    expected: [{ ok: true, seqNo: "202400000000000012", clientKey: "", answers: ["INV101", "NPTS301", "NEMS301"] }],
  },
  {
    name: "SAS200 by an own number",
    xml: stored("SAS200", "own-77", "2"),
    expected: [{ ok: false, code: "2", seqNo: "", clientKey: "own-77" }],
  },
  ...["EMS200", "EML200", "BWS200"].map((type) => ({
    name: `${type}, whose resutType says of what the packet is`,
    xml: stored(type, "E20240000000000001", "1"),
    expected: [
      {
        format: type,
        ok: true,
        seqNo: "E20240000000000001",
        customsNo: "B1",
        answers: ["INV101", "NPTS301", "NEMS301"],
      },
    ],
  })),
];

const gatePasses: Sample[] = [
  ...["SAS221", "SAS222", "SAS223", "SAS224"].map((type) => ({ type, head: "SasPassportBsc" })),
  ...["SAS251", "SAS253"].map((type) => ({ type, head: "Sas2stepPassportBsc" })),
].map(({ type, head }) => ({
  name: type,
  xml: envelope(
    type,
    `<${type}>${approval("202400000000000077", "P1", "1")}${pass(head)}<CheckInfo><note>n1</note><note>n2</note></CheckInfo></${type}>`,
  ),
  expected: [
    {
      kind: "business" as const,
      format: type,
      ok: true,
      code: "1",
      statusText: type.endsWith("3") ? "已过卡" : "审核通过",
      text: "n1; n2",
      clientKey: "",
      seqNo: "202400000000000077",
      customsNo: "P53002400000000000000001",
      fileName: "original.INV",
    },
  ],
}));

/** Type, its head, the own number in it (formats/customs-side). The head's numbers are those of the document. */
const HEADS: readonly (readonly [type: string, head: string, seqNo: string, customsNo: string, own?: string])[] = [
  ["SAS201", "SasDclBsc", "sasDclPreentNo", "sasDclNo"],
  ["SAS202", "SasDclBsc", "sasDclPreentNo", "sasDclNo"],
  ["SAS211", "SasStockBsc", "sasStockPreentNo", "sasStockNo"],
  ["SAS212", "SasStockBsc", "sasStockPreentNo", "sasStockNo"],
  ["SAS231", "SasVehicleBsc", "dclPreentNo", ""],
  ["BWS201", "BwsBsc", "etpsPreentNo", "bwsNo"],
  ["CMB201", "SasCmbBsc", "sasCmbPreentNo", "cmbNo"],
  ["EMS201", "EtArcrpBsc", "etpsPreentNo", "etArcrpNo"],
  ["EMS211", "EmsPutrecBsc", "etpsPreentNo", "emsNo"],
  ["EMS212", "EmsUcnsTqcnNtflBsc", "", "putrecNo"],
  ["EMS221", "EmsChgoffBsc", "", "emsNo"],
  ["EMS241", "EmsPutrecBsc", "etpsPreentNo", "emsNo"],
  ["EML211", "EmlPutrecBsc", "etpsPreentNo", "emlNo"],
  ["EML212", "EmlUcnsTqcnNtflBsc", "", "putrecNo"],
  ["EML221", "EmlChgoffBsc", "", "emlNo"],
  ["EML241", "EmlPutrecBsc", "etpsPreentNo", "emlNo"],
  ["BHL201", "RotateDclBsc", "rotateDclPreentNo", "rotateDclNo", "trfinEtpsInnerNo"],
  ["BHL211", "RotateRvsngdBlBsc", "", "rotateRvsngdBlNo", "cnsnEtpsInnerNo"],
  ["BHL241", "RotateDclBsc", "rotateDclPreentNo", "rotateDclNo", "trfoutEtpsInnerNo"],
];

const element = (name: string, text: string) => (name ? `<${name}>${text}</${name}>` : "");

const approvals: Sample[] = HEADS.flatMap(([type, head, seqNo, customsNo, own]) => [
  {
    name: `${type}, rejected, by the approval alone`,
    xml: envelope(type, `<${type}>${approval("202400000000000078", "E53002400001", "3", "余量不足")}</${type}>`),
    expected: [
      {
        kind: "business" as const,
        format: type,
        outcome: "refused" as const,
        ok: false,
        code: "3",
        text: "余量不足",
        clientKey: "",
        seqNo: "202400000000000078",
        customsNo: "E53002400001",
      },
    ],
  },
  {
    name: `${type} with its head, in the spelling of enterprises`,
    xml: envelope(
      type,
      `<${type}>${approval("202400000000000078", "E1", "Y")}<${head}>${element(seqNo, "202400000000000079")}${element(customsNo, "C2")}${element(own ?? "", "OWN-1")}</${head}></${type}>`.replace(
        /<(\/?)([a-z])/g,
        (_, slash: string, letter: string) => `<${slash}${letter.toUpperCase()}`,
      ),
    ),
    expected: [
      {
        format: type,
        outcome: "good" as const,
        statusText: "入库成功",
        clientKey: own ? "OWN-1" : "",
        seqNo: seqNo ? "202400000000000079" : "202400000000000078",
        customsNo: customsNo ? "C2" : "E1",
      },
    ],
  },
]);

/** Data that customs sends over: no result, so no status either. */
const synchronised: Sample[] = (
  [
    ["SAS203", "SasDclBsc", "sasDclPreentNo", "sasDclNo"],
    ["SAS213", "SasStockBsc", "sasStockPreentNo", "sasStockNo"],
    ["EMS301", "EmsPutrecBsc", "etpsPreentNo", "emsNo"],
    ["EML301", "EmlPutrecBsc", "etpsPreentNo", "emlNo"],
    ["BHL301", "RotateDclBsc", "rotateDclPreentNo", "rotateDclNo"],
    ["INV141", "ReceiptDclHead", "etpsPreentNo", "businessId"],
    ["EMS141", "ReceiptDclHead", "etpsPreentNo", "businessId"],
    ["BHL141", "ReceiptDclHead", "etpsPreentNo", "businessId"],
  ] as const
).map(([type, head, seqNo, customsNo]) => ({
  name: `${type}, data without a result`,
  xml: envelope(
    type,
    `<${type}><${head}><${seqNo}>202400000000000078</${seqNo}><${customsNo}>C2</${customsNo}></${head}></${type}>`,
  ),
  expected: [
    {
      kind: "business" as const,
      format: type,
      outcome: "good" as const,
      code: "",
      statusCode: "",
      statusText: "",
      seqNo: "202400000000000078",
      customsNo: "C2",
    },
  ],
}));

/** What no table is known of: by what the family has in common, and nothing is guessed. */
const unlisted: Sample[] = [
  {
    name: "a new type with an approval",
    xml: envelope("BHL251", `<BHL251>${approval("202400000000000012", "B1", "1")}</BHL251>`),
    expected: [
      {
        format: "BHL251",
        outcome: "good",
        statusText: "审核通过",
        seqNo: "202400000000000012",
        customsNo: "B1",
        fileName: "original.INV",
      },
    ],
  },
  {
    name: "a new type with a packet's result",
    xml: stored("CMB200", "202400000000000012", "2"),
    expected: [{ format: "CMB200", outcome: "refused", statusText: "子报文入库失败", seqNo: "202400000000000012" }],
  },
  {
    name: "a new type with a result that nothing explains",
    xml: envelope(
      "EXP399",
      "<EXP399><Any><PreEntryId>I20240000000000001</PreEntryId><OpResult>11</OpResult><Notes>n</Notes></Any></EXP399>",
    ),
    expected: [
      {
        format: "EXP399",
        kind: "business",
        outcome: "unknown",
        ok: false,
        code: "11",
        text: "n",
        seqNo: "I20240000000000001",
      },
    ],
  },
  {
    name: "a type of another form, without anything",
    xml: envelope("NPTSXX", "<X/>"),
    expected: [{ format: "NPTSXX", outcome: "unknown", code: "", statusText: "回执没有结果代码" }],
  },
];

export const specialAreas: Sample[] = [...common, ...inv, ...gatePasses, ...approvals, ...synchronised, ...unlisted];
