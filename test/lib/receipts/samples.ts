import type { ParsedReceipt } from "../../../lib/receipts/index.js";

export interface Sample {
  name: string;
  xml: string;
  expected: Partial<ParsedReceipt>[];
}

const DEC_NS = 'xmlns="http://www.chinaport.gov.cn/dec"';
const HTRES4 = "urn:Declaration:datamodel:standard:CN:HTRES4:1";
const DSIG = "http://www.w3.org/2000/09/xmldsig#";
/** Times in receipts are China's. */
export const china = (text: string) => Date.parse(`${text}+08:00`);

const dec: Sample[] = [
  {
    name: "DecImportResponse accepted, leading zeros",
    xml: `<?xml version="1.0" encoding="UTF-8"?><DecImportResponse ${DEC_NS}><ResponseCode>0</ResponseCode><ErrorMessage>导入成功</ErrorMessage><ClientSeqNo>000000001234567890</ClientSeqNo><SeqNo>000000000000000017</SeqNo></DecImportResponse>`,
    expected: [
      {
        kind: "import",
        format: "DecImportResponse",
        ok: true,
        code: "0",
        text: "导入成功",
        clientKey: "000000001234567890",
        seqNo: "000000000000000017",
        answers: ["DEC"],
      },
    ],
  },
  {
    name: "DecImportResponse as faq 14 prints it",
    xml: `<DecImportResponse ${DEC_NS}>
  <ResponseCode>1</ResponseCode>
  <ErrorMessage>01暂存的业务报文格式数据不正确! For input string:
    ""</ErrorMessage>
  <ClientSeqNo>C2018102723418</ClientSeqNo>
</DecImportResponse>`,
    expected: [
      {
        kind: "import",
        ok: false,
        code: "1",
        text: '01暂存的业务报文格式数据不正确! For input string:\n    ""',
        clientKey: "C2018102723418",
        seqNo: "",
      },
    ],
  },
  {
    name: "DecImportResponse of a transit, prefixed, with only TrnPreId",
    xml: `<d:DecImportResponse xmlns:d="http://www.chinaport.gov.cn/dec"><d:ResponseCode>0</d:ResponseCode><d:ClientSeqNo>12E5</d:ClientSeqNo><d:TrnPreId>T00000000000000001</d:TrnPreId></d:DecImportResponse>`,
    expected: [{ ok: true, clientKey: "12E5", seqNo: "T00000000000000001" }],
  },
  {
    name: "DecImportResponse without a code",
    xml: `<DecImportResponse ${DEC_NS}><ClientSeqNo>A1</ClientSeqNo></DecImportResponse>`,
    expected: [{ ok: false, code: "", clientKey: "A1" }],
  },
  {
    name: "DecImportResponse whose code only begins with 0",
    xml: `<DecImportResponse ${DEC_NS}><ResponseCode>00</ResponseCode></DecImportResponse>`,
    expected: [{ ok: false, code: "00" }],
  },
  {
    name: "DEC_RESULT bare, empty elements",
    xml: `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><DEC_RESULT><CUS_CIQ_NO>I20240000000000001</CUS_CIQ_NO><ENTRY_ID>000020241000000001</ENTRY_ID><NOTICE_DATE>2024-05-06T07:08:09</NOTICE_DATE><CHANNEL>R</CHANNEL><NOTE/><CUSTOM_MASTER>5300</CUSTOM_MASTER><I_E_DATE/><D_DATE/></DEC_RESULT>`,
    expected: [
      {
        kind: "business",
        format: "DEC_RESULT",
        ok: true,
        code: "R",
        statusCode: "R",
        statusText: "结关",
        clientKey: "",
        seqNo: "I20240000000000001",
        customsNo: "000020241000000001",
        at: china("2024-05-06T07:08:09"),
      },
    ],
  },
  {
    name: "DEC_DATA around DEC_RESULT, SEQ_NO, text in RESULT_INFO",
    xml: `<DEC_DATA><DEC_RESULT><SEQ_NO>000000000000000042</SEQ_NO><CLIENTSEQ_NO>OWN 1</CLIENTSEQ_NO><NOTICE_DATE>2018-10-27 10:11:12</NOTICE_DATE><CHANNEL>E</CHANNEL></DEC_RESULT><RESULT_INFO>商品编码有误</RESULT_INFO></DEC_DATA>`,
    expected: [
      {
        ok: false,
        code: "E",
        statusText: "退单 / 不受理",
        text: "商品编码有误",
        clientKey: "OWN 1",
        seqNo: "000000000000000042",
        at: china("2018-10-27T10:11:12"),
      },
    ],
  },
  {
    name: "DEC_DATA with two results",
    xml: `<DEC_DATA><DEC_RESULT><CUS_CIQ_NO>A00000000000000001</CUS_CIQ_NO><CHANNEL>L</CHANNEL></DEC_RESULT><DEC_RESULT><CUS_CIQ_NO>A00000000000000002</CUS_CIQ_NO><CHANNEL>C</CHANNEL></DEC_RESULT></DEC_DATA>`,
    expected: [
      { seqNo: "A00000000000000001", ok: true, code: "L" },
      { seqNo: "A00000000000000002", ok: true, code: "C", statusText: "查验通知" },
    ],
  },
  {
    name: "DEC_DATA without a result",
    xml: "<DEC_DATA><RESULT_INFO>x</RESULT_INFO></DEC_DATA>",
    expected: [{ ok: false, code: "", text: "x" }],
  },
  {
    name: "DEC receipt in camel case (draft of 2018)",
    xml: `<result><cusCiqNo>I20180000000000009</cusCiqNo><noticeDate>20181027101112</noticeDate><channel>P</channel><note>放行</note><entryId>000020181000000009</entryId><dDate>20181026</dDate></result>`,
    expected: [
      {
        format: "DEC_RESULT",
        ok: true,
        code: "P",
        seqNo: "I20180000000000009",
        customsNo: "000020181000000009",
        at: china("2018-10-27T10:11:12"),
      },
    ],
  },
  {
    name: "DEC_RESULT with a code that no table has",
    xml: "<DEC_RESULT><CUS_CIQ_NO>I20240000000000001</CUS_CIQ_NO><CHANNEL>@</CHANNEL></DEC_RESULT>",
    expected: [{ ok: false, code: "@", statusCode: "@", statusText: "" }],
  },
  {
    name: "TRN_RESULT",
    xml: `<TRN_RESULT><CUS_CIQ_NO>I20240000000000001</CUS_CIQ_NO><SP_TRN_SEQ_NO>T20240000000000001</SP_TRN_SEQ_NO><TRANS_DCL_NO>5300240000000001</TRANS_DCL_NO><RESULT_NTC_DATE>2024-01-02 03:04:05</RESULT_NTC_DATE><PROC_RESULT>1</PROC_RESULT><NOTE>转关审核</NOTE></TRN_RESULT>`,
    expected: [
      {
        format: "TRN_RESULT",
        kind: "business",
        ok: false,
        code: "1",
        text: "转关审核; TRANS_DCL_NO=5300240000000001",
        seqNo: "I20240000000000001",
        customsNo: "",
      },
    ],
  },
  {
    name: "change or cancellation request",
    xml: "<Package><SignedData><Data><HzApprovalResult><DestResourceId>R00000000000000001</DestResourceId><FeedbackResults>1</FeedbackResults><ResultNote>同意</ResultNote></HzApprovalResult></Data></SignedData></Package>",
    expected: [{ format: "HzApprovalResult", kind: "business", seqNo: "R00000000000000001", text: "同意" }],
  },
];

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

const envelope = (type: string, body: string, root = "Package", ns = "", place = "BussinessData") =>
  `<${root}${ns}><EnvelopInfo><version>1.0</version><message_id>m1</message_id><file_name>original.INV</file_name><message_type>${type}</message_type><sender_id>CUS0000</sender_id><receiver_id>DXPESWDEMO0001</receiver_id><send_time>2024-01-02T03:04:05</send_time></EnvelopInfo><DataInfo><PocketInfo><pocket_id>p</pocket_id><is_unstructured/></PocketInfo><${place}>${body}</${place}></DataInfo></${root}>`;
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
        ok: true,
        code: "1",
        statusCode: "1",
        statusText: "审核通过",
        text: "通过",
        clientKey: "27879-A",
        seqNo: "202400000000000012",
        customsNo: "QD5300240000000001",
        answers: ["INV101"],
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
    expected: [{ ok: true, code: "2", statusText: "转人工审核", seqNo: "202400000000000012" }],
  },
  {
    name: "INV201 whose envelope alone says what it is",
    xml: "<Package><EnvelopInfo><message_type>INV201</message_type></EnvelopInfo><DataInfo/></Package>",
    expected: [{ format: "INV201", ok: false, code: "", seqNo: "" }],
  },
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
    expected: [{ ok: true, seqNo: "202400000000000012", clientKey: "", answers: ["INV101"] }],
  },
  {
    name: "SAS200 by an own number",
    xml: stored("SAS200", "own-77", "2"),
    expected: [{ ok: false, code: "2", seqNo: "", clientKey: "own-77" }],
  },
  {
    name: "EMS200",
    xml: stored("EMS200", "E20240000000000001", "1"),
    expected: [{ format: "EMS200", ok: true, seqNo: "E20240000000000001", customsNo: "B1" }],
  },
];

const gatePasses: Sample[] = [
  ...["SAS221", "SAS223", "SAS224"].map((type) => ({ type, head: "SasPassportBsc" })),
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

const road: Sample[] = [
  {
    name: "EXP302",
    xml: envelope(
      "EXP302",
      "<EXP302><EntryHead><PreEntryId>I20240000000000001</PreEntryId><OpType>ADD</OpType><BillNo>BL 1</BillNo><EntryId>000020241000000001</EntryId><OpTime>20240506070809123</OpTime><OpResult>D0</OpResult><Notes>放行</Notes></EntryHead></EXP302>",
      "Package",
      "",
      "X",
    )
      .replace("<X>", "<SignedData><Data>")
      .replace("</X>", "</Data><HashSign/><SignerInfo/></SignedData>"),
    expected: [
      {
        format: "EXP302",
        ok: true,
        code: "D0",
        seqNo: "I20240000000000001",
        customsNo: "000020241000000001",
        otherKeys: ["BL 1"],
        at: china("2024-05-06T07:08:09.123"),
      },
    ],
  },
  {
    name: "EXP312 by the names of its neighbours",
    xml: envelope(
      "EXP312",
      "<EXP312><Head><MessageID>CN_MT1401_1</MessageID></Head><R><OpResult>01</OpResult><Notes>接受</Notes></R></EXP312>",
    ),
    expected: [{ format: "EXP312", ok: true, code: "01", clientKey: "CN_MT1401_1", text: "接受" }],
  },
];

const response = (prefix: string, code: string, text: string) =>
  `<${prefix}Response><${prefix}AdditionalInformation><${prefix}StatementCode>${code}</${prefix}StatementCode><${prefix}StatementDescription>${text}</${prefix}StatementDescription></${prefix}AdditionalInformation></${prefix}Response>`;
const manifests: Sample[] = [
  {
    name: "HTRES4 as faq 16 prints it: everything in Head empty",
    xml: `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Manifest xmlns:ns2="${HTRES4}"><ns2:Head><ns2:MessageID></ns2:MessageID><ns2:FunctionCode></ns2:FunctionCode><ns2:SenderID></ns2:SenderID><ns2:ReceiverID></ns2:ReceiverID><ns2:SendTime>20181017175931532</ns2:SendTime><ns2:Version></ns2:Version></ns2:Head>${response("ns2:", "-900517", "报文中不存在MessageType端点\n")}</Manifest>`,
    expected: [
      {
        kind: "import",
        format: "HTRES4",
        ok: false,
        code: "-900517",
        text: "报文中不存在MessageType端点",
        clientKey: "",
        at: china("2018-10-17T17:59:31.532"),
      },
    ],
  },
  {
    name: "HTRES4 without any namespace, accepted",
    xml: `<Manifest><Head><MessageID>CN_MT1401_1p0_123_20240101000000000</MessageID></Head>${response("", "0", "成功")}</Manifest>`,
    expected: [{ kind: "import", ok: true, code: "0", clientKey: "CN_MT1401_1p0_123_20240101000000000" }],
  },
  {
    name: "HTRES4 in a default namespace, business code",
    xml: `<Manifest xmlns="${HTRES4}"><Head><MessageID>M1</MessageID></Head>${response("", "03", "退单")}</Manifest>`,
    expected: [{ kind: "business", ok: false, code: "03", statusCode: "03", text: "退单", clientKey: "M1" }],
  },
  {
    name: "HTRES4 with two responses and two statements, the refusal leads",
    xml: `<Manifest><Head><MessageID>M1</MessageID></Head><Response><ID>B1</ID><AdditionalInformation><StatementCode>0</StatementCode></AdditionalInformation><AdditionalInformation><StatementCode>-1</StatementCode><StatementDescription>错误</StatementDescription></AdditionalInformation></Response><Response><ID>B2</ID><AdditionalInformation><StatementCode>11</StatementCode></AdditionalInformation></Response></Manifest>`,
    expected: [
      { kind: "import", ok: false, code: "-1", text: "错误", otherKeys: ["B1"] },
      { kind: "business", ok: true, code: "11", statusText: "提运单放行", otherKeys: ["B2"] },
    ],
  },
  {
    name: "manifest business receipt with Code and Text",
    xml: "<Manifest><Head><MessageID>M1</MessageID></Head><Response><JourneyID>V1</JourneyID><Status><Code>01</Code><Text>接受</Text></Status></Response></Manifest>",
    expected: [{ kind: "business", ok: true, code: "01", text: "接受", otherKeys: ["V1"] }],
  },
];

const guid = "4CDE1CFD-EDED-46B1-946C-B8022E42FC94";
const own = "AAAAAAAA-0000-4000-8000-000000000001";
const ceb: Sample[] = [
  {
    name: "CEB622 prefixed, two returns for two inventories",
    xml: `<?xml version="1.0" encoding="UTF-8"?><ceb:CEB622Message xmlns:ceb="http://www.chinaport.gov.cn/ceb" guid="${guid}" version="1.0"><ceb:InventoryReturn><ceb:guid>${own}</ceb:guid><ceb:copNo>C1</ceb:copNo><ceb:preNo>000000000000000001</ceb:preNo><ceb:invtNo>530020240000000001</ceb:invtNo><ceb:returnStatus>800</ceb:returnStatus><ceb:returnTime>20240506070809123</ceb:returnTime><ceb:returnInfo>放行</ceb:returnInfo></ceb:InventoryReturn><ceb:InventoryReturn><ceb:copNo>C2</ceb:copNo><ceb:returnStatus>100</ceb:returnStatus><ceb:returnInfo>退单</ceb:returnInfo></ceb:InventoryReturn></ceb:CEB622Message>`,
    expected: [
      {
        kind: "business",
        format: "CEB622Message",
        ok: true,
        code: "800",
        statusText: "放行",
        clientKey: guid,
        otherKeys: [own, "C1"],
        seqNo: "000000000000000001",
        customsNo: "530020240000000001",
        at: china("2024-05-06T07:08:09.123"),
      },
      { kind: "business", ok: false, code: "100", otherKeys: ["C2"] },
    ],
  },
  {
    name: "CEB312 in the default namespace, taken",
    xml: `<CEB312Message xmlns="http://www.chinaport.gov.cn/ceb" guid="${guid}" version="1.0"><OrderReturn><guid>${guid}</guid><orderNo>O1</orderNo><returnStatus>2</returnStatus><returnInfo/></OrderReturn></CEB312Message>`,
    expected: [{ kind: "import", ok: true, code: "2", otherKeys: ["O1"] }],
  },
  {
    name: "CEB412 with a negative status",
    xml: `<CEB412Message guid="${guid}"><PaymentReturn><payTransactionId>0012E5</payTransactionId><returnStatus>-304001</returnStatus><returnInfo>签名错误</returnInfo></PaymentReturn></CEB412Message>`,
    expected: [{ kind: "import", ok: false, code: "-304001", statusText: "处理异常", otherKeys: ["0012E5"] }],
  },
  ...[
    "214",
    "216",
    "304",
    "404",
    "506",
    "508",
    "510",
    "512",
    "514",
    "604",
    "606",
    "608",
    "624",
    "626",
    "702",
    "712",
  ].map((number) => ({
    name: `CEB${number}`,
    xml: `<ceb:CEB${number}Message xmlns:ceb="http://www.chinaport.gov.cn/ceb" guid="${guid}"><ceb:AnyReturn><ceb:guid>${own}</ceb:guid><ceb:returnStatus>120</ceb:returnStatus></ceb:AnyReturn></ceb:CEB${number}Message>`,
    expected: [
      { kind: "business" as const, format: `CEB${number}Message`, ok: true, statusText: "海关入库", otherKeys: [own] },
    ],
  })),
  {
    name: "CEB900 format error",
    xml: `<CEB900Message guid="${guid}"><MessageReturn><guid>${own}</guid><returnStatus>-1</returnStatus><returnInfo>格式错误</returnInfo><oriCopMsgId>MSG-1</oriCopMsgId><oriMessageType>CEB311Message</oriMessageType></MessageReturn></CEB900Message>`,
    expected: [
      { kind: "import", ok: false, otherKeys: [own, "MSG-1"], answers: ["CEB311Message", "CEB311"], text: "格式错误" },
    ],
  },
  {
    name: "CEB816 tax document",
    xml: `<CEB816Message guid="${guid}"><Tax><TaxHeadRd><guid>${own}</guid><invtNo>530020240000000001</invtNo><taxNo>T1</taxNo><note>n</note></TaxHeadRd><TaxListRd/></Tax></CEB816Message>`,
    expected: [{ kind: "business", ok: true, customsNo: "530020240000000001", text: "n; taxNo=T1" }],
  },
  {
    name: "CEB818 void",
    xml: `<CEB818Message guid="${guid}"><Tax><TaxHeadStatus><invtNo>I1</invtNo><status>3</status></TaxHeadStatus></Tax></CEB818Message>`,
    expected: [{ format: "CEB818Message", ok: true, code: "3", statusText: "税单作废" }],
  },
  {
    name: "CEB792 summary result",
    xml: `<CEB792Message guid="${guid}"><SummaryResult><SummaryResultHead><sumNo>S1</sumNo><entryId>000020241000000001</entryId></SummaryResultHead></SummaryResult></CEB792Message>`,
    expected: [{ kind: "business", ok: true, customsNo: "S1", text: "entryId=000020241000000001" }],
  },
];

const others: Sample[] = [
  {
    name: "DxpRep",
    xml: `<DxpRep xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0"><RecevierId>DXPESW1</RecevierId><Response><ResponseCode>E1</ResponseCode><ResponseInfo>失败</ResponseInfo><Results><Result><RecId>x</RecId><Code>E2</Code><Info>无此用户</Info></Result></Results><OriHead><CopMsgId>MSG-1</CopMsgId></OriHead></Response></DxpRep>`,
    expected: [{ kind: "business", ok: false, code: "E1", text: "失败; E2 无此用户", clientKey: "MSG-1" }],
  },
  {
    name: "COO Receipt received",
    xml: `<Receipt xmlns="${DSIG}"><CertNo>C240000000000000001</CertNo><ReceiveTime>2024-01-02 03:04:05</ReceiveTime><Channel>1</Channel><Note>ok</Note></Receipt>`,
    expected: [{ kind: "import", format: "Receipt", ok: true, code: "1", clientKey: "C240000000000000001" }],
  },
  {
    name: "COO Receipt not received",
    xml: `<Receipt xmlns="${DSIG}"><CertNo>C1</CertNo><Channel>2</Channel><Note>重复</Note></Receipt>`,
    expected: [{ kind: "import", ok: false, code: "2", text: "重复" }],
  },
  {
    name: "COO Receipt, approved: RepType is the status",
    xml: `<Receipt xmlns="${DSIG}"><CertNo>C1</CertNo><Channel>6</Channel><CusRespData><RepType>5</RepType><RspGenTime>2024-01-02 03:04:05</RspGenTime></CusRespData></Receipt>`,
    expected: [
      {
        kind: "business",
        ok: true,
        code: "6",
        statusCode: "5",
        statusText: "审核通过",
        at: china("2024-01-02T03:04:05"),
      },
    ],
  },
  {
    name: "COO Receipt, failed: RepType 1 is not Channel 1",
    xml: `<Receipt xmlns="${DSIG}"><CertNo>C1</CertNo><Channel>6</Channel><CusRespData><RepType>1</RepType><RepAddMsg>缺发票</RepAddMsg></CusRespData></Receipt>`,
    expected: [{ kind: "business", ok: false, statusCode: "1", statusText: "证书申请失败", text: "缺发票" }],
  },
  ...(["1", "2", "3", "4"] as const).map((code) => ({
    name: `FileRet ${code}`,
    xml: `<FileRet><CertNo>C1</CertNo><RetType>${code}</RetType><Note>n</Note></FileRet>`,
    expected: [{ kind: "import" as const, format: "FileRet", ok: code === "1" || code === "3", code, clientKey: "C1" }],
  })),
  {
    name: "ImportAgrResponse 0",
    xml: "<ImportAgrResponse><ResponseInfo><ResponseCode>0</ResponseCode><ResponseMessage>成功</ResponseMessage></ResponseInfo><ConsignNo>A1</ConsignNo></ImportAgrResponse>",
    expected: [{ kind: "import", ok: true, customsNo: "A1", text: "成功" }],
  },
  {
    name: "ImportAgrResponse 1 with a number",
    xml: "<ImportAgrResponse><ResponseInfo><ResponseCode>1</ResponseCode></ResponseInfo><ConsignNo>A1</ConsignNo><CopCusCode>4403960000</CopCusCode></ImportAgrResponse>",
    expected: [{ ok: true, code: "1", clientKey: "4403960000" }],
  },
  {
    name: "ImportAgrResponse 1 without a number",
    xml: "<ImportAgrResponse><ResponseInfo><ResponseCode>1</ResponseCode><ResponseMessage>失败</ResponseMessage></ResponseInfo></ImportAgrResponse>",
    expected: [{ ok: false, code: "1", text: "失败" }],
  },
  {
    name: "ACD002",
    xml: `<Signature xmlns="${DSIG}"><Object>${envelope("ACD002", "<ACD002><CONSIGN_NO>A1</CONSIGN_NO><OP_TYPE>1</OP_TYPE><OP_TIME>20240506070809</OP_TIME><PROC_RESULT>S</PROC_RESULT><PROC_DESC>ok</PROC_DESC></ACD002>", "Package", "", "X").replace("<X>", "<SignedData><Data>").replace("</X>", "</Data></SignedData>")}</Object></Signature>`,
    expected: [
      { format: "ACD002", ok: true, code: "S", customsNo: "A1", text: "ok", at: china("2024-05-06T07:08:09") },
    ],
  },
  {
    name: "local Root as faq 10 prints it",
    xml: `<?xml version="1.0" encoding="utf-8" ?>\n<Root>\n  <resultFlag>0</resultFlag>\n  <failCode>C141</failCode>\n  <failInfo>["错误: 等待响应超时!"]</failInfo>\n  <retData />\n</Root>`,
    expected: [{ kind: "local", format: "Root", ok: false, code: "C141", text: "错误: 等待响应超时!", answers: [] }],
  },
  {
    name: "local Root as faq 13 prints it, list over several lines",
    xml: `<?xml version="1.0" encoding="utf-8"?>\n<Root>\n  <resultFlag>0</resultFlag>\n  <failCode>C134</failCode>\n  <failInfo>[\n    "[智能卡应用模块]输入口令错误，还可以重试一次:错误码=51571",\n    "Err:Custom51571"\n  ]</failInfo>\n  <retData></retData>\n</Root>`,
    expected: [{ code: "C134", text: "[智能卡应用模块]输入口令错误，还可以重试一次:错误码=51571; Err:Custom51571" }],
  },
  {
    name: "local Root spelled FailInfo, with a connection string",
    xml: "<Root><resultFlag>0</resultFlag><failCode>C18</failCode><FailInfo>连接:amqp://U_SW1:geheim@rmq.chinaport.gov.cn:5671 错误：操作已超时。</FailInfo></Root>",
    expected: [{ code: "C18", text: "连接:amqp://U_SW1:***@rmq.chinaport.gov.cn:5671 错误：操作已超时。" }],
  },
];

/** Every shape of formats/README.md, "Sample shapes: receipts", and what the FAQ prints. */
export const SAMPLES: readonly Sample[] = [
  ...dec,
  ...common,
  ...inv,
  ...gatePasses,
  ...road,
  ...manifests,
  ...ceb,
  ...others,
];
