import type { PreflightContext } from "../../../lib/preflight/index.js";
import { pdf } from "./context.js";
import { DEC, DEC_EDOC, EDOC, INV101, lineOf, MT1401, withLine } from "./documents.js";

export interface Case {
  /** FAQ item of the service desk, where the rule comes from one. */
  faq?: number;
  xml: string;
  parts?: Partial<PreflightContext>;
  /** `severity path:line` of each finding expected. */
  places: string[];
  /** Must stand in the English text of the first finding. */
  says: RegExp;
  /** The good twin; without one, the document that `xml` was made from. */
  good: { xml: string; parts?: Partial<PreflightContext> };
}

const BODY = "Signature/Object/Package/DataInfo/BussinessData/InvtMessage";
const PACKAGE = "Signature/Object/Package";
const MODIFICATION = INV101.replaceAll("<SeqNo></SeqNo>", "<SeqNo>202400000000000001</SeqNo>");
const CARD = { companyCode: "4403960000", cardNumber: "2100010012345" };
const TWO_PAGES = Buffer.concat([
  Buffer.from("%PDF-1.4\n/Type /Pages /Type/Page\n/Type /Page /Parent"),
  Buffer.alloc(500 * 1024, 0x20),
]);
const IN_ZIP = { zipped: true, entry: "document.xml", fileName: "document.zip", attachments: [pdf(EDOC)] };
const JPEG = Buffer.from("ffd8ffe000104a464946", "hex");
const TEXT = Buffer.from("only text");
const INNER = Buffer.from("PK\x03\x04 and so on");
const ENCRYPTED = Buffer.from("%PDF-1.6\ntrailer\n<< /Root 1 0 R /Encrypt 9 0 R >>\n%%EOF");
/** What speaks of encryption has none; something may stand before the header. */
const LATE = Buffer.from("\ufeff\r\n%PDF-1.4\n(about /Encrypt and /EncryptMetadata true)\n%%EOF");
const LATIN = `<?xml version="1.0" encoding="ISO-8859-1"?>${DEC.replace(/^<\?xml.*?\?>/, "").replace(/<GName>.*?</, "<GName>木制家具<")}`;
const LOST = DEC.replace("bolts", "wood\ufffd\ufffd").replace("nuts", "???? M8");
const GOOD_DEC = { xml: DEC };
const GOOD_INV = { xml: INV101 };
const GOOD_MT = { xml: MT1401 };

/** One bad document and its good twin for every rule, by rule id. */
export const CASES: Readonly<Record<string, Case>> = {
  "unknown-kind": {
    xml: `<?xml version="1.0"?>\n<Something xmlns="urn:x"/>`,
    places: ["warning Something:2"],
    says: /root Something \{urn:x\}/,
    good: GOOD_DEC,
  },
  "wrapped-document": {
    xml: `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><a/></s:Header><s:Body>\n${DEC}\n</s:Body></s:Envelope>`,
    places: ["error Envelope/Body/DecMessage:2"],
    says: /root is Envelope; a customs declaration \(DEC\), DecMessage, stands inside it/,
    good: GOOD_DEC,
  },
  "declared-encoding": {
    xml: LATIN,
    parts: { xml: Buffer.from(LATIN) },
    places: ["warning DecMessage:1"],
    says: /declares ISO-8859-1, but is written in UTF-8/,
    good: { xml: DEC, parts: { xml: Buffer.from(DEC) } },
  },
  "lost-characters": {
    xml: LOST,
    parts: { xml: Buffer.from(LOST) },
    places: ["warning DecMessage/DecLists/DecList[1]/GName:13", "warning DecMessage/DecLists/DecList[2]/GName:18"],
    says: /GName holds U\+FFFD where characters were lost/,
    good: { xml: DEC, parts: { xml: Buffer.from(DEC.replace("bolts", "what??")) } },
  },
  "wrong-folder": {
    xml: DEC,
    parts: { business: "Sas" },
    places: ["error DecMessage:1"],
    says: /DEC.*lay in Sas/,
    good: GOOD_DEC,
  },
  "message-type": {
    faq: 16,
    xml: withLine(MT1401, 5, ""),
    places: ["error Manifest/Head:2"],
    says: /MessageType is missing.*MT1401/,
    good: GOOD_MT,
  },
  "client-key-missing": {
    xml: withLine(INV101, 19, "<EtpsInnerInvtNo> </EtpsInnerInvtNo>"),
    places: [`error ${BODY}/InvtHeadType/EtpsInnerInvtNo:19`],
    says: /EtpsInnerInvtNo is missing/,
    good: GOOD_INV,
  },
  "client-key-length": {
    xml: DEC.replace("C20240101000001", "C202401010000010001"),
    places: ["warning DecMessage/DecSign/ClientSeqNo:25"],
    says: /19 characters, 18/,
    good: { xml: DEC.replace("C20240101000001", "C20240101000001000") },
  },
  "client-key-characters": {
    xml: DEC.replace("C20240101000001", "C2024\u00a00101\uff11"),
    places: ["warning DecMessage/DecSign/ClientSeqNo:25"],
    says: /"C2024\[U\+00A0\]0101１" \(it holds U\+00A0, no-break space; U\+FF11, full-width １\)/,
    good: { xml: DEC.replace("C20240101000001", "\n  C20240101000001\n") },
  },
  "empty-numeric": {
    faq: 14,
    xml: withLine(DEC, 8, "<PackNo></PackNo>"),
    places: ["error DecMessage/DecHead/PackNo:8"],
    says: /PackNo is empty; it is answered by For input string: ""/,
    good: GOOD_DEC,
  },
  "edoc-missing-pdf": {
    faq: 15,
    xml: DEC_EDOC,
    parts: { ...IN_ZIP, attachments: [] },
    places: ["error DecMessage/EdocRealation/EdocID:30"],
    says: /is not in the ZIP/,
    good: { xml: DEC_EDOC, parts: IN_ZIP },
  },
  "pdf-without-edoc": {
    faq: 15,
    xml: DEC,
    parts: IN_ZIP,
    places: ["error DecMessage:1"],
    says: new RegExp(`no EdocRealation names ${EDOC}`),
    good: { xml: DEC_EDOC, parts: IN_ZIP },
  },
  "edoc-name": {
    xml: DEC_EDOC.replace(EDOC, "invoice.pdf"),
    parts: { ...IN_ZIP, attachments: [pdf("invoice.pdf")] },
    places: ["warning DecMessage/EdocRealation/EdocID:30"],
    says: /"invoice.pdf" breaks the naming rule/,
    good: { xml: DEC_EDOC, parts: IN_ZIP },
  },
  "pdf-size": {
    xml: DEC_EDOC,
    parts: { ...IN_ZIP, attachments: [{ name: EDOC, size: 4 * 1024 * 1024 + 1, bytes: Buffer.alloc(0) }] },
    places: ["warning DecMessage:1"],
    says: /has 4\.0 MB/,
    good: {
      xml: DEC_EDOC,
      parts: { ...IN_ZIP, attachments: [{ name: EDOC, size: 4 * 1024 * 1024, bytes: Buffer.alloc(0) }] },
    },
  },
  "pdf-page-size": {
    xml: DEC_EDOC,
    parts: { ...IN_ZIP, attachments: [pdf(EDOC, TWO_PAGES)] },
    places: ["warning DecMessage:1"],
    says: /about 2 pages of 250 KB/,
    good: { xml: DEC_EDOC, parts: { ...IN_ZIP, attachments: [pdf(EDOC, TWO_PAGES.subarray(0, 390 * 1024))] } },
  },
  "pdf-readable": {
    xml: DEC,
    parts: {
      ...IN_ZIP,
      attachments: [pdf("0.pdf", Buffer.alloc(0)), pdf("j.pdf", JPEG), pdf("t.pdf", TEXT), pdf("e.PDF", ENCRYPTED)],
    },
    places: Array<string>(4).fill("warning DecMessage:1"),
    says: /0\.pdf is no PDF but an empty file/,
    good: { xml: DEC, parts: { ...IN_ZIP, attachments: [pdf("a.pdf"), pdf("b.pdf", LATE)] } },
  },
  "zip-strangers": {
    xml: DEC,
    parts: {
      ...IN_ZIP,
      attachments: [pdf(".DS_Store"), pdf("Thumbs.db"), pdf("._a.pdf.xml"), pdf("in.zip", INNER), pdf("a.txt", TEXT)],
    },
    places: Array<string>(5).fill("warning DecMessage:1"),
    says: /\.DS_Store in the ZIP: left there by the operating system/,
    good: { xml: INV101, parts: { ...IN_ZIP, attachments: [pdf("a.pdf"), pdf("photo.jpg", JPEG)] } },
  },
  "zip-name": {
    xml: DEC,
    parts: { ...IN_ZIP, attachments: [], entry: "other.xml" },
    places: ["warning DecMessage:1"],
    says: /ZIP is called document\.zip, the XML in it other\.xml/,
    good: { xml: DEC, parts: { ...IN_ZIP, attachments: [] } },
  },
  "dec-sign-complete": {
    xml: withLine(DEC, 23, "<OperType/>"),
    places: ["warning DecMessage/DecSign/OperType:23"],
    says: /OperType is missing/,
    good: GOOD_DEC,
  },
  "empty-element": {
    faq: 17,
    xml: withLine(MT1401, 13, "<ID/>").replace(
      "<TypeCode>3</TypeCode>",
      "<TypeCode>3</TypeCode><Itinerary> </Itinerary>",
    ),
    places: ["error Manifest/Declaration/ID:13", "error Manifest/Declaration/BorderTransportMeans/Itinerary:15"],
    says: /the element ID is empty/,
    good: GOOD_MT,
  },
  "manifest-order": {
    faq: 17,
    xml: withLine(
      withLine(MT1401, 12, "<ID>2024010100001</ID>"),
      13,
      "<DeclarationOfficeID>5301</DeclarationOfficeID>",
    ),
    places: ["error Manifest/Declaration/DeclarationOfficeID:13"],
    says: /DeclarationOfficeID belongs before ID; .*: DeclarationOfficeID, ID, BorderTransportMeans/,
    good: GOOD_MT,
  },
  "sender-id": {
    faq: 17,
    xml: withLine(MT1401, 6, "<SenderID>DXPESWDEMO0001</SenderID>"),
    places: ["error Manifest/Head/SenderID:6"],
    says: /DXPESWDEMO0001.*<4>123456789_DXPESWDEMO0001/,
    good: GOOD_MT,
  },
  "manifest-message-id": {
    xml: withLine(MT1401, 3, "<MessageID>1</MessageID>"),
    places: ["warning Manifest/Head/MessageID:3"],
    says: /breaks the naming rule/,
    good: GOOD_MT,
  },
  "seqno-new-or-same": {
    faq: 18,
    xml: MODIFICATION.replace(/<InvtListType>\n<SeqNo>.*<\/SeqNo>/, "<InvtListType>\n<SeqNo/>"),
    places: [`error ${BODY}/InvtListType[1]/SeqNo:27`],
    says: /head is 202400000000000001.*row is empty/,
    good: { xml: MODIFICATION },
  },
  "seqno-form": {
    xml: withLine(INV101, 17, "<SeqNo>20240001</SeqNo>"),
    places: [`warning ${BODY}/InvtHeadType/SeqNo:17`],
    says: /SeqNo is 20240001/,
    good: { xml: MODIFICATION },
  },
  "account-book": {
    faq: 18,
    xml: withLine(INV101, 18, "<PutrecNo/>"),
    places: [`error ${BODY}/InvtHeadType/PutrecNo:18`],
    says: /PutrecNo/,
    good: GOOD_INV,
  },
  "goods-number-repeated": {
    faq: 18,
    xml: INV101.replace("<GdsSeqno>2</GdsSeqno>", "<GdsSeqno>01</GdsSeqno>"),
    places: [`error ${BODY}/InvtListType[2]/GdsSeqno:35`],
    says: /GdsSeqno 01 stands on line 28 already/,
    good: GOOD_INV,
  },
  "entry-number-repeated": {
    faq: 18,
    xml: INV101.replace("<EntryGdsSeqno>2<", "<EntryGdsSeqno>1<"),
    places: [`warning ${BODY}/InvtListType[2]/EntryGdsSeqno:38`],
    says: /EntryGdsSeqno 1 stands in 2 rows, first on line 31/,
    good: GOOD_INV,
  },
  "cdata-spec": {
    faq: 18,
    xml: INV101.replace("<![CDATA[M6 <20 mm> & zinc]]>", "M6 &lt;20 mm>"),
    places: [`warning ${BODY}/InvtListType[1]/GdsSpcfModelDesc:29`],
    says: /outside CDATA: M6 <20 mm>/,
    good: GOOD_INV,
  },
  "company-code": {
    faq: 19,
    xml: withLine(INV101, 21, "<InputCode>4403961111</InputCode>"),
    places: [`error ${BODY}/InvtHeadType/InputCode:21`],
    says: /InputCode is 4403961111.*4403960000/,
    good: GOOD_INV,
  },
  "card-number": {
    faq: 20,
    xml: withLine(INV101, 24, "<IcCardNo>2100010099999</IcCardNo>"),
    parts: { card: CARD },
    places: [`error ${BODY}/InvtHeadType/IcCardNo:24`],
    says: /IcCardNo is 2100010099999, the card's number is 2100010012345/,
    good: { xml: withLine(INV101, 24, "<IcCardNo>2100010012345</IcCardNo>"), parts: { card: CARD } },
  },
  "sys-id": {
    faq: 21,
    xml: INV101,
    parts: {
      client: { environment: "test", clientId: "DEMO0001", orgCode: "", customsCode: "", sysIds: ["B1", "95"] },
    },
    places: [`error ${BODY}/SysId:${lineOf(INV101, "<SysId>")}`],
    says: /SysId is Z7; the client's setting allows B1, 95/,
    good: GOOD_INV,
  },
  "applicant-company": {
    faq: 21,
    xml: withLine(INV101, 20, "<DclEtpsno>4403961111</DclEtpsno>"),
    places: [`warning ${BODY}/InvtHeadType/DclEtpsno:20`],
    says: /DclEtpsno is 4403961111/,
    good: GOOD_INV,
  },
  "envelope-sender": {
    xml: withLine(INV101, 9, "<sender_id>DXPESWOTHER</sender_id>"),
    places: [`warning ${PACKAGE}/EnvelopInfo/sender_id:9`],
    says: /sender_id is DXPESWOTHER; it should be DXPESWDEMO0001/,
    good: GOOD_INV,
  },
  "declare-flag": {
    xml: INV101.replace("<DelcareFlag>0<", "<DelcareFlag>2<"),
    places: [`warning ${PACKAGE}/DataInfo/BussinessData/DelcareFlag:43`],
    says: /DelcareFlag is 2/,
    good: GOOD_INV,
  },
  "dates-format": {
    xml: withLine(DEC, 7, "<IEDate>20240230</IEDate>"),
    places: ["warning DecMessage/DecHead/IEDate:7"],
    says: /20240230.*yyyyMMdd/,
    good: { xml: withLine(DEC, 7, "<IEDate>20240229</IEDate>") },
  },
};

/** What each item of the service desk's FAQ must be caught by before sending (faq 14 to 21). */
export const FAQ_RULES: Readonly<Record<number, readonly string[]>> = {
  14: ["empty-numeric"],
  15: ["edoc-missing-pdf", "pdf-without-edoc"],
  16: ["message-type"],
  17: ["empty-element", "manifest-order", "sender-id"],
  18: ["seqno-new-or-same", "account-book", "goods-number-repeated", "entry-number-repeated", "cdata-spec"],
  19: ["company-code"],
  20: ["card-number"],
  21: ["sys-id", "applicant-company"],
};
