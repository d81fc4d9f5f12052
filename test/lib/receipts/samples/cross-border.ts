import { china, type Sample } from "./sample.js";

const guid = "4CDE1CFD-EDED-46B1-946C-B8022E42FC94";
const own = "AAAAAAAA-0000-4000-8000-000000000001";
export const crossBorder: Sample[] = [
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
        clientKey: own,
        otherKeys: ["C1", guid],
        part: "C1",
        seqNo: "000000000000000001",
        customsNo: "530020240000000001",
        at: china("2024-05-06T07:08:09.123"),
      },
      { kind: "business", outcome: "refused", code: "100", clientKey: guid, otherKeys: ["C2"], part: "C2" },
    ],
  },
  {
    name: "CEB312 in the default namespace, taken",
    xml: `<CEB312Message xmlns="http://www.chinaport.gov.cn/ceb" guid="${guid}" version="1.0"><OrderReturn><guid>${guid}</guid><orderNo>O1</orderNo><returnStatus>2</returnStatus><returnInfo/></OrderReturn></CEB312Message>`,
    expected: [{ kind: "import", outcome: "good", code: "2", clientKey: guid, otherKeys: ["O1"], part: "O1" }],
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
      {
        kind: "business" as const,
        format: `CEB${number}Message`,
        ok: true,
        statusText: "海关入库",
        clientKey: own,
        otherKeys: [guid],
        part: own,
      },
    ],
  })),
  {
    name: "CEB622 with a status that no table has",
    xml: `<CEB622Message guid="${guid}"><InventoryReturn><copNo>C1</copNo><returnStatus>7</returnStatus><returnInfo>?</returnInfo></InventoryReturn></CEB622Message>`,
    expected: [{ kind: "business", outcome: "unknown", ok: false, code: "7", statusText: "未知代码 7", part: "C1" }],
  },
  {
    name: "CEB900 format error",
    xml: `<CEB900Message guid="${guid}"><MessageReturn><guid>${own}</guid><returnStatus>-1</returnStatus><returnInfo>格式错误</returnInfo><oriCopMsgId>MSG-1</oriCopMsgId><oriMessageType>CEB311Message</oriMessageType></MessageReturn></CEB900Message>`,
    expected: [{ kind: "import", ok: false, otherKeys: [own, "MSG-1"], answers: ["CEB311"], text: "格式错误" }],
  },
  {
    name: "CEB816 tax document",
    xml: `<CEB816Message guid="${guid}"><Tax><TaxHeadRd><guid>${own}</guid><invtNo>530020240000000001</invtNo><taxNo>T1</taxNo><note>n</note></TaxHeadRd><TaxListRd/></Tax></CEB816Message>`,
    expected: [{ kind: "business", outcome: "good", customsNo: "530020240000000001", text: "n; taxNo=T1" }],
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
