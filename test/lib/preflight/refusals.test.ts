import assert from "node:assert/strict";
import { CLIENT, findings, pdf, places } from "./context.js";
import { BODY, DEC, DEC_EDOC, EDOC, INV101, lineOf, MT1401, withLine } from "./documents.js";

describe("preflight: empty-numeric (faq 14)", () => {
  it("names every empty number of a declaration by path and line", () => {
    const xml = withLine(withLine(DEC, 6, "<GrossWet/>"), 19, "<GQty> </GQty>");
    const found = findings("empty-numeric", xml);
    assert.deepEqual(places(found), [
      "error DecMessage/DecHead/GrossWet:6",
      "error DecMessage/DecLists/DecList[2]/GQty:19",
    ]);
    assert.match(found[0]?.text.zh ?? "", /GrossWet.*For input string: ""/);
    assert.equal(found[0]?.column, 1);
  });

  it("leaves empty text elements and absent numbers alone", () => {
    assert.deepEqual(findings("empty-numeric", DEC), []);
    assert.deepEqual(findings("empty-numeric", withLine(DEC, 6, "")), []);
  });

  it("knows the container's other spelling", () => {
    const xml = DEC.replace(
      "<DecSign>",
      "<DecContainers><DecContainer><GoodsContaWt/></DecContainer></DecContainers>\n<DecSign>",
    );
    assert.deepEqual(places(findings("empty-numeric", xml)), [
      "warning DecMessage/DecContainers/DecContainer/GoodsContaWt:22",
    ]);
  });

  it("tells a required number of a 核注清单 from an optional one", () => {
    const xml = INV101.replace("<DclQty>10</DclQty>", "<DclQty/><SecdLawfQty/>");
    assert.deepEqual(places(findings("empty-numeric", xml)), [
      "error Signature/Object/Package/DataInfo/BussinessData/InvtMessage/InvtListType[1]/DclQty:30",
      "warning Signature/Object/Package/DataInfo/BussinessData/InvtMessage/InvtListType[1]/SecdLawfQty:30",
    ]);
  });
});

describe("preflight: edoc-missing-pdf (faq 15)", () => {
  it("accepts a ZIP that holds the PDF", () => {
    assert.deepEqual(findings("edoc-missing-pdf", DEC_EDOC, { zipped: true, attachments: [pdf(EDOC)] }), []);
  });

  it("names the EdocRealation whose PDF is not in the ZIP", () => {
    const found = findings("edoc-missing-pdf", DEC_EDOC, {
      zipped: true,
      entry: "a.xml",
      attachments: [pdf("other.pdf")],
    });
    assert.deepEqual(places(found), ["error DecMessage/EdocRealation/EdocID:30"]);
    assert.equal(found[0]?.entry, "a.xml");
    assert.match(found[0]?.text.en ?? "", new RegExp(EDOC));
  });

  it("refuses a bare XML whose PDFs are nowhere", () => {
    assert.deepEqual(places(findings("edoc-missing-pdf", DEC_EDOC)), ["error DecMessage/EdocRealation/EdocID:30"]);
    assert.deepEqual(findings("edoc-missing-pdf", DEC_EDOC, {}, { "edoc-missing-pdf": "off" }), []);
    assert.deepEqual(findings("edoc-missing-pdf", DEC_EDOC, { attachments: [pdf(EDOC)] }), []);
  });

  it("warns when only upper and lower case differ", () => {
    const found = findings("edoc-missing-pdf", DEC_EDOC, {
      zipped: true,
      attachments: [pdf(EDOC.replace(".pdf", ".PDF"))],
    });
    assert.deepEqual(places(found), ["warning DecMessage/EdocRealation/EdocID:30"]);
  });

  it("wants no PDF for structured documents, the electronic agreement and empty templates", () => {
    for (const inside of [
      "<EdocID>530100000001IM1</EdocID><EdocCode>00000001</EdocCode><EdocFomatType>S</EdocFomatType>",
      "<EdocID>20240000001</EdocID><EdocCode>10000001</EdocCode><EdocFomatType>US</EdocFomatType>",
      "<EdocID/><EdocCode/><EdocFomatType/>",
    ]) {
      const xml = DEC.replace("</DecMessage>", `<EdocRealation>${inside}</EdocRealation></DecMessage>`);
      assert.deepEqual(findings("edoc-missing-pdf", xml, { zipped: true }), [], inside);
    }
  });
});

describe("preflight: sender-id (faq 17)", () => {
  const at = "Manifest/Head/SenderID:6";

  it("accepts region, organisation code, _DXPESW and client ID", () => {
    assert.deepEqual(findings("sender-id", MT1401), []);
  });

  it("names each part that is wrong", () => {
    for (const [value, says] of [
      ["530123456789_DXPESWDEMO0001", /organisation code 23456789/],
      ["5300123456789_DXPESWDEMO0002", /client ID DEMO0002/],
      ["5300123456789_DXPESWdemo0001", /client ID demo0001/],
      ["5300123456789DXPESWDEMO0001", /form/],
      ["5300123456789_DXPESWDEMO0001_SWS1_2_@", /form/],
      ["", /no SenderID/],
    ] as const) {
      const found = findings("sender-id", withLine(MT1401, 6, `<SenderID>${value}</SenderID>`));
      assert.deepEqual(places(found), [`error ${at}`], value);
      assert.match(found[0]?.text.en ?? "", says, value);
    }
    assert.deepEqual(places(findings("sender-id", withLine(MT1401, 6, ""))), ["error Manifest/Head:2"]);
  });

  it("only warns of another region than the client's", () => {
    const parts = (region: string) => ({ client: { ...CLIENT, region } });
    assert.deepEqual(places(findings("sender-id", MT1401, parts("4403"))), [`warning ${at}`]);
    assert.deepEqual(findings("sender-id", MT1401, parts("5300")), []);
  });

  it("is lenient with the older sea and air files", () => {
    const sea = MT1401.replaceAll("MT1401", "MT2101");
    const line = (value: string) => findings("sender-id", withLine(sea, 6, `<SenderID>${value}</SenderID>`));
    assert.deepEqual(line("5300123456789_DXPESWDEMO0001_SWS1_2_@"), []);
    assert.deepEqual(places(line("5300987654321_DXPESWDEMO0001")), [`warning ${at}`]);
    assert.deepEqual(places(line("5300123456789_DXPESWOTHER")), [`error ${at}`]);
  });
});

describe("preflight: company-code (faq 19)", () => {
  it("accepts codes that are the company's", () => {
    assert.deepEqual(findings("company-code", INV101), []);
    const card = { companyCode: "4403960000", cardNumber: "" };
    assert.deepEqual(findings("company-code", INV101, { card, client: { ...clientOf("9999999999") } }), []);
  });

  it("names the code that differs from the card, which goes before the setting", () => {
    const xml = withLine(INV101, 21, "<InputCode>4403961111</InputCode>");
    assert.deepEqual(places(findings("company-code", xml)), [`error ${BODY}/InvtHeadType/InputCode:21`]);
    const card = { companyCode: "4403961111", cardNumber: "" };
    const found = findings("company-code", xml, { card });
    assert.deepEqual(places(found), [`error ${BODY}/OperCusRegCode:${lineOf(xml, "<OperCusRegCode>")}`]);
    assert.match(found[0]?.text.en ?? "", /4403960000.*the card is 4403961111/);
  });

  it("compares the two with each other when no company is known", () => {
    const xml = withLine(INV101, 21, "<InputCode>4403961111</InputCode>");
    assert.deepEqual(places(findings("company-code", xml, { client: clientOf("") })), [
      `error ${BODY}/OperCusRegCode:${lineOf(xml, "<OperCusRegCode>")}`,
    ]);
  });

  it("reports an absent code at the element that should hold it", () => {
    const xml = withLine(INV101, 21, "");
    assert.deepEqual(places(findings("company-code", xml)), [`error ${BODY}/InvtHeadType:16`]);
  });

  function clientOf(customsCode: string) {
    return { environment: "test" as const, clientId: "DEMO0001", orgCode: "123456789", customsCode };
  }
});

describe("preflight: wrong-folder", () => {
  it("accepts a document's own folder whatever its case", () => {
    assert.deepEqual(findings("wrong-folder", DEC, { business: "deccus001" }), []);
    assert.deepEqual(findings("wrong-folder", INV101), []);
    // SysId says for which system a list is; it may lie in the folder of manuals or of account books.
    for (const business of ["Npts", "nems"]) assert.deepEqual(findings("wrong-folder", INV101, { business }), []);
    assert.deepEqual(findings("wrong-folder", MT1401), []);
  });

  it("names both folders", () => {
    const found = findings("wrong-folder", INV101, { business: "DecCus001" });
    assert.deepEqual(places(found), ["error Signature/Object/Package/DataInfo/BussinessData/InvtMessage:15"]);
    assert.match(found[0]?.text.en ?? "", /INV101.*DecCus001.*Sas/);
    assert.match(found[0]?.text.zh ?? "", /核注清单.*DecCus001.*Sas/);
  });

  it("only warns of a folder it does not know and of the other manifest folder", () => {
    assert.deepEqual(places(findings("wrong-folder", DEC, { business: "Mine" })), ["warning DecMessage:1"]);
    assert.deepEqual(places(findings("wrong-folder", MT1401, { business: "Mft" })), ["warning Manifest:1"]);
  });
});
