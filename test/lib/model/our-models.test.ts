import assert from "node:assert/strict";
import { writeZip } from "../../../lib/archive/index.js";
import { inspect } from "../../../lib/business/inspect.js";
import type { Check } from "../../../lib/document.js";
import { type Model, modelOf } from "../../../lib/model/model.js";
import { SchemaStore } from "../../../lib/model/schema-store.js";
import { judge } from "../../../lib/model/walk.js";
import { readXml } from "../../../lib/xml/read.js";
import { invtXml } from "../../../simulator/samples/index.js";
import { turnsOf } from "../../support/turns.js";
import { DEC_HEAD, DEC_LIST, DEC_SIGN, dec, invt, MANIFEST_PARTS, manifest } from "./small-documents.js";

const store = new SchemaStore();

async function checks(document: string | Buffer): Promise<Check[]> {
  const found = await store.validate(await inspect(Buffer.from(document as Buffer), "a.xml"));
  assert.ok(found, "there is no schema");
  return found;
}

const NAMED_SCHEMA =
  '<Manifest xmlns="urn:Declaration:datamodel:standard:CN:MT1401:1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:Declaration:datamodel:standard:CN:MT1401:1 MT1401.xsd">';
const SEA_MANIFEST = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Manifest xmlns="urn:Declaration:datamodel:standard:CN:MT2101:1">
<Head><MessageID>CN_MT2101_1p0_1</MessageID><FunctionCode>9</FunctionCode><MessageType>MT2101</MessageType><SenderID>5300123456789_DXPESWDEMO0001_SWS1_2_@</SenderID><ReceiverID>EPORT</ReceiverID><SendTime>20261124010203004</SendTime><Version>1.0</Version></Head>
<Declaration>
<RepresentativePerson><Name>x</Name></RepresentativePerson>
<Carrier><ID>C1</ID></Carrier>
<BorderTransportMeans><JourneyID>V1</JourneyID><TypeCode>1</TypeCode><ID>UN1</ID><Name>SHIP</Name></BorderTransportMeans>
<Consignment>
<TransportContractDocument><ID>B1</ID></TransportContractDocument>
<ValueAmount CurrencyTypeCode="USD">1</ValueAmount>
<LoadingLocation><ID>CNSZX</ID></LoadingLocation>
<TotalGrossMassMeasure>1</TotalGrossMassMeasure>
</Consignment>
</Declaration>
</Manifest>`;

const brief = (found: readonly Check[]) => found.map(({ severity, path, line }) => `${severity} ${path} ${line}`);
const line = (document: string, part: string) => document.slice(0, document.indexOf(part)).split("\n").length;

describe("our schemas", () => {
  after(() => store.close());

  describe("shapes that real files have (formats, sample shapes)", () => {
    const prefixed = dec({ open: '<ns0:DecMessage xmlns:ns0="http://www.chinaport.gov.cn/dec">' })
      .replace(/<(\/?)(?!ns0:|\/)/g, "<$1ns0:")
      .replace(/ns0:ns0:/g, "ns0:");
    for (const [what, document] of [
      ["DEC with its namespace and Version", dec()],
      [
        "DEC with version in lower case",
        dec({ open: '<DecMessage xmlns="http://www.chinaport.gov.cn/dec" version="3.1">' }),
      ],
      ["DEC without namespace and attribute", dec({ open: "<DecMessage>" })],
      ["DEC with a byte order mark", `\ufeff<?xml version="1.0" encoding="UTF-8"?>\n${dec()}`],
      ["DEC with any prefix", prefixed],
      [
        "DEC in ImportMessage",
        `\ufeff<ImportMessage xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="x.xsd"><SWImpHead><CopMsgId>1</CopMsgId></SWImpHead><SWImpData>${dec({ open: "<DecMessage>" })}</SWImpData></ImportMessage>`,
      ],
      [
        "DEC in GB2312",
        Buffer.concat([
          Buffer.from('<?xml version="1.0" encoding="gb2312"?>'),
          // 甲 and 乙 as GB2312.
          Buffer.from(dec().replaceAll("甲", "\u00bc\u00d7").replaceAll("乙", "\u00d2\u00d2"), "latin1"),
        ]),
      ],
      [
        "DEC with CDATA and <X/> for unused strings and dates",
        dec({
          head: [
            "<SeqNo/>",
            ...DEC_HEAD.slice(0, 4),
            "<IEDate/><NoteS><![CDATA[<a & b>]]></NoteS>",
            ...DEC_HEAD.slice(4, -1),
            "<CheckFlow/>",
            ...DEC_HEAD.slice(-1),
          ],
        }),
      ],
      ["a road manifest", manifest()],
      ["a road manifest without namespace", manifest(MANIFEST_PARTS, "<Manifest>")],
      ["a road manifest that names its schema's place", manifest(MANIFEST_PARTS, NAMED_SCHEMA)],
      ["a sea manifest: standalone, older order, CurrencyTypeCode, a longer SenderID", SEA_MANIFEST],
      [
        "a road manifest in MFTMessage",
        `<MFTMessage><MFTHead/><MFTData>${manifest(MANIFEST_PARTS, "<Manifest>")}</MFTData></MFTMessage>`,
      ],
    ] as const) {
      it(`takes ${what} without a word`, async () => {
        assert.deepEqual(brief(await checks(document)), []);
      });
    }

    it("takes INV101 with DelcareFlag, SysId and OperCusRegCode first or last, with and without namespace", async () => {
      const codes = "<SysId>Z7</SysId><OperCusRegCode>4403960000</OperCusRegCode>";
      const flag = "<DelcareFlag>0</DelcareFlag>";
      const head = "<InvtHeadType><EtpsInnerInvtNo>N1</EtpsInnerInvtNo></InvtHeadType>";
      for (const parts of [
        { first: flag, message: codes + head },
        { message: head + codes, last: flag, namespace: "" },
        { message: `${head}<OperCusRegCode>4403960000</OperCusRegCode><SysId>Z7</SysId>`, last: flag },
      ]) {
        const found = await checks(invt(parts));
        assert.deepEqual(
          found.filter(({ text }) => /out of order/.test(text.en)),
          [],
        );
        assert.deepEqual(
          found.filter(({ path }) => /SysId|OperCus|Delcare/.test(path)),
          [],
        );
      }
    });
  });

  it("takes what is signed already, with elements in it that may hold anything", async () => {
    const info =
      '<SignedInfo><CanonicalizationMethod Algorithm="a"/><SignatureMethod Algorithm="b"/><Reference URI="#O"><DigestMethod Algorithm="c"><x/></DigestMethod><DigestValue>QQ==</DigestValue></Reference></SignedInfo><SignatureValue>QQ==</SignatureValue>';
    const plain = invt({ message: "<InvtHeadType><EtpsInnerInvtNo>N1</EtpsInnerInvtNo></InvtHeadType>" });
    const said = (found: readonly Check[]) => found.map(({ severity, path, text }) => [severity, path, text.en]);
    assert.deepEqual(said(await checks(plain.replace("<Object ", `${info}<Object `))), said(await checks(plain)));
    const odd = plain.replace("<EtpsInnerInvtNo>", "<Odd/><EtpsInnerInvtNo>");
    assert.deepEqual(said(await checks(odd.replace("<Object ", `${info}<Object `))), said(await checks(odd)));
  });

  it("names the element in which text stands that nobody reads, once, and no white space, comment or empty CDATA", async () => {
    const inHead = (text: string) => checks(dec().replace("<DecHead>", `<DecHead>${text}`));
    for (const text of ["stray", "<!-- c -->stray", "<![CDATA[stray]]>", "&#65;"]) {
      assert.deepEqual(brief(await inHead(text)), ["warning DecMessage/DecHead 2"], text);
    }
    for (const text of [" \n ", "<!-- c -->", "<?p i?>", "<![CDATA[]]>", "&#10;"]) {
      assert.deepEqual(brief(await inHead(text)), [], text);
    }
    const everywhere = dec().replaceAll("</IEFlag>", "</IEFlag>a").replaceAll("</CopName>", "</CopName>b");
    assert.deepEqual(brief(await checks(everywhere)), ["warning DecMessage/DecHead 2"]);
  });

  describe("an inventory list that is complete", () => {
    const good = invtXml({ goods: 3 }).toString();
    const signed = (inside: string) => good.replace("<Object", `${inside}<Object`);
    const errors = async (document: string) => brief(await checks(document)).filter((one) => one.startsWith("error"));

    for (const [what, inside] of [
      [
        "empty (shape 1)",
        '<SignedInfo><CanonicalizationMethod Algorithm=""/><SignatureMethod Algorithm=""/><Reference URI=""><DigestMethod Algorithm=""/><DigestValue/></Reference></SignedInfo><SignatureValue/><KeyInfo><KeyName/></KeyInfo>',
      ],
      ["of bare elements", "<SignedInfo><SignatureMethod/><Reference/></SignedInfo><SignatureValue/><KeyInfo/>"],
      [
        "with names of algorithms (shape 2)",
        '<SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/><SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"/><Reference URI="#String"><Transforms><Transform Algorithm="x"/></Transforms><DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/><DigestValue>MQ==</DigestValue></Reference></SignedInfo><SignatureValue>MQ==</SignatureValue><KeyInfo><KeyName>0123</KeyName></KeyInfo>',
      ],
    ] as const) {
      it(`may have a SignedInfo ${what}`, async () => {
        assert.deepEqual(await errors(signed(inside)), []);
      });
    }

    it("may have e-commerce lines that name their list only (shape 4), and nothing else short", async () => {
      const missing = async (inside: string) => {
        const xml = good
          .replace(/<InvtListType>[\s\S]*<\/InvtListType>/, "")
          .replace("<InvtHeadType>", `${`<InvtListType>${inside}</InvtListType>`.repeat(2)}<InvtHeadType>`);
        return (await checks(xml)).filter(({ text }) => /lacks the required element/.test(text.en));
      };
      assert.deepEqual(await missing("<SeqNo/><BondInvtNo/><CbecBillNo>1</CbecBillNo>"), []);
      assert.notDeepEqual(await missing("<SeqNo/><BondInvtNo/><CbecBillNo/>"), []);
    });
  });

  it("does not turn the absence of what is not surely required into an error", async () => {
    const document = manifest([
      ...MANIFEST_PARTS.slice(0, 2),
      "<Carrier>\n<ID>C1</ID>\n</Carrier>",
      ...MANIFEST_PARTS.slice(3),
    ]);
    assert.deepEqual(brief(await checks(document)), [
      `warning Manifest/Declaration ${line(document, "<Declaration>")}`,
    ]);
  });

  it("names every missing element, in both languages, with the line of its parent", async () => {
    const document = dec({ head: DEC_HEAD.slice(2), sign: [] });
    const found = await checks(document);
    assert.deepEqual(brief(found), [
      "warning DecMessage/DecHead 2",
      "warning DecMessage/DecHead 2",
      `warning DecMessage/DecSign ${line(document, "<DecSign>")}`,
      `error DecMessage/DecSign ${line(document, "<DecSign>")}`,
    ]);
    assert.match(found[0]?.text.zh ?? "", /缺少必填元素 进出口标志 \(IEFlag\)/);
    assert.match(found[1]?.text.en ?? "", /AgentCode/);
    assert.match(found[0]?.advice.zh ?? "", /IEFlag/);
    assert.equal(found[0]?.rule, "SW-XSD");
  });

  it("names every wrong value with line, column, path, plain words", async () => {
    const document = dec({
      list: [
        "<CodeTS>84713000001</CodeTS>",
        "  <GNo>one</GNo>",
        "<GQty/>",
        "<DestinationCountry>CHN</DestinationCountry>",
      ],
    });
    const [code, number, empty, ...rest] = await checks(document);
    assert.ok(code && number && empty && rest.length === 0);
    assert.deepEqual(brief([code, number, empty]), [
      `warning DecMessage/DecLists/DecList/CodeTS ${line(document, "<CodeTS>")}`,
      `error DecMessage/DecLists/DecList/GNo ${line(document, "<GNo>")}`,
      `error DecMessage/DecLists/DecList/GQty ${line(document, "<GQty/>")}`,
    ]);
    assert.equal(number.column, 3);
    assert.match(code.text.en, /has 11 characters, the limit is 10$/);
    assert.match(code.text.zh, /商品编号 \(CodeTS\) 长度为 11，超过上限 10/);
    assert.match(number.text.zh, /“one”不是有效的整数/);
    assert.match(empty.text.zh, /为空/);
    assert.match(empty.advice.en, /For input string/);
  });

  it("finds the line below elements in the wrong order, and of the second of two", async () => {
    const document = dec()
      .replace(/<DecLists>[\s\S]*<\/DecLists>\n/, "")
      .replace(
        "<DecHead>",
        `<DecLists><DecList>${DEC_LIST.join("")}</DecList>\n<DecList>${DEC_LIST.join("").replace("1.5", "x")}</DecList></DecLists>\n<DecHead>`,
      );
    const found = await checks(document);
    assert.deepEqual(brief(found), [
      `error DecMessage/DecLists/DecList[2]/GQty 3`,
      `warning DecMessage/DecHead ${line(document, "<DecHead>")}`,
    ]);
  });

  it("only warns of order in DEC, refuses it in a manifest (faq 17)", async () => {
    const [office, id, ...others] = MANIFEST_PARTS as [string, string, ...string[]];
    const swapped = manifest([id, office, ...others]);
    assert.deepEqual(brief(await checks(swapped)), [
      `error Manifest/Declaration/DeclarationOfficeID ${line(swapped, "<DeclarationOfficeID>")}`,
    ]);
    const head = [DEC_HEAD[1], DEC_HEAD[0], ...DEC_HEAD.slice(2)] as string[];
    assert.deepEqual(brief(await checks(dec({ head }))), ["warning DecMessage/DecHead/IEFlag 4"]);
  });

  it("goes on behind a child that it does not know or that is there too often", async () => {
    const document = dec({
      list: ["<Gname>x</Gname>", ...DEC_LIST, "<GNo>2</GNo>"].map((item) => item.replace("1.5", "y")),
    });
    const found = await checks(document);
    assert.deepEqual(brief(found), [
      "warning DecMessage/DecLists/DecList/Gname 18",
      "error DecMessage/DecLists/DecList/GQty 21",
      "warning DecMessage/DecLists/DecList/GNo[2] 23",
    ]);
    assert.match(found[0]?.advice.en ?? "", /GName/);
  });

  it("only warns of lengths that accepted files exceed", async () => {
    const document = dec({
      head: DEC_HEAD.map((item) => item.replace("123456789<", "4403960000<")),
      sign: [
        ...DEC_SIGN.map((item) => item.replace("K0001", "K12345678901234567890123")),
        "<SignDate>2026-11-24 01:02:03</SignDate>",
      ],
    });
    assert.deepEqual(
      (await checks(document)).map(({ severity, path }) => `${severity} ${path.split("/").at(-1)}`),
      ["warning CopCode", "warning ClientSeqNo"],
    );
  });

  it("names the ZIP's entry, and the line in it", async () => {
    const xml = dec({ list: DEC_LIST.map((item) => item.replace("1.5", "x")) });
    const zip = await writeZip([{ name: "报关单.xml", bytes: Buffer.from(xml) }], { at: 0 });
    const [found] = (await store.validate(await inspect(zip, "报关单.zip"))) ?? [];
    assert.deepEqual([found?.entry, found?.line], ["报关单.xml", line(xml, "<GQty>")]);
    assert.equal((await checks(xml))[0]?.entry, undefined);
  });

  it("finds the line in a document of many, and lists at most a thousand findings", async () => {
    const list = `<DecList>${DEC_LIST.join("")}</DecList>\n`;
    const wrong = list.replace("1.5", "x");
    const document = dec().replace(/<DecList>[\s\S]*<\/DecList>\n/, `${list.repeat(3000)}${wrong}${list}`);
    assert.deepEqual(brief(await checks(document)), [
      `error DecMessage/DecLists/DecList[3001]/GQty ${line(document, wrong)}`,
    ]);
    const all = await checks(dec().replace(/<DecList>[\s\S]*<\/DecList>\n/, wrong.repeat(3000)));
    assert.equal(all.length, 1001);
    assert.match(all[1000]?.text.en ?? "", /2000 more/);
    assert.equal(all[1000]?.severity, "error");
  });

  it("keeps line breaks, tabs and quotes in values as they are", async () => {
    assert.deepEqual(brief(await checks(dec({ open: '<DecMessage Version="&quot;&#10;">' }))), []);
    const note = `<NoteS>${"a\n".repeat(127)}&amp;</NoteS>`;
    const head = [...DEC_HEAD.slice(0, 4), note, ...DEC_HEAD.slice(4)];
    assert.deepEqual(brief(await checks(dec({ head }))), []);
    const document = dec({ head, list: DEC_LIST.map((item) => item.replace("1.5", "x")) });
    assert.deepEqual(brief(await checks(document)), [
      `error DecMessage/DecLists/DecList/GQty ${line(document, "<GQty>")}`,
    ]);
  });

  it("finds the place behind 65,535 elements", async () => {
    const list = `<DecList>${DEC_LIST.join("")}</DecList>\n`;
    const wrong = list.replace("1.5", "x");
    const document = dec().replace(/<DecList>[\s\S]*<\/DecList>\n/, `${list.repeat(14_000)}${wrong}`);
    assert.deepEqual(brief(await checks(document)), [
      `error DecMessage/DecLists/DecList[14001]/GQty ${line(document, wrong)}`,
    ]);
  });

  it("has none for what it does not know", async () => {
    assert.equal(await store.validate(await inspect(Buffer.from("<Unknown/>"), "a.xml")), undefined);
  });

  it("children of an element that is to have none are each told, with the event loop in between", async () => {
    const root = await readXml(Buffer.from(dec().replace(/<IEFlag>/, `<IEFlag>${"<Nobody/>".repeat(20_000)}`)));
    const { result, turns } = await turnsOf(() => judge(root, modelOf("DEC") as Model));
    const unknown = result.filter(({ path }) => /IEFlag\/Nobody\[\d+\]$/.test(path));
    assert.ok(unknown.length > 900, `${unknown.length} told`);
    assert.match(result.at(-1)?.text.en ?? "", /more findings/);
    assert.ok(turns >= 4, `${turns} turns`);
  });
});
