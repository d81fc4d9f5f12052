/**
 * How long one large or hostile document holds up the event loop.
 *
 *     npx tsx bench/blocks.ts [goods lists]
 *
 * Printed are the milliseconds that the main thread was at work between two turns, and those that passed.
 */
import { randomBytes } from "node:crypto";
import { writeZip } from "../lib/archive/index.js";
import { contentOfBytes } from "../lib/boxes/content.js";
import { contentFacts } from "../lib/boxes/new-row.js";
import { inspect } from "../lib/business/inspect.js";
import { Inspections } from "../lib/business/inspections.js";
import { SYSTEM_CLOCK } from "../lib/clock.js";
import { modelOf } from "../lib/model/model.js";
import { SchemaStore } from "../lib/model/schema-store.js";
import { judge } from "../lib/model/walk.js";
import { preflightInTurns } from "../lib/preflight/index.js";
import { frameOf } from "../lib/signing/module/frames.js";
import { signDocument } from "../lib/signing/profiles/index.js";
import type { SignAlgorithm, Signer } from "../lib/signing/types.js";
import { decXml, invtXml } from "../simulator/samples/index.js";
import { longestBlock } from "./parts/longest-block.js";

const LISTS = process.argv[2] ? [Number(process.argv[2])] : [5_000, 20_000];

const CLIENT = { environment: "test" as const, clientId: "BENCH001", orgCode: "", customsCode: "" };

const signer = (algorithms: SignAlgorithm[]): Signer => ({
  identity: async () => ({
    ...{ cardNumber: "", certificateNumber: "0a1b2c", certificate: Buffer.alloc(800), notBefore: 0, notAfter: 0 },
    ...{ holder: "", companyCode: "", companyName: "", algorithms },
  }),
  sign: async () => Buffer.alloc(64),
});

function cebXml(orders: number): Buffer {
  const one = `<ceb:Order><ceb:OrderHead><ceb:guid>4CDE1CFD-EDED-46B1-946C-B8022E42FC94</ceb:guid><ceb:orderNo>order</ceb:orderNo>
    <ceb:goodsValue>12.50</ceb:goodsValue><ceb:note>说明</ceb:note></ceb:OrderHead></ceb:Order>`;
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><ceb:CEB311Message guid="4CDE1CFD-EDED-46B1-946C-B8022E42FC94" version="1.0" xmlns:ceb="http://www.chinaport.gov.cn/ceb">${one.repeat(orders)}</ceb:CEB311Message>`,
  );
}

async function main(): Promise<void> {
  const store = new SchemaStore([]);
  const rows: [string, number, () => Promise<unknown>][] = [];
  const sign = (profile: string, payload: Buffer, algorithms: SignAlgorithm[], options = {}) =>
    rows.push([
      `${profile} (${algorithms})`,
      payload.length,
      () => signDocument(profile, { payload, fileName: "a.xml", at: 0, messageType: "" }, signer(algorithms), options),
    ]);
  for (const lists of LISTS) {
    const dec = decXml({ goods: lists });
    const invt = invtXml({ goods: lists });
    rows.push([`inspect DEC of ${lists}`, dec.length, () => inspect(dec, "a.xml")]);
    const inspection = await inspect(dec, "a.xml");
    rows.push(["validate", dec.length, () => store.validate(inspection)]);
    rows.push([
      "preflight",
      dec.length,
      () =>
        preflightInTurns({
          ...inspection,
          kind: inspection.kind,
          business: "DecCus001",
          fileName: "a.xml",
          client: CLIENT,
        }),
    ]);
    sign("dec-sign", dec, ["sm2-sm3"]);
    sign("xmldsig-object", invt, ["rsa-sha256"]);
    sign("xmldsig-object", invt, ["sm2-sm3"]);
    sign("ceb", cebXml(lists), ["rsa-sha256"]);
    sign("detached", dec, ["rsa-sha256"]);
  }
  const pdf = (number: number) => ({ name: `${number}.pdf`, bytes: randomBytes(22_500_000) });
  const large = await writeZip([{ name: "a.xml", bytes: decXml() }, ...[1, 2, 3, 4].map(pdf)], { at: 0 });
  const content = await contentOfBytes(large, SYSTEM_CLOCK);
  const fresh = new Inspections();
  rows.push([
    "90 MB in a ZIP, claimed",
    large.length,
    () => contentFacts(content, "a.zip", (...of) => new Inspections().of("1", of[0], of[1])),
  ]);
  rows.push(["inspected again", large.length, () => fresh.of("1", large, "a.zip")]);
  rows.push(["its hash, of who signs and sends", large.length, () => fresh.sha256("1", large)]);
  rows.push(["its frame for the card's process", large.length, async () => void frameOf({ data: large })]);
  const unknown = Buffer.from(`<DecMessage><DecHead>${"<Nobody>1</Nobody>".repeat(100_000)}</DecHead></DecMessage>`);
  const siblings = await inspect(unknown, "a.xml");
  const model = modelOf("DEC");
  if (model) rows.push(["judge, 100,000 unknown siblings", unknown.length, () => judge(siblings.body, model)]);
  const levels = { "DecMessage/DecHead/Other": "off" as const };
  if (model) {
    rows.push(["the same, with levels by path", unknown.length, () => judge(siblings.body, model, { levels })]);
  }
  const key = Buffer.from(
    `<DecMessage><DecHead/><DecSign><ClientSeqNo>${"&#65;".repeat(1_000_000)}</ClientSeqNo></DecSign></DecMessage>`,
  );
  rows.push(["inspect, a key of 1,000,000 &#65;", key.length, () => inspect(key, "a.xml")]);
  const leaf = Buffer.from(
    `<DecMessage><DecHead><SeqNo>${"<Nobody>1</Nobody>".repeat(100_000)}</SeqNo></DecHead></DecMessage>`,
  );
  const inLeaf = await inspect(leaf, "a.xml");
  if (model) rows.push(["judge, 100,000 unknown in a leaf", leaf.length, () => judge(inLeaf.body, model)]);
  const keyed = await inspect(key, "a.xml");
  if (model) rows.push(["judge, a key of 1,000,000 &#65;", key.length, () => judge(keyed.body, model)]);
  console.log(`${"".padEnd(40)} ${"KB".padStart(8)} ${"CPU ms".padStart(8)} ${"ms".padStart(8)}`);
  for (const [name, bytes, work] of rows) {
    // What is loaded and compiled at first use counts once in a process.
    await work();
    const { cpu, wall } = await longestBlock(work).catch((error) => {
      console.log(`${name}: ${error.message.slice(0, 200)}`);
      return { cpu: 0, wall: 0 };
    });
    const cells = [bytes / 1024, cpu, wall].map((value) => value.toFixed(0).padStart(8)).join(" ");
    console.log(`${name.padEnd(40)} ${cells}`);
  }
  await store.close();
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
