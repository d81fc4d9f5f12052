import assert from "node:assert/strict";
import { countPages } from "../../../lib/preflight/rules/pdf-page-size.js";
import { generateDocument } from "../../support/generate-documents.js";
import { findings, pdf, places } from "./context.js";
import { BODY, DEC, DEC_EDOC, EDOC, INV101, lineOf, MT1401, withLine } from "./documents.js";

/** Severity and last step of the path, where the rest is known from the case. */
const brief = (checks: ReturnType<typeof findings>) =>
  checks.map(({ severity, path }) => `${severity} ${path.split("/").at(-1)}`);

describe("preflight: wrapped-document", () => {
  const escaped = DEC.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

  it("finds one that stands there as text, and what is only a part of something else", () => {
    for (const [xml, found] of [
      [`<string>${escaped}</string>`, ["error string:1"]],
      [
        `<e:Envelope xmlns:e="x"><e:Body><in><![CDATA[${DEC}]]></in></e:Body></e:Envelope>`,
        ["error Envelope/Body/in:1"],
      ],
      [`<root>${DEC}${DEC}</root>`, ["warning root/DecMessage[1]:1"]],
      ["<root><a>1 &lt; 2</a></root>", []],
      [`<root><a>${escaped}</a><b/></root>`, []],
    ] as const)
      assert.deepEqual(places(findings("wrapped-document", xml)), found, xml.slice(0, 40));
  });
});

describe("preflight: manifest-order", () => {
  it("reports once for each parent, at the first element that comes too late", () => {
    const xml = MT1401.replace(/<TransportContractDocument>\n<ID>B1<\/ID>\n<\/TransportContractDocument>\n/, "")
      .replace("<Consignment>", "<Consignment>\n<TransportContractDocument>\n<ID>B1</ID>\n</TransportContractDocument>")
      .replace(
        /<ArrivalDateTime>20240102<\/ArrivalDateTime>\n<ID>CNSZX<\/ID>/,
        "<ID>CNSZX</ID>\n<ArrivalDateTime>20240102</ArrivalDateTime>",
      );
    assert.deepEqual(places(findings("manifest-order", xml)), [
      "error Manifest/Declaration/Consignment/TotalPackageQuantity:21",
      "error Manifest/Declaration/UnloadingLocation/ArrivalDateTime:31",
    ]);
  });

  it("lets elements repeat and ignores those it does not know", () => {
    const xml = MT1401.replace("<Consignment>", "<Consignment><Zzz>1</Zzz>").replace(
      "</ConsignmentItem>",
      "</ConsignmentItem><ConsignmentItem><SequenceNumeric>2</SequenceNumeric></ConsignmentItem>",
    );
    assert.deepEqual(findings("manifest-order", xml), []);
  });

  it("works inside MFTMessage", () => {
    const swapped = withLine(withLine(MT1401, 3, "<FunctionCode>9</FunctionCode>"), 4, "<MessageID>1</MessageID>");
    const xml = `<MFTMessage><MFTHead/><MFTData>${swapped}</MFTData></MFTMessage>`;
    assert.deepEqual(places(findings("manifest-order", xml)), ["error MFTMessage/MFTData/Manifest/Head/MessageID:4"]);
    assert.deepEqual(findings("empty-element", xml), []);
  });
});

describe("preflight: seqno-new-or-same", () => {
  const both = (head: string, row: string) =>
    withLine(withLine(INV101, 17, `<SeqNo>${head}</SeqNo>`), 27, `<SeqNo>${row}</SeqNo>`);

  it("refuses a row that differs from the head, or has one when the head has none", () => {
    const different = findings("seqno-new-or-same", both("202400000000000001", "202400000000000002"));
    assert.deepEqual(brief(different), ["error SeqNo", "error SeqNo"]);
    assert.match(different[0]?.text.en ?? "", /must be the same/);
    assert.deepEqual(places(findings("seqno-new-or-same", both("", "202400000000000002"))), [
      `error ${BODY}/InvtListType[1]/SeqNo:27`,
    ]);
  });

  it("names the row where its SeqNo is missing altogether", () => {
    const xml = withLine(withLine(INV101, 17, "<SeqNo>202400000000000001</SeqNo>"), 27, "");
    assert.deepEqual(places(findings("seqno-new-or-same", xml))[0], `error ${BODY}/InvtListType[1]:26`);
  });

  it("only warns of a gate pass and of e-commerce rows", () => {
    const pass = generateDocument({ type: "SAS121", modification: true, rows: 1 }).xml.toString();
    assert.deepEqual(findings("seqno-new-or-same", pass), []);
    const xml = pass.replace(/(<PassportAcmp>\s*<SeqNo>)\d+/, "$1");
    assert.deepEqual(brief(findings("seqno-new-or-same", xml)), ["warning SeqNo"]);
    const rows = both("", "202400000000000002").replace("<GdsSeqno>1<", "<CbecBillNo>1</CbecBillNo><GdsSeqno>1<");
    assert.deepEqual(brief(findings("seqno-new-or-same", rows)), ["warning SeqNo"]);
  });
});

describe("preflight: goods-number-repeated", () => {
  it("only warns of declarations, and keeps the kinds of rows apart", () => {
    assert.deepEqual(places(findings("goods-number-repeated", DEC.replace("<GNo>2<", "<GNo>1<"))), [
      "warning DecMessage/DecLists/DecList[2]/GNo:17",
    ]);
    const goods = INV101.replace("<SysId>", "<InvtGoodsType><GdsSeqno>1</GdsSeqno></InvtGoodsType><SysId>");
    assert.deepEqual(findings("goods-number-repeated", goods), []);
  });
});

describe("preflight: cdata-spec", () => {
  it("warns of quotes and of escaped markup, and says nothing of plain text", () => {
    const spec = (text: string) => findings("cdata-spec", INV101.replace(">M8<", `>${text}<`));
    assert.deepEqual(brief(spec('19"')), ["warning GdsSpcfModelDesc"]);
    assert.deepEqual(brief(spec("A &amp; B")), ["warning GdsSpcfModelDesc"]);
    assert.deepEqual(spec("品牌:无|用途:紧固件"), []);
  });
});

describe("preflight: card-number", () => {
  const filled = INV101.replace("<IcCardNo></IcCardNo>", "<IcCardNo>2100010099999</IcCardNo>");

  it("does not compare with a token's serial number, nor without a card", () => {
    for (const cardNumber of ["", "0a1b2c3d4e5f6071", "21000100123456789"]) {
      assert.deepEqual(findings("card-number", filled, { card: { companyCode: "", cardNumber } }), [], cardNumber);
    }
    assert.deepEqual(findings("card-number", filled), []);
  });

  it("looks at the envelope, and only warns of declarations", () => {
    const card = { companyCode: "", cardNumber: "2100010012345" };
    const inEnvelope = INV101.replace("</EnvelopInfo>", "<Ic_Card>2100010099999</Ic_Card>\n</EnvelopInfo>");
    assert.deepEqual(brief(findings("card-number", inEnvelope, { card })), ["error Ic_Card"]);
    assert.deepEqual(
      brief(findings("card-number", DEC.replace("<ICCode/>", "<ICCode>2100010099999</ICCode>"), { card })),
      ["warning ICCode"],
    );
  });
});

describe("preflight: sys-id", () => {
  it("refuses an absent one, warns of an unknown one when no list is set", () => {
    assert.deepEqual(places(findings("sys-id", INV101.replace("<SysId>Z7</SysId>", ""))), [`error ${BODY}:15`]);
    assert.deepEqual(brief(findings("sys-id", INV101.replace(">Z7<", ">Q9<"))), ["warning SysId"]);
    const client = { environment: "test" as const, clientId: "", orgCode: "", customsCode: "", sysIds: ["Q9"] };
    assert.deepEqual(findings("sys-id", INV101.replace(">Z7<", ">Q9<"), { client }), []);
  });
});

describe("preflight: message-type", () => {
  it("warns of a contradiction, refuses an envelope without its content", () => {
    assert.deepEqual(brief(findings("message-type", withLine(MT1401, 5, "<MessageType>MT2401</MessageType>"))), [
      "warning MessageType",
    ]);
    assert.deepEqual(brief(findings("message-type", withLine(INV101, 8, ""))), ["warning EnvelopInfo"]);
    const hollow = INV101.replace(/<InvtMessage>[\s\S]*<\/InvtMessage>/, "<PassPortMessage/>");
    assert.deepEqual(places(findings("message-type", hollow)), [
      "error Signature/Object/Package/EnvelopInfo/message_type:8",
    ]);
  });
});

describe("preflight: dec-sign-complete", () => {
  const sign = (inside: string) => findings("dec-sign-complete", DEC.replace(/<DecSign>[\s\S]*<\/DecSign>/, inside));

  it("warns of a declaration without DecSign or OperType", () => {
    assert.deepEqual(brief(sign("")), ["warning DecMessage"]);
    assert.deepEqual(brief(sign("<DecSign><ClientSeqNo>1</ClientSeqNo></DecSign>")), ["warning DecSign"]);
  });

  it("warns of an unknown OperType, a missing transit form and half a signature", () => {
    assert.deepEqual(brief(sign("<DecSign><OperType>X</OperType></DecSign>")), ["warning OperType"]);
    const operator = "<ICCode>2100010012345</ICCode><OperName>x</OperName>";
    assert.deepEqual(brief(sign(`<DecSign><OperType>D</OperType>${operator}</DecSign>`)), ["warning OperType"]);
    assert.deepEqual(sign(`<DecSign><OperType>D</OperType>${operator}</DecSign><TrnHead/>`), []);
    assert.deepEqual(brief(sign(`<DecSign><OperType>C</OperType>${operator}<Sign>x</Sign><SignDate/></DecSign>`)), [
      "warning DecSign",
      "warning SignDate",
    ]);
  });

  it("wants the operator of a declaration, not of one that is only stored", () => {
    assert.deepEqual(brief(sign("<DecSign><OperType>C</OperType><ICCode/></DecSign>")), [
      "warning DecSign",
      "warning ICCode",
    ]);
    assert.deepEqual(sign("<DecSign><OperType>G</OperType></DecSign>"), []);
  });
});

describe("preflight: attachments", () => {
  const zip = { zipped: true, entry: "a.xml", fileName: "a.zip" };

  it("compares EdocCode with the code in the name, and wants an EdocID", () => {
    assert.deepEqual(
      brief(findings("edoc-name", DEC_EDOC.replace("<EdocCode>00000001<", "<EdocCode>00000002<"), zip)),
      ["warning EdocID"],
    );
    assert.deepEqual(brief(findings("edoc-name", DEC_EDOC.replace(/<EdocID>.*\n/, ""), zip)), [
      "warning EdocRealation",
    ]);
  });

  it("takes the other spelling of EdocID and an EdocID without its extension", () => {
    const attachments = [pdf(EDOC)];
    for (const xml of [DEC_EDOC.replaceAll("EdocID>", "EdocId>"), DEC_EDOC.replace(".pdf</", "</")]) {
      assert.deepEqual(findings("edoc-missing-pdf", xml, { ...zip, attachments }), []);
      assert.deepEqual(findings("pdf-without-edoc", xml, { ...zip, attachments }), []);
      assert.equal(findings("edoc-missing-pdf", xml, { ...zip, attachments: [] }).length, 1);
    }
  });

  it("does not ask for an EdocRealation for what is no PDF, nor beside a bare XML", () => {
    assert.deepEqual(findings("pdf-without-edoc", DEC, { ...zip, attachments: [pdf("photo.jpg")] }), []);
    assert.deepEqual(findings("pdf-without-edoc", DEC, { attachments: [pdf(EDOC)] }), []);
  });

  it("takes composed and decomposed names for the same", () => {
    const xml = DEC_EDOC.replace(EDOC, "fiché.pdf".normalize("NFC"));
    const attachments = [pdf("fiché.pdf".normalize("NFD"))];
    assert.deepEqual(findings("edoc-missing-pdf", xml, { ...zip, attachments }), []);
    assert.deepEqual(findings("pdf-without-edoc", xml, { ...zip, attachments }), []);
  });

  it("counts pages in the open or from a linearised head, and gives up otherwise", () => {
    assert.equal(countPages(Buffer.from("<</Type/Page>> <</Type /Pages>> << /Type\n/Page/Parent 1 0 R>>")), 2);
    assert.equal(countPages(Buffer.from("%PDF-1.5 <</Linearized 1/L 9/N 12/T 1>>")), 12);
    assert.equal(countPages(Buffer.from("%PDF-1.5 /N 12 /PageMode /Page")), 0);
    assert.equal(
      countPages(Buffer.from("/Type /Page0 /Type /PageA /Type /PageZ /Type /Pagez /Type /Page9 /Type /Page")),
      1,
    );
    const images = pdf("scan.jpg", Buffer.concat([Buffer.from("/Type /Page "), Buffer.alloc(900 * 1024)]));
    assert.deepEqual(findings("pdf-page-size", DEC, { ...zip, attachments: [images] }), []);
    const hidden = Buffer.alloc(900 * 1024, 0x20);
    assert.deepEqual(findings("pdf-page-size", DEC, { ...zip, attachments: [pdf(EDOC, hidden)] }), []);
  });
});

describe("preflight: dates-format", () => {
  it("accepts the forms that real files have", () => {
    for (const value of ["2024010108000000", "20240101080000", "2024-01-01 08:00:00", ""]) {
      assert.deepEqual(
        findings("dates-format", DEC.replace("<SignDate/>", `<SignDate>${value}</SignDate>`)),
        [],
        value,
      );
    }
    for (const value of ["2024-01-01", "20241301", "20230229080000", "2024010125000000"]) {
      const xml = DEC.replace("<SignDate/>", `<SignDate>${value}</SignDate>`);
      assert.deepEqual(
        places(findings("dates-format", xml)),
        [`warning DecMessage/DecSign/SignDate:${lineOf(xml, "<SignDate>")}`],
        value,
      );
    }
    assert.deepEqual(
      brief(findings("dates-format", MT1401.replace(">20240101080000000</SendTime", ">20240101080000</SendTime"))),
      ["warning SendTime"],
    );
  });
});

describe("preflight: company of an ICP101", () => {
  it("is compared in its own head", () => {
    const xml = generateDocument({ type: "ICP101", rows: 1 }).xml.toString();
    assert.deepEqual(brief(findings("company-code", xml.replace("<InputCode>4403960000", "<InputCode>1"))), [
      "error InputCode",
    ]);
    assert.deepEqual(brief(findings("applicant-company", xml.replace("<DclEtpsNo>4403960000", "<DclEtpsNo>1"))), [
      "warning DclEtpsNo",
    ]);
  });
});

describe("preflight: what is left empty", () => {
  it("is reported by the rule that wants it, and compared by no other", () => {
    const empty = (from: string, to: string) => INV101.replace(from, to);
    assert.deepEqual(findings("applicant-company", empty("<DclEtpsno>4403960000<", "<DclEtpsno><")), []);
    assert.deepEqual(findings("envelope-sender", empty("<sender_id>DXPESWDEMO0001<", "<sender_id><")), []);
    assert.deepEqual(brief(findings("sys-id", empty("<SysId>Z7<", "<SysId><"))), ["error SysId"]);
    assert.match(findings("sys-id", empty("<SysId>Z7<", "<SysId><"))[0]?.text.en ?? "", /missing or empty/);
    assert.deepEqual(brief(findings("message-type", withLine(MT1401, 5, "<MessageType></MessageType>"))), [
      "error MessageType",
    ]);
  });

  it("says nothing of a folder that is not known, nor of names without a ZIP", () => {
    assert.deepEqual(findings("wrong-folder", DEC, { business: "" }), []);
    assert.deepEqual(findings("zip-name", DEC, { zipped: false, entry: "b.xml", fileName: "a.xml" }), []);
    assert.deepEqual(findings("zip-name", DEC, { zipped: true, fileName: "a.zip" }), []);
  });

  it("refuses dates that are wrong in one part only", () => {
    for (const value of ["20241301", "20240230", "20240001", "20240100"]) {
      assert.equal(findings("dates-format", withLine(DEC, 7, `<IEDate>${value}</IEDate>`)).length, 1, value);
    }
  });
});
