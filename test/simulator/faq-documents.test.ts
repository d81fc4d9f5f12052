import assert from "node:assert/strict";
import { inspect } from "../../lib/business/inspect.js";
import { normaliseFile } from "../../lib/business/packing.js";
import { codeOf } from "../../lib/errors.js";
import { SchemaStore } from "../../lib/model/schema-store.js";
import { preflight, type Severity } from "../../lib/preflight/index.js";
import { readReceipts } from "../../lib/receipts/index.js";
import { type Arrived, Desk } from "../../simulator/process.js";
import { badZip, complete, DEMO_IDENTITY, decXml, manifestXml } from "../../simulator/samples/index.js";
import { Trust } from "../../simulator/signature.js";
import { type FaqDocument, faqDocuments } from "../support/faq-documents.js";
import { type CompanyCard, companyCard } from "./company-card.js";

const AT = Date.UTC(2026, 10, 24, 1, 2, 3);
const ITEMS = [14, 15, 16, 17, 18, 19, 20, 21];

describe("documents of the FAQ: refused here, and what the Single Window would have said", () => {
  const { clientId, orgCode, customsCode, region, cardNumber } = complete(DEMO_IDENTITY);
  const schemas = new SchemaStore();
  let card: CompanyCard;
  let desk: Desk;
  let documents: FaqDocument[];

  before(async () => {
    card = companyCard();
    desk = new Desk({ clientId, trust: Trust.fromFiles([card.certificateFile]) });
    documents = await faqDocuments(AT);
  });
  after(async () => {
    card.remove();
    await schemas.close();
  });

  /** As validate-xsd and preflight do it; the codes of all errors, or of the refusal to read it. */
  async function errorsOf({ bytes, fileName, folder, raised }: FaqDocument): Promise<string[]> {
    try {
      const { kind, root, body, zipped, attachments, xmlName, ...rest } = await inspect(bytes, fileName);
      const found = (await schemas.validate({ kind, root, body, zipped, xmlName, xml: rest.xml } as never)) ?? [];
      const client = { environment: "test" as const, clientId, orgCode, customsCode, region };
      const context = { kind, root, body, business: folder, fileName, zipped, attachments, client, entry: xmlName };
      const overrides: Record<string, Severity> = raised === undefined ? {} : { [raised]: "error" };
      const checks = preflight({ ...context, card: { companyCode: customsCode, cardNumber } }, overrides);
      return [...found, ...checks].filter(({ severity }) => severity === "error").map(({ rule }) => rule);
    } catch (error) {
      return [codeOf(error) ?? String(error)];
    }
  }

  async function sent(bytes: Buffer, folder: string, messageId: string) {
    // A 核注清单 is signed inside its XML, the others beside it: what a client does that checks nothing.
    const body = folder === "Sas" ? await card.signInvt(bytes) : bytes;
    const arrived: Arrived = { body, messageId, business: folder, headers: card.headersFor(body) };
    return desk.judge(arrived);
  }

  it("has documents of every item from 14 to 21", () => {
    assert.deepEqual([...new Set(documents.map(({ item }) => item))].sort(), ITEMS);
  });

  it("refuses each with its rule, and nothing else but the schema has to say anything", async () => {
    for (const document of documents) {
      const { item, what, refusedBy } = document;
      const expected = refusedBy.startsWith("SW-") ? refusedBy : `SW-RULE-${refusedBy}`;
      const errors = new Set(await errorsOf(document));
      assert.ok(errors.has(expected), `faq ${item}, ${what}: ${[...errors].join(", ")}`);
      errors.delete("SW-XSD");
      assert.deepEqual([...errors], [expected], `faq ${item}, ${what}`);
    }
  });

  it("would otherwise have been answered, or left lying, as the FAQ tells", async () => {
    for (const { item, what, bytes, folder, simulator, key } of documents) {
      const story = await sent(bytes, folder, key);
      assert.deepEqual([story.outcome, story.rule], [simulator.outcome, simulator.rule], `faq ${item}, ${what}`);
      if (!simulator.receipt) {
        assert.equal(story.importReceipt, undefined);
        continue;
      }
      const { parts } = await readReceipts(story.importReceipt?.body as Buffer);
      const [receipt] = parts.flatMap(({ receipts }) => receipts);
      assert.equal(receipt?.code, simulator.receipt.code, `faq ${item}, ${what}`);
      assert.match(receipt?.text ?? "", simulator.receipt.text, `faq ${item}, ${what}`);
    }
  });

  it("mends FAQ 16 and the headers of FAQ 17 instead: a bare manifest is zipped, a ZIP with data descriptors rewritten", async () => {
    const options = { at: AT, flatten: false, names: "utf-8" as const };
    const bare = manifestXml({ at: AT });
    const packed = await normaliseFile(bare, "m.xml", options);
    assert.match((await sent(bare, "Rmft", "bare")).importReceipt?.body.toString() ?? "", /-900517/);
    assert.equal((await sent(packed.bytes, "Rmft", "packed")).outcome, "accepted");
    const streamed = () => badZip([{ name: "d.xml", bytes: decXml({ at: AT }) }], { dataDescriptors: true, at: AT });
    assert.equal((await sent(await streamed(), "DecCus001", "streamed")).rule, "zip-headers");
    const written = await normaliseFile(await streamed(), "d.zip", options);
    assert.equal((await sent(written.bytes, "DecCus001", "written")).outcome, "accepted");
  });
});
