import assert from "node:assert/strict";
import { headersOf, readZip } from "../../lib/archive/index.js";
import { inspect } from "../../lib/business/inspect.js";
import type { Check } from "../../lib/document.js";
import { SchemaStore } from "../../lib/model/schema-store.js";
import { preflight } from "../../lib/preflight/index.js";
import { scanXml } from "../../lib/xml/scan.js";
import {
  complete,
  creditCodeOf,
  DEMO_IDENTITY,
  decXml,
  decZip,
  freshKey,
  invtXml,
  manifestKey,
  manifestXml,
  pdf,
  samples,
} from "../../simulator/samples/index.js";

describe("samples", () => {
  it("gives four good documents that are what they claim, and three wrong ones", async () => {
    const all = await samples(DEMO_IDENTITY);
    assert.deepEqual(
      all.map(({ folder, expect }) => `${folder} ${expect}`),
      [
        "DecCus001 accepted",
        "DecCus001 accepted",
        "Sas accepted",
        "Rmft accepted",
        "DecCus001 refused",
        "DecCus001 refused",
        "DecCus001 refused",
      ],
    );
    const types = [];
    for (const sample of all.slice(0, 4)) {
      const inspection = await inspect(sample.bytes, sample.fileName);
      types.push(inspection.kind?.type);
      assert.equal(inspection.clientKey, sample.clientKey);
    }
    assert.deepEqual(types, ["DEC", "DEC", "INV101", "MT1401"]);
    assert.equal(new Set(all.map(({ clientKey }) => clientKey)).size, 7);
    assert.equal(new Set(all.map(({ fileName }) => fileName)).size, 7);
    await assert.rejects(inspect(all[4]?.bytes as Buffer, "nested.zip"), { code: "SW-ZIP" });
    const empty = (await inspect(all[5]?.bytes as Buffer, "empty.xml")).root;
    assert.deepEqual(
      [...empty.walk()].filter((element) => element.isEmpty).map(({ path }) => path),
      ["DecMessage/DecLists/DecList[2]/GQty"],
    );
    const missing = await inspect(all[6]?.bytes as Buffer, "missing.zip");
    assert.equal(missing.attachments.length, 1);
    assert.equal(missing.root.children.filter(({ name }) => name === "EdocRealation").length, 2);
  });

  it("pass our schemas and every preflight rule, or break just the one that they are made for", async () => {
    const store = new SchemaStore();
    const { clientId, orgCode, customsCode, cardNumber } = complete(DEMO_IDENTITY);
    const client = { environment: "test" as const, clientId, orgCode, customsCode };
    try {
      for (const sample of await samples(DEMO_IDENTITY)) {
        if (sample.expectedCode === "SW-ZIP") continue;
        const inspection = await inspect(sample.bytes, sample.fileName);
        const found: Check[] = preflight({
          ...inspection,
          kind: inspection.kind,
          business: sample.folder,
          fileName: sample.fileName,
          client,
          card: { companyCode: customsCode, cardNumber },
        });
        const checks = [...((await store.validate(inspection)) ?? []), ...found];
        const rules = [...new Set(checks.map(({ rule }) => rule))];
        if (sample.expect === "accepted") assert.deepEqual(rules, [], sample.title.en);
        else assert.equal(rules[0], sample.expectedCode);
      }
    } finally {
      await store.close();
    }
  });

  it("names each PDF as EdocRealation does, and no header has a data descriptor", async () => {
    const zip = await decZip({ goods: 2, at: Date.UTC(2026, 0, 2, 3, 4, 6) });
    const entries = await readZip(zip);
    const xml = entries.find(({ name }) => name.endsWith(".xml"));
    const named = scanXml(xml?.bytes as Buffer)
      .children.filter(({ name }) => name === "EdocRealation")
      .map((element) => [element.textAt("EdocID"), element.textAt("EdocSize")]);
    assert.deepEqual(
      named,
      entries.filter((entry) => entry !== xml).map(({ name, bytes }) => [name, String(bytes.length)]),
    );
    for (const [id] of named) assert.match(id as string, /^5300(00000001|00000002)IM\d{18}\.pdf$/);
    for (const header of await headersOf(zip)) assert.equal(header.complete, true);
  });

  it("writes PDFs whose cross-reference table is right", () => {
    const text = pdf(["a (b) \\c"]).toString("latin1");
    const xref = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1]);
    assert.ok(text.startsWith("xref\n", xref));
    const offsets = [...text.slice(xref).matchAll(/^(\d{10}) 00000 n $/gm)].map((match) => Number(match[1]));
    assert.equal(offsets.length, 5);
    for (const [index, offset] of offsets.entries()) assert.ok(text.startsWith(`${index + 1} 0 obj`, offset));
    const stream = /<< \/Length (\d+) >>\nstream\n([\s\S]*?)\nendstream/.exec(text);
    assert.equal(stream?.[2]?.length, Number(stream?.[1]));
  });

  it("keeps the FAQ's rules for a new document", () => {
    const dec = scanXml(decXml());
    assert.equal(dec.at("DecHead/SeqNo"), undefined);
    assert.equal(dec.textAt("DecSign/ClientSeqNo").length, 18);
    assert.match(dec.textAt("DecSign/SignDate"), /^\d{16}$/);
    assert.ok(dec.textAt("DecSign/Sign").length <= 200);
    assert.equal(dec.at("DecLists")?.children.length, 20);
    assert.ok(dec.at("DecLists")?.children.every((line) => line.child("GModel")?.hasCdata));
    assert.equal(
      [...dec.walk()].find((element) => element.isEmpty),
      undefined,
    );

    const invt = scanXml(invtXml()).find("InvtMessage");
    assert.equal(invt?.textAt("InvtHeadType/InputCode"), DEMO_IDENTITY.customsCode);
    assert.equal(invt?.textAt("OperCusRegCode"), DEMO_IDENTITY.customsCode);
    assert.notEqual(invt?.textAt("InvtHeadType/PutrecNo"), "");
    assert.equal(invt?.at("InvtHeadType/SeqNo"), undefined);
    assert.ok(invt?.children.every((row) => row.name !== "InvtListType" || row.child("GdsSpcfModelDesc")?.hasCdata));

    const manifest = scanXml(manifestXml());
    assert.equal(manifest.textAt("Head/SenderID"), "5300123456789_DXPESWDEMO0001");
    assert.equal(manifest.textAt("Head/MessageID").length, 45);
    assert.equal(
      [...manifest.walk()].find((element) => element.isEmpty),
      undefined,
    );
  });

  it("gives ten thousand keys without a repeat", () => {
    const keys = Array.from({ length: 10_000 }, () => freshKey());
    assert.equal(new Set(keys).size, 10_000);
    assert.ok(keys.every((key) => /^[0-9A-Z]{18}$/.test(key)));
    const messageIds = Array.from({ length: 10_000 }, () => manifestKey(DEMO_IDENTITY));
    assert.equal(new Set(messageIds).size, 10_000);
  });

  it("makes credit codes with their check character", () => {
    // Worked by hand after GB 32100-2015: weights 3^(i-1) mod 31 over the 17 characters.
    assert.match(creditCodeOf("123456789"), /^91440300123456789[0-9A-Z]$/);
    const code = creditCodeOf("123456789");
    const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let weight = 1;
    let sum = 0;
    for (const character of code.slice(0, 17)) {
      sum += alphabet.indexOf(character) * weight;
      weight = (weight * 3) % 31;
    }
    assert.equal((sum + alphabet.indexOf(code[17] as string)) % 31, 0);
  });
});
