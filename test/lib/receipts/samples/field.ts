import { envelope, type Sample } from "./sample.js";

/** Receipts as they come in the field, whole, each of a kind that was once refused or misread. */

const manifest = (type: string, messageId: string, response: string) =>
  `<Manifest xmlns="urn:Declaration:datamodel:standard:CN:${type}:1"><Head><MessageID>${messageId}</MessageID><FunctionCode>3</FunctionCode><MessageType>${type}</MessageType><SenderID>EPORT</SenderID><ReceiverID>DEMO0001</ReceiverID><SendTime>20260701093515123</SendTime><Version>1.0</Version></Head>${response}</Manifest>`;
const bill = (id: string, code: string, text: string) =>
  `<Consignment><TransportContractDocument><ID>${id}</ID></TransportContractDocument><ResponseType><Code>${code}</Code><Text>${text}</Text></ResponseType></Consignment>`;
const sent = (type: string) => `CN_${type}_1p0_DEMO0001_20260701093015123`;

const orderReturn = (guid: string, entity: string, orderNo: string, status: string, text: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><CEB312Message guid="${guid}" version="1.0" xmlns="http://www.chinaport.gov.cn/ceb"><OrderReturn><guid>${entity}</guid><ebpCode>4403960000</ebpCode><ebcCode>4403960000</ebcCode><orderNo>${orderNo}</orderNo><returnStatus>${status}</returnStatus><returnTime>20260701093200123</returnTime><returnInfo>${text}</returnInfo></OrderReturn></CEB312Message>`;

const approval = (type: string, businessId: string) =>
  `<${type}><HdeApprResult><etpsPreentNo>202600000001234567</etpsPreentNo><businessId>${businessId}</businessId><tmsCnt>1</tmsCnt><typecd>1</typecd><manageResult>1</manageResult><manageDate>2026-07-01T09:59:58</manageDate><rmk></rmk></HdeApprResult></${type}>`;

export const field: Sample[] = [
  {
    name: "INV201 with result 4: written off provisionally, not refused",
    xml: envelope(
      "INV201",
      "<INV201><HdeApprResult><etpsPreentNo>202600000001234567</etpsPreentNo><businessId>QD530326I000000123</businessId><tmsCnt>1</tmsCnt><typecd>1</typecd><manageResult>4</manageResult><manageDate>2026-07-01T09:59:58</manageDate><rmk></rmk></HdeApprResult>\n<BondInvtBsc><bondInvtNo>QD530326I000000123</bondInvtNo><chgTmsCnt>0</chgTmsCnt><invtPreentNo>202600000001234567</invtPreentNo><etpsInnerInvtNo>FLD20260701001</etpsInnerInvtNo><invtStucd>1</invtStucd><vrfdedMarkcd>1</vrfdedMarkcd></BondInvtBsc></INV201>",
    ),
    expected: [
      {
        kind: "business",
        outcome: "good",
        ok: true,
        statusCode: "4",
        statusText: "预核扣",
        clientKey: "FLD20260701001",
        seqNo: "202600000001234567",
      },
    ],
  },
  {
    name: "INV201 with result 5: approved, not written off",
    xml: envelope("INV201", approval("INV201", "QD1").replace("<manageResult>1<", "<manageResult>5<")),
    expected: [{ outcome: "good", statusCode: "5", statusText: "审核通过（未核扣）" }],
  },
  {
    name: "a manifest receipt that a platform hands on, under a number of the platform's own",
    xml: `<?xml version="1.0" encoding="UTF-8"?>\n<PlatImpRet><RetHead><CopMsgId>${sent("MT5201")}</CopMsgId></RetHead><RetBizData>${manifest("MT9999", "HG20260701000001", `<Response><BorderTransportMeans><JourneyID>0123E</JourneyID><ID>UN9000001</ID></BorderTransportMeans>${bill("FLD0000001", "01", "24301 理货报告传输成功。")}</Response>`)}</RetBizData></PlatImpRet>`,
    expected: [
      {
        kind: "business",
        format: "MT9999",
        outcome: "good",
        code: "01",
        statusText: "海关接受申报",
        text: "24301 理货报告传输成功。",
        clientKey: sent("MT5201"),
        otherKeys: ["HG20260701000001", "FLD0000001", "0123E"],
        part: "FLD0000001",
      },
    ],
  },
  {
    name: "MT9999 about two bills: the one that is refused is named, the other is good",
    xml: `<?xml version="1.0" encoding="UTF-8"?>\n${manifest("MT9999", sent("MT2101"), `<Response><BorderTransportMeans><JourneyID>0123E</JourneyID></BorderTransportMeans>${bill("FLD0000001", "01", "21301 预配舱单主要数据传输成功。")}${bill("FLD0000002", "03", "21303 退单：收货人编码错误。")}</Response>`)}`,
    expected: [
      { outcome: "good", code: "01", part: "FLD0000001", clientKey: sent("MT2101") },
      {
        outcome: "refused",
        code: "03",
        statusText: "海关退单",
        text: "21303 退单：收货人编码错误。",
        part: "FLD0000002",
        clientKey: sent("MT2101"),
      },
    ],
  },
  // Root guids are the receipts' own; what is answered stands in the return.
  {
    name: "CEB312 whose root guid is its own, taken",
    xml: orderReturn(
      "00009001-FEED-4A01-8001-000000009001",
      "00000021-FEED-4A01-8001-000000000021",
      "FLDORDER21",
      "2",
      "电子口岸申报成功[00000021-FEED-4A01-8001-000000000021]",
    ),
    expected: [
      {
        kind: "import",
        outcome: "good",
        clientKey: "00000021-FEED-4A01-8001-000000000021",
        otherKeys: ["FLDORDER21", "00009001-FEED-4A01-8001-000000009001"],
        part: "FLDORDER21",
      },
    ],
  },
  {
    name: "CEB312 whose root guid is its own, refused",
    xml: orderReturn(
      "00009002-FEED-4A01-8001-000000009002",
      "00000022-FEED-4A01-8001-000000000022",
      "FLDORDER22",
      "100",
      "[Code:1313;Desc:退单]",
    ),
    expected: [
      {
        kind: "business",
        outcome: "refused",
        statusText: "海关退单",
        text: "[Code:1313;Desc:退单]",
        part: "FLDORDER22",
      },
    ],
  },
  ...(
    [
      ["BWS200", "L530326000001", "子报文入库成功"],
      ["EMS212", "E530326000001", "审核通过"],
      ["EMS241", "E530326000001", "审核通过"],
      ["SAS202", "SB530326000001", "审核通过"],
      ["SAS212", "CR530326000001", "审核通过"],
      ["SAS222", "P53032600000001", "审核通过"],
    ] as const
  ).map(([type, businessId, statusText]) => ({
    name: `${type} as production systems get it`,
    xml: envelope(type, approval(type, businessId)),
    expected: [
      {
        kind: "business" as const,
        format: type,
        outcome: "good" as const,
        statusCode: "1",
        statusText,
        seqNo: "202600000001234567",
        customsNo: businessId,
      },
    ],
  })),
];
