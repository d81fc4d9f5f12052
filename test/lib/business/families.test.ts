import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isZip, readZip, writeZip } from "../../../lib/archive/index.js";
import { readFolderSettings, unknownType, wayOf } from "../../../lib/business/folder-settings.js";
import { mayBeAnswered } from "../../../lib/business/index.js";
import { inspect } from "../../../lib/business/inspect.js";
import { normaliseFile, packFile, unpackFile } from "../../../lib/business/packing.js";
import { kindOf, meaningOf } from "../../../lib/codes.js";
import { codeOf } from "../../../lib/errors.js";
import { faultOf } from "../../../lib/fault.js";
import { PROFILE_NAMES } from "../../../lib/signing/profiles/index.js";

const AT = Date.UTC(2026, 10, 24);
const CASES = join(__dirname, "..", "..", "fixtures", "field-cases");
const fieldCase = (name: string, file: string) => readFileSync(join(CASES, name, file));
const see = (xml: string | Buffer, name = "a.xml") => inspect(Buffer.from(xml), name);

const manifest = (type: string, inside = "") =>
  `<Manifest xmlns="urn:Declaration:datamodel:standard:CN:${type}:1"><Head><MessageID>M1</MessageID><FunctionCode>9</FunctionCode></Head><Declaration>${inside}</Declaration></Manifest>`;
const trade = (type: string, data: string, pocket = "", flag = "<DelcareFlag>1</DelcareFlag>") =>
  `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><Object Id="String"><Package><EnvelopInfo><message_type>${type}</message_type></EnvelopInfo><DataInfo>${pocket}<BussinessData>${data}${flag}</BussinessData></DataInfo></Package></Object></Signature>`;
const dxp = (inside: Buffer, name = "") =>
  `<x:DxpMsg xmlns:x="http://www.chinaport.gov.cn/dxp"><x:TransInfo><x:CopMsgId>C1</x:CopMsgId></x:TransInfo><x:Data>${inside.toString("base64")}</x:Data>${name && `<x:AddInfo><x:FileName>${name}</x:FileName></x:AddInfo>`}</x:DxpMsg>`;

describe("families of message types", () => {
  it("take every Manifest: same key, same signing, always a ZIP", async () => {
    for (const type of ["MT4406", "MT2201", "MT9998", "MTX1"]) {
      const seen = await see(manifest(type));
      assert.deepEqual(
        [seen.kind?.type, seen.business?.id, seen.kind?.zip, seen.kind?.signing, seen.clientKey, seen.operation],
        [type, "manifest", "required", "detached", "M1", "9"],
      );
      const { name, bytes } = await normaliseFile(Buffer.from(manifest(type)), "a.xml", {
        at: AT,
        flatten: false,
        names: "utf-8",
      });
      assert.ok(name === "a.zip" && isZip(bytes));
    }
    // Its name is no fault of a document that we pack ourselves.
    for (const odd of ["\u202aFLD1.xml", "FLD\u200e1.xml", "\ufeffFLD1.xml", "a:b.xml"]) {
      const options = { at: AT, flatten: false, names: "utf-8" } as const;
      const { bytes } = await normaliseFile(Buffer.from(manifest("MT1401")), odd, options);
      const [entry] = await readZip(bytes);
      assert.equal(entry?.name, odd.startsWith("a") ? "a_b.xml" : "FLD1.xml");
    }
    for (const root of ["<Manifest/>", '<Manifest xmlns="urn:other"><Head/></Manifest>', manifest("../x")]) {
      assert.equal((await see(root)).kind, undefined, root);
    }
  });

  it("take every message in the envelope, by the system that its name begins with", async () => {
    const data =
      "<AnyMessage><AnyHead><SeqNo/><EtpsPreentNo>E1</EtpsPreentNo><DclTypecd>2</DclTypecd></AnyHead></AnyMessage>";
    for (const [type, business] of [
      ["SAS199", "sas"],
      ["EMS199", "nems"],
      ["EML199", "npts"],
      ["BHL199", "nbhl"],
      ["ELBP", "sas"],
    ] as const) {
      const seen = await see(trade(type, data));
      assert.deepEqual(
        [
          seen.kind?.type,
          seen.business?.id,
          seen.kind?.zip,
          seen.kind?.signing,
          seen.clientKey,
          seen.operation,
          seen.seqNo,
        ],
        [type, business, "required", "xmldsig-object", "E1", "1 2", ""],
      );
    }
    assert.equal((await see(trade("", data))).kind, undefined);
    assert.equal((await see(trade("SAS199", ""))).kind, undefined);
  });

  it("may be answered by what answers any of their kind; a listed type only by its own", () => {
    assert.ok(mayBeAnswered("MT9998", ["MT1401"]) && mayBeAnswered("", ["DEC"]) && mayBeAnswered("DEC", []));
    assert.ok(!mayBeAnswered("DEC", ["MT1401"]));
  });

  it("know amendments, attached papers and papers by themselves", async () => {
    const amendment = await see(fieldCase("26-decmod-amendment", "FLDMOD0001.xml"));
    assert.deepEqual(
      [amendment.kind?.type, amendment.clientKey, amendment.operation, amendment.keys],
      ["DECMOD", "530120260000000001", "1/G", ["530120260000000001", "I20260000000000001"]],
    );
    const papers = await see(fieldCase("37-acmp-attachments", "FLDACMP0001.zip"), "FLDACMP0001.zip");
    assert.deepEqual(
      [papers.kind?.type, papers.business?.id, papers.keys],
      ["ACMP", "acmp", ["FLDNEMS0001_contract.pdf", "202600000001234567"]],
    );
    assert.equal((await see("<Edocs><EdocRealation><EdocID>E1</EdocID></EdocRealation></Edocs>")).clientKey, "E1");
  });
});

describe("what inspection knows of a document", () => {
  it("the number of the head only: rows of other elements count", async () => {
    const head = (seqNo: string) =>
      `<InvtMessage><InvtCbecBillType><SeqNo>1</SeqNo></InvtCbecBillType><InvtHeadType><SeqNo>${seqNo}</SeqNo><EtpsInnerInvtNo>N1</EtpsInnerInvtNo><DclTypecd>1</DclTypecd></InvtHeadType></InvtMessage>`;
    assert.equal((await see(trade("INV101", head("")))).seqNo, "");
    assert.equal((await see(trade("INV101", head("202600000000000001")))).seqNo, "202600000000000001");
    assert.equal((await see(trade("INV101", head(""), "", ""))).operation, "1");
  });

  it("the numbers of every order, list and bill", async () => {
    const order = (number: number) =>
      `<Order><OrderHead><guid>G${number}</guid><appType>1</appType><appStatus>2</appStatus><orderNo>O${number}</orderNo></OrderHead></Order>`;
    const orders = await see(
      `<CEB311Message xmlns="http://www.chinaport.gov.cn/ceb" guid="R">${order(1)}${order(2)}</CEB311Message>`,
    );
    assert.deepEqual([orders.keys, orders.operation], [["R", "G1", "O1", "G2", "O2"], "1 2"]);
    const bill = (id: string, house = "") =>
      `<Consignment><TransportContractDocument><ID>${id}</ID></TransportContractDocument>${house && `<AssociatedTransportDocument><ID>${house}</ID></AssociatedTransportDocument>`}</Consignment>`;
    assert.deepEqual((await see(manifest("MT2101", bill("B1", "H1") + bill("B2")))).keys, [
      "M1",
      "B1/H1",
      "B1",
      "H1",
      "B2",
    ]);
  });

  it("what is wrong with the document in a DxpMsg, and nothing of what is only unknown", async () => {
    const whole = fieldCase("15-dxpmsg-outgoing-ceb303", "DXP_CEB303_FLDORDER31.xml").toString();
    const withData = (bytes: Buffer) =>
      inspect(Buffer.from(whole.replace(/(<[\w:]*Data>)[^<]*/, `$1${bytes.toString("base64")}`)), "a.xml");
    for (const damaged of ["", "<a><b></a>", "PK\x03\x04 cut"]) {
      await assert.rejects(withData(Buffer.from(damaged, "latin1")), /SW-XSD|SW-ZIP|empty|well-formed|ZIP/, damaged);
    }
    assert.equal((await withData(Buffer.from([0x30, 0x82, 1, 2, 3]))).kind, undefined);
  });

  it("what a producer wrapped in a DxpMsg, and that it goes out as it came", async () => {
    const bytes = fieldCase("15-dxpmsg-outgoing-ceb303", "DXP_CEB303_FLDORDER31.xml");
    const seen = await inspect(bytes, "a.xml");
    assert.deepEqual(
      [seen.kind?.type, seen.clientKey, seen.keys.includes("FLDORDER31"), seen.wrapped],
      ["CEB303", "00000030-FEED-4A01-8001-000000000030", true, true],
    );
    const options = { at: AT, flatten: false, names: "utf-8" as const };
    for (const change of [normaliseFile, packFile, unpackFile]) {
      assert.deepEqual(await change(bytes, "a.xml", options), { name: "a.xml", bytes });
    }
    const zip = await writeZip([{ name: "m.xml", bytes: Buffer.from(manifest("MT1401")) }], { at: AT });
    const zipped = await see(dxp(zip));
    assert.deepEqual(
      [zipped.kind?.type, zipped.zipped, zipped.xmlName, zipped.wrapped],
      ["MT1401", true, "m.xml", true],
    );
    const closed = await see(dxp(Buffer.from("enciphered")));
    assert.deepEqual([closed.kind, closed.clientKey, closed.wrapped], [undefined, "C1", true]);
    assert.deepEqual(wayOf(closed, "X", []), { signing: "none", zip: "optional" });
  });
});

describe("the table of folders", () => {
  const rows = (...list: Record<string, string>[]) => readFolderSettings(JSON.stringify(list), PROFILE_NAMES);
  const unknown = "<Licence xmlns='urn:x'><Head><MessageType>L1</MessageType></Head></Licence>";

  it("says how a type goes out that nobody knows, and its ZIP", async () => {
    const document = await see(unknown);
    const settings = rows({ folder: "Ail", profile: "detached", pack: "zip", receiver: "DXPDSWLICENCE001" });
    assert.deepEqual(wayOf(document, "AIL", settings), { signing: "detached", zip: "required", set: true });
    assert.deepEqual(wayOf(document, "Ail", rows({ folder: "Ail", profile: "none" })), {
      signing: "none",
      zip: "optional",
      set: true,
    });
    const packed = await normaliseFile(Buffer.from(unknown), "a.xml", {
      at: AT,
      flatten: false,
      names: "utf-8",
      folder: "ail",
      folders: settings,
    });
    assert.ok(isZip(packed.bytes));
    for (const none of [[], rows({ folder: "Exb", profile: "detached" }), rows({ folder: "Ail", receiver: "R" })]) {
      assert.equal(wayOf(document, "Ail", none), undefined);
    }
  });

  it("leaves types that are known as they are", async () => {
    const settings = rows({ folder: "Rmft", profile: "none", pack: "bare" });
    assert.deepEqual(wayOf(await see(manifest("MT4406")), "Rmft", settings), { signing: "detached", zip: "required" });
  });

  it("goes before what is guessed: 修撤单, 随附单据, and types of a family that are not listed", async () => {
    const row = (folder: string) => rows({ folder, profile: "none", pack: "bare" });
    const guesses = {
      DecCus102: "<DecModMessage><DecModHead><EntryId>1</EntryId></DecModHead></DecModMessage>",
      Acmp: "<SasAcmpRLMessage><SasAcmpRLList><FileName>a.pdf</FileName></SasAcmpRLList></SasAcmpRLMessage>",
      Decedoc001: "<EdocRealation><EdocID>a.pdf</EdocID></EdocRealation>",
      Mft: manifest("MT9101"),
      Nems: "<Package><EnvelopInfo><message_type>ELBP101</message_type></EnvelopInfo><DataInfo><BussinessData><E><SeqNo>1</SeqNo></E></BussinessData></DataInfo></Package>",
    };
    for (const [folder, xml] of Object.entries(guesses)) {
      const document = await see(xml);
      assert.ok(document.kind?.guessed && PROFILE_NAMES.includes(document.kind.signing), folder);
      assert.deepEqual(wayOf(document, folder, row(folder)), { signing: "none", zip: "optional", set: true });
      assert.equal(wayOf(document, folder, [])?.signing, document.kind.signing);
      assert.equal(wayOf(document, folder, rows({ folder, receiver: "R" }))?.signing, document.kind.signing);
    }
  });

  it("without a row the document waits, and the text says what it is and where to set it", async () => {
    const error = unknownType(await see(unknown), "Ail");
    assert.equal(codeOf(error), "SW-TYPE");
    assert.equal(kindOf(faultOf(error)), "waits");
    for (const part of ["Licence", "urn:x", "L1", "Ail"]) {
      assert.ok(error.text.en.includes(part) && error.text.zh.includes(part), part);
    }
    // Under the name that the dialog has.
    for (const [language, words] of [
      ["zh-CN", [error.advice?.zh, meaningOf("SW-TYPE")?.action.zh]],
      ["en-US", [error.advice?.en, meaningOf("SW-TYPE")?.action.en]],
    ] as const) {
      const file = `../../../nodes/import-client/locales/${language}/import-client.json`;
      const group: string = JSON.parse(readFileSync(join(__dirname, file), "utf8"))["import-client"].group.types;
      for (const advice of words) assert.ok(advice?.includes(group), `${advice} does not name ${group}`);
    }
  });

  it("refuses what is no such table", () => {
    const wrong = [
      "{",
      "{}",
      '[{"folder":""}]',
      '[{"folder":"a/b"}]',
      '[{"folder":"A","profile":"x"}]',
      "[null]",
      '[{"folder":"A","pack":"x"}]',
      '[{"folder":"A","receiver":"12345678901234567"}]',
      '[{"folder":"A"},{"folder":"a"}]',
    ];
    for (const text of wrong) {
      assert.throws(
        () => readFolderSettings(text, PROFILE_NAMES),
        (error) => codeOf(error) === "SW-CONFIG",
        text,
      );
    }
    assert.deepEqual(readFolderSettings("", PROFILE_NAMES), []);
  });
});
