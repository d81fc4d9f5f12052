import { china, type Sample } from "./sample.js";

const DEC_NS = 'xmlns="http://www.chinaport.gov.cn/dec"';

export const declarations: Sample[] = [
  {
    name: "DecMessage that was subscribed to: the numbers of the head alone, no status",
    xml: `<DecMessage ${DEC_NS} Version="4.8"><DecHead><SeqNo>I20260000000000001</SeqNo><EntryId>530120260000000001</EntryId></DecHead><DecSign><ClientSeqNo>00012E5</ClientSeqNo></DecSign><SddTax><SddTaxHead><SeqNo>9</SeqNo></SddTaxHead></SddTax></DecMessage>`,
    expected: [
      {
        kind: "subscription",
        format: "DecMessage",
        outcome: "good",
        statusCode: "",
        statusText: "",
        clientKey: "00012E5",
        seqNo: "I20260000000000001",
        customsNo: "530120260000000001",
        answers: ["DEC"],
      },
    ],
  },
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
        answers: ["DEC", "DECMOD", "EDOC"],
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
    expected: [{ outcome: "unknown", ok: false, code: "", statusText: "回执没有结果代码", clientKey: "A1" }],
  },
  {
    name: "DecImportResponse whose code is 00: perhaps 0, nobody has said",
    xml: `<DecImportResponse ${DEC_NS}><ResponseCode>00</ResponseCode></DecImportResponse>`,
    expected: [{ outcome: "unknown", ok: false, code: "00" }],
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
    expected: [{ outcome: "unknown", ok: false, code: "@", statusCode: "@", statusText: "未知代码 @" }],
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
