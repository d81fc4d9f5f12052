import assert from "node:assert/strict";
import fc from "fast-check";
import { writeZip } from "../../../lib/archive/index.js";
import { kindOf } from "../../../lib/business/index.js";
import { inspect } from "../../../lib/business/inspect.js";
import type { Check } from "../../../lib/document.js";
import { SchemaStore } from "../../../lib/model/schema-store.js";
import { preflight } from "../../../lib/preflight/index.js";
import { scanXml } from "../../../lib/xml/scan.js";
import { documentOptions, generateDocument } from "../../support/generate-documents.js";
import type { GeneratedDocument, GenerateOptions } from "../../support/generated/options.js";
import { contextOf, pdf } from "./context.js";

function check(options: Partial<GenerateOptions>) {
  const document = generateDocument(options);
  const zipped = document.attachments.length > 0;
  const context = contextOf(document.xml, {
    business: document.business,
    fileName: zipped ? document.xmlName.replace(".xml", ".zip") : document.xmlName,
    zipped,
    ...(zipped ? { entry: document.xmlName } : {}),
    attachments: document.attachments.map(({ name, bytes }) => pdf(name, bytes)),
    card: { companyCode: "4403960000", cardNumber: "2100010012345" },
  });
  return { document, context, checks: preflight(context) };
}

const store = new SchemaStore();

/** What the schemas say of the file that would be dropped: the XML, or the ZIP that it is in with its PDFs. */
async function schemaChecks({ xml, xmlName, attachments }: GeneratedDocument): Promise<readonly Check[]> {
  const zipped = attachments.length > 0;
  const file = zipped ? await writeZip([{ name: xmlName, bytes: xml }, ...attachments], { at: 0 }) : xml;
  const checks = await store.validate(await inspect(file, zipped ? xmlName.replace(".xml", ".zip") : xmlName));
  assert.ok(checks, "there is no schema");
  return checks;
}

/** Departures that real documents have; the generator makes them on purpose, and the schemas warn of them. */
const ON_PURPOSE = [
  /DecHead\/TypistNo: element out of order/,
  /DecList(\[\d+\])?\/ClassMark: element out of order/,
  /DecSign\/SignDate: .*does not have the form/,
  /Manifest\/Declaration: .*lacks the required element BorderTransportMeans/,
];

/** All else that the schemas found: with a severity that is not a warning, or not made on purpose. */
const unwanted = (checks: readonly Check[]) =>
  checks
    .map(({ severity, path, text }) => `${severity} ${path}: ${text.en}`)
    .filter((found) => !found.startsWith("warning ") || !ON_PURPOSE.some((known) => known.test(found)));

describe("preflight: generated valid documents", () => {
  const seed = Number(process.env.FC_SEED ?? Date.now() % 0x7fffffff);

  after(() => store.close());

  it(`finds no error in any of them, by the rules or the schemas (FC_SEED=${seed})`, async () => {
    const types = new Set<string>();
    await fc.assert(
      fc.asyncProperty(documentOptions, async (options) => {
        const { document, context, checks } = check(options);
        assert.equal(context.kind?.type, document.type);
        assert.equal(context.kind?.clientKey(context.root), document.clientKey);
        assert.deepEqual(
          checks.filter(({ severity }) => severity === "error"),
          [],
        );
        // Merging goods into one line of the declaration is ordinary, yet warned of; nothing else may be said.
        assert.deepEqual(
          checks.filter(({ rule }) => rule !== "SW-RULE-entry-number-repeated"),
          [],
        );
        assert.deepEqual(unwanted(await schemaChecks(document)), []);
        types.add(document.type);
      }),
      { seed, numRuns: 400 },
    );
    assert.equal(types.size, 7);
  });

  it("generates the same bytes for the same options", () => {
    assert.deepEqual(generateDocument({ seed: 7, pdfs: 2 }), generateDocument({ seed: 7, pdfs: 2 }));
    assert.notDeepEqual(generateDocument({ seed: 7 }).xml, generateDocument({ seed: 8 }).xml);
  });

  it("recognises every shape by content, in every encoding", () => {
    for (const encoding of ["utf-8", "utf-8-bom", "utf-16le", "gb2312"] as const) {
      const { document } = check({ type: "DEC", wrapped: true, namespace: "none", encoding });
      const root = scanXml(document.xml);
      assert.equal(root.name, "ImportMessage", encoding);
      assert.equal(kindOf(root)?.kind.type, "DEC", encoding);
      assert.match(root.find("AgentName")?.text ?? "", /^报关有限公司$/, encoding);
    }
  });
});

describe("preflight: sample shapes of the formats pass without an error", () => {
  after(() => store.close());

  const shapes: [string, Partial<GenerateOptions>][] = [
    ["DEC 1 default namespace", { type: "DEC" }],
    [
      "DEC 2 ImportMessage, BOM, no namespace",
      { type: "DEC", wrapped: true, namespace: "none", encoding: "utf-8-bom" },
    ],
    ["DEC 3 any prefix", { type: "DEC", namespace: "prefixed" }],
    ["DEC 4 gb2312", { type: "DEC", encoding: "gb2312" }],
    ["DEC 5 CDATA", { type: "DEC", cdata: true }],
    ["DEC 6 empty text elements", { type: "DEC", unused: "self-closed" }],
    ["DEC 6 unused fields left out", { type: "DEC", unused: "absent" }],
    ["DEC with PDFs", { type: "DEC", pdfs: 2 }],
    ["INV 1 no namespace", { type: "INV101", namespace: "none", unused: "open-close" }],
    ["INV 3 SysId first", { type: "INV101", tailFirst: true, modification: true }],
    ["manifest 1 road", { type: "MT1401" }],
    ["manifest 1 road, export", { type: "MT2401" }],
    ["manifest 2 sea, longer SenderID", { type: "MT2101", tailFirst: true }],
    ["manifest 5 MFTMessage", { type: "MT1401", wrapped: true, unused: "self-closed" }],
  ];
  for (const [title, options] of shapes) {
    it(title, async () => {
      const { document, checks } = check({ ...options, seed: 3 });
      assert.deepEqual(
        checks.filter(({ severity }) => severity === "error"),
        [],
      );
      assert.deepEqual(unwanted(await schemaChecks(document)), []);
    });
  }

  it("DEC 8 summary declaration (few fields)", () => {
    const xml = `<DecMessage><DecHead><IEFlag>I</IEFlag><Type>  5</Type></DecHead><DecLists><DecList><GNo>1</GNo></DecList></DecLists>
<DecSign><OperType>G</OperType><ClientSeqNo>S1</ClientSeqNo></DecSign></DecMessage>`;
    assert.deepEqual(preflight(contextOf(xml)), []);
  });

  it("INV 1 and 2 empty and filled SignedInfo", () => {
    const { document } = check({ type: "INV101", encoding: "utf-8" });
    for (const inside of [
      "<SignatureMethod/><Reference/>",
      '<SignatureMethod Algorithm="x"/><Reference URI="#String"/>',
    ]) {
      const xml = document.xml
        .toString()
        .replace("<Object", `<SignedInfo>${inside}</SignedInfo><SignatureValue/><KeyInfo/><Object`);
      assert.deepEqual(
        preflight(contextOf(xml)).filter(({ severity }) => severity === "error"),
        [],
      );
    }
  });

  it("INV 4 lists first, e-commerce lines with CbecBillNo only", () => {
    const rows = "<InvtListType><SeqNo/><BondInvtNo/><CbecBillNo>1</CbecBillNo></InvtListType>".repeat(3);
    const { document } = check({ type: "INV101", rows: 1 });
    const xml = document.xml
      .toString()
      .replace(/<InvtListType>[\s\S]*<\/InvtListType>/, "")
      .replace("<InvtHeadType>", `${rows}<InvtHeadType>`);
    assert.deepEqual(
      preflight(contextOf(xml)).filter(({ severity }) => severity === "error"),
      [],
    );
  });

  it("INV 5 and manifest 4 are not recognised, which is a warning only", () => {
    const bare = "<InvtMessage><InvtHeadType/></InvtMessage>";
    const terminal = "<Manifest><Head><MessageType>MT2101A</MessageType></Head></Manifest>";
    for (const xml of [bare, terminal]) {
      assert.deepEqual(
        preflight(contextOf(xml)).map(({ rule, severity }) => [rule, severity]),
        [["SW-RULE-unknown-kind", "warning"]],
      );
    }
  });

  it("manifest 3 xsi:schemaLocation beside the namespace", () => {
    const { document } = check({ type: "MT1401" });
    const xml = document.xml
      .toString()
      .replace(
        "<Manifest ",
        '<Manifest xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:Declaration:datamodel:standard:CN:MT1401:1 a.xsd" ',
      );
    assert.deepEqual(preflight(contextOf(xml, { business: "Rmft" })), []);
  });
});
