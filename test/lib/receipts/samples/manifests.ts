import { china, envelope, type Sample } from "./sample.js";

const HTRES4 = "urn:Declaration:datamodel:standard:CN:HTRES4:1";

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

export const manifestSamples: Sample[] = [...road, ...manifests];
