import { china, envelope, type Sample } from "./sample.js";

const HTRES4 = "urn:Declaration:datamodel:standard:CN:HTRES4:1";

/** The package of 快件, whose data lie in SignedData. */
const signed = (type: string, body: string) =>
  envelope(type, `<${type}>${body}</${type}>`, "Package", ` xmlns="http://www.chinaport.gov.cn/exp"`, "X")
    .replace("<X>", "<SignedData><Data>")
    .replace("</X>", "</Data><HashSign/><SignerInfo/></SignedData>");

const express: Sample[] = [
  {
    name: "EXP302",
    xml: signed(
      "EXP302",
      "<EntryHead><PreEntryId>I20240000000000001</PreEntryId><OpType>ADD</OpType><BillNo>BL 1</BillNo><EntryId>000020241000000001</EntryId><OpTime>20240506070809123</OpTime><OpResult>D0</OpResult><Notes>放行</Notes></EntryHead>",
    ),
    expected: [
      {
        kind: "import",
        format: "EXP302",
        ok: true,
        code: "D0",
        statusText: "中心入库成功",
        seqNo: "I20240000000000001",
        customsNo: "000020241000000001",
        otherKeys: ["BL 1"],
        at: china("2024-05-06T07:08:09.123"),
      },
    ],
  },
  {
    name: "EXP302, inspection, time with a zone",
    xml: signed(
      "EXP302",
      "<EntryHead><PreEntryId>I1</PreEntryId><OpTime>20240506070809+08</OpTime><OpResult>05</OpResult><Notes/></EntryHead>",
    ),
    expected: [{ kind: "business", outcome: "notice", statusText: "查验", at: china("2024-05-06T07:08:09") }],
  },
  {
    name: "EXP308",
    xml: signed(
      "EXP308",
      "<AgentCode>A1</AgentCode><TradeCode>T1</TradeCode><BeginDate>20240101</BeginDate><EndDate>20241231</EndDate><OpTime>20240506070809</OpTime><OpResult>1</OpResult><Notes>不符</Notes>",
    ),
    expected: [
      {
        kind: "business",
        outcome: "refused",
        statusText: "海关审批不通过",
        text: "不符; A1 T1 20240101 20241231",
        clientKey: "",
        at: china("2024-05-06T07:08:09"),
      },
    ],
  },
  {
    name: "EXP312: the manifest, and each house bill",
    xml: signed(
      "EXP312",
      "<ExpMftHead><BillNo>M1</BillNo><VoyageNo>V1</VoyageNo><EntryDate>2024-05-06T07:08:09</EntryDate><RtnFlag>DY</RtnFlag><Notes/></ExpMftHead><ExpMftList><BillNo>M1</BillNo><AssBillNo>H1</AssBillNo><EntryDate>2024-05-06T07:08:10</EntryDate><RtnFlag>NY</RtnFlag><Notes/></ExpMftList><ExpMftList><BillNo>M1</BillNo><AssBillNo>H2</AssBillNo><EntryDate>2024-05-06T07:08:10</EntryDate><RtnFlag>NN</RtnFlag><Notes>编码错误</Notes></ExpMftList>",
    ),
    expected: [
      { kind: "import", format: "EXP312", outcome: "good", code: "DY", clientKey: "M1", part: "", answers: [] },
      { kind: "business", outcome: "good", statusText: "海关入库成功", clientKey: "M1", otherKeys: ["H1"], part: "H1" },
      { kind: "business", outcome: "refused", code: "NN", text: "编码错误", otherKeys: ["H2"], part: "H2" },
    ],
  },
  ...(
    [
      ["EXP304", "<EntryHead><PreEntryId>I1</PreEntryId><EntryId>E1</EntryId></EntryHead>", ""],
      ["EXP306", "<DutyFormHead><OpType>1</OpType></DutyFormHead><EntryList><EntryId>E1</EntryId></EntryList>", ""],
      [
        "EXP310",
        "<EntryDuty><EntryId>E1</EntryId><RealDuty>12.5000</RealDuty><RealTax>0.0000</RealTax></EntryDuty>",
        "RealDuty=12.5000",
      ],
      ["EXP311", "<ExpMftHead><BillNo>M1</BillNo></ExpMftHead>", ""],
    ] as const
  ).map(([type, body, text]) => ({
    name: `${type}, data without a result`,
    xml: signed(type, body),
    expected: [
      {
        format: type,
        outcome: "good" as const,
        code: "",
        customsNo: type === "EXP311" ? "" : "E1",
        statusText: "",
        text,
      },
    ],
  })),
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
    name: "HTRES4 with two responses and two statements, the one that is not good leads",
    xml: `<Manifest><Head><MessageID>M1</MessageID></Head><Response><ID>B1</ID><AdditionalInformation><StatementCode>0</StatementCode></AdditionalInformation><AdditionalInformation><StatementCode>-1</StatementCode><StatementDescription>错误</StatementDescription></AdditionalInformation></Response><Response><ID>B2</ID><AdditionalInformation><StatementCode>11</StatementCode></AdditionalInformation></Response></Manifest>`,
    expected: [
      { kind: "business", outcome: "unknown", ok: false, code: "-1", text: "错误", otherKeys: ["B1"] },
      { kind: "business", outcome: "good", code: "11", statusText: "海关放行", otherKeys: ["B2"] },
    ],
  },
  ...(
    [
      ["T", "import", "notice", "暂存"],
      ["D", "import", "good", "申报成功"],
      ["E1", "import", "good", "数据中心入库成功"],
      ["E2", "import", "refused", "数据中心入库失败"],
      ["E3", "business", "good", "发往海关成功"],
      ["E4", "business", "refused", "发往海关失败"],
      ["M1", "business", "notice", "手机暂存"],
      ["M2", "business", "notice", "手机提交"],
      ["M3", "business", "notice", "QP 端退回手机端"],
      ["E9", "business", "unknown", "未知代码 E9"],
      ["-900999", "business", "unknown", "未知代码 -900999"],
    ] as const
  ).map(([code, kind, outcome, statusText]) => ({
    name: `manifest receipt with ${code}`,
    xml: `<Manifest><Head xmlns="${HTRES4}"><MessageID>M1</MessageID></Head><Response xmlns="${HTRES4}"><AdditionalInformation><StatementCode>${code}</StatementCode></AdditionalInformation></Response></Manifest>`,
    expected: [{ kind, format: "HTRES4", outcome, statusCode: code, statusText, clientKey: "M1", part: "" }],
  })),
  {
    name: "MT9999 about two bills, one with a house bill, and about the whole",
    xml: `<Manifest xmlns="urn:Declaration:datamodel:standard:CN:MT9999:1"><Head><MessageID>M1</MessageID><MessageType>MT9999</MessageType></Head><Response><AdditionalInformation><StatementCode>E3</StatementCode></AdditionalInformation><Consignment><TransportContractDocument><ID>B1</ID></TransportContractDocument><AssociatedTransportDocument><ID>N/A</ID></AssociatedTransportDocument><ResponseType><Code>01</Code><Text>传输成功</Text></ResponseType></Consignment><Consignment><TransportContractDocument><ID>B1</ID></TransportContractDocument><AssociatedTransportDocument><ID>H1</ID></AssociatedTransportDocument><ResponseType><Code>03</Code><Text>收货人编码错误</Text></ResponseType></Consignment></Response></Manifest>`,
    expected: [
      { format: "MT9999", outcome: "good", statusText: "发往海关成功", part: "" },
      { kind: "business", outcome: "good", code: "01", text: "传输成功", otherKeys: ["B1"], part: "B1" },
      {
        kind: "business",
        outcome: "refused",
        code: "03",
        text: "收货人编码错误",
        otherKeys: ["B1", "H1"],
        part: "B1/H1",
      },
    ],
  },
  {
    name: "a manifest receipt of another type is one of the family",
    xml: `<Manifest xmlns="urn:Declaration:datamodel:standard:CN:MT8104:1"><Head><MessageID>M1</MessageID></Head><Response><AdditionalInformation><StatementCode>11</StatementCode></AdditionalInformation></Response></Manifest>`,
    expected: [{ format: "MT8104", outcome: "good", statusText: "海关放行", clientKey: "M1" }],
  },
  {
    name: "manifest receipt without a result",
    xml: "<Manifest><Head><MessageID>M1</MessageID></Head><Response/></Manifest>",
    expected: [{ kind: "business", outcome: "unknown", code: "", clientKey: "M1" }],
  },
  {
    name: "PlatImpRet with nothing in it",
    xml: "<PlatImpRet><RetHead><CopMsgId>M1</CopMsgId><RetCode>9</RetCode></RetHead><RetBizData/></PlatImpRet>",
    expected: [{ format: "PlatImpRet", outcome: "unknown", clientKey: "M1", text: "RetCode=9" }],
  },
  {
    name: "PlatImpRet around a receipt of another kind",
    xml: "<PlatImpRet><RetHead><CopMsgId>K1</CopMsgId></RetHead><RetBizData><CommonResponeMessage><EtpsPreentNo>OWN</EtpsPreentNo><DealFlag>0</DealFlag></CommonResponeMessage></RetBizData></PlatImpRet>",
    expected: [{ format: "CommonResponseMessage", outcome: "good", clientKey: "K1", otherKeys: ["OWN"] }],
  },
  {
    name: "manifest business receipt with Code and Text",
    xml: "<Manifest><Head><MessageID>M1</MessageID></Head><Response><JourneyID>V1</JourneyID><Status><Code>01</Code><Text>接受</Text></Status></Response></Manifest>",
    expected: [{ kind: "business", ok: true, code: "01", text: "接受", otherKeys: ["V1"] }],
  },
];

export const manifestSamples: Sample[] = [...express, ...manifests];
