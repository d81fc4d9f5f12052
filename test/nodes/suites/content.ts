import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { headersOf, readZip } from "../../../lib/archive/index.js";
import type { DocumentHandle } from "../../../lib/document.js";
import { badZip, decXml, decZip, freshKey, invtXml, invtZip, manifestXml } from "../../../simulator/samples/index.js";
import { cardNode, catchAll, clientNode, node, sink } from "../../support/flow-nodes.js";
import type { RedBench } from "../../support/red-bench.js";
import { scratch } from "../../support/scratch.js";
import { message } from "../../support/watched-message.js";

export function content(bench: RedBench): void {
  let root: string;
  beforeEach(() => {
    root = join(scratch(), "ImpPath");
  });

  describe("sw-zip", () => {
    const load = (settings: Record<string, unknown> = {}) =>
      bench.load([node("sw-zip", "zip", settings, ["out"]), sink("out"), catchAll("caught"), sink("caught")]);

    it("packs a bare manifest, the same way each time, and leaves a bare declaration alone", async () => {
      await load({ mode: "normalise" });
      const xml = manifestXml();
      bench.node("zip").receive(message(xml, "舱单 1.xml", "Rmft", "MT1401"));
      bench.node("zip").receive(message(xml, "舱单 1.xml", "Rmft", "MT1401"));
      const dec = decXml();
      bench.node("zip").receive(message(dec, "a.xml", "DecCus001", "DEC"));
      const all = await bench.arrived("out", 3);
      const third = all.find(({ document }) => document?.messageType === "DEC");
      const [first, second] = all.filter((one) => one !== third);
      assert.equal(first?.filename, "舱单 1.zip");
      assert.deepEqual(first?.payload, second?.payload);
      const entries = await readZip(first?.payload as Buffer);
      assert.deepEqual(
        entries.map(({ name }) => name),
        ["舱单 1.xml"],
      );
      assert.deepEqual(entries[0]?.bytes, xml);
      assert.ok((await headersOf(first?.payload as Buffer)).every(({ complete }) => complete));
      assert.deepEqual([third?.filename, third?.payload], ["a.xml", dec]);
      await bench.showing("zip", "zip.status.done");
    });

    it("writes headers that lack sizes again, and leaves a good ZIP byte for byte", async () => {
      await load({ mode: "normalise" });
      const xml = manifestXml();
      const bad = await badZip([{ name: "m.xml", bytes: xml }], { dataDescriptors: true });
      const good = await decZip({ key: freshKey(), name: "g" });
      bench.node("zip").receive(message(bad, "m.zip", "Rmft", "MT1401"));
      bench.node("zip").receive(message(good, "g.zip", "DecCus001", "DEC"));
      const both = await bench.arrived("out", 2);
      const [mended, kept] = ["m.zip", "g.zip"].map((name) => both.find(({ filename }) => filename === name));
      assert.ok((await headersOf(mended?.payload as Buffer)).every(({ complete }) => complete));
      assert.deepEqual((await readZip(mended?.payload as Buffer))[0]?.bytes, xml);
      assert.deepEqual(kept?.payload, good);
    });

    it("refuses a ZIP with a folder: SW-ZIP to Catch with the fault in two languages", async () => {
      await load({ mode: "normalise" });
      const bad = await badZip([{ name: "a.xml", bytes: decXml() }], { folder: "报关单" });
      bench.node("zip").receive(message(bad, "a.zip", "DecCus001", "DEC"));
      const caught = await bench.one("caught");
      assert.deepEqual([caught.error?.code, caught.fault?.code], ["SW-ZIP", "SW-ZIP"]);
      assert.match(caught.fault?.text.zh as string, /报关单/);
      assert.match(caught.fault?.text.en as string, /folder/);
      assert.ok(caught.fault?.advice?.zh);
      assert.deepEqual(caught.payload, bad);
      assert.equal(bench.messages("out").length, 0);
    });

    it("flattens that ZIP when it is set so, packs and unpacks on demand", async () => {
      const xml = decXml();
      const bad = await badZip([{ name: "a.xml", bytes: xml }], { folder: "报关单" });
      await bench.load([
        node("sw-zip", "flat", { mode: "normalise", flatten: true }, ["flattened"]),
        node("sw-zip", "pack", { mode: "pack" }, ["packed"]),
        node("sw-zip", "unpack", { mode: "unpack" }, ["unpacked"]),
        ...["flattened", "packed", "unpacked"].map((id) => sink(id)),
      ]);
      bench.node("flat").receive(message(bad, "a.zip", "DecCus001", "DEC"));
      const flattened = await bench.one("flattened");
      assert.deepEqual(
        (await readZip(flattened.payload as Buffer)).map(({ name }) => name),
        ["a.xml"],
      );
      bench.node("pack").receive(message(xml, "b.xml", "DecCus001", "DEC"));
      const packed = await bench.one("packed");
      assert.equal(packed.filename, "b.zip");
      bench.node("unpack").receive(packed);
      const unpacked = await bench.one("unpacked");
      assert.deepEqual([unpacked.filename, unpacked.payload], ["b.xml", xml]);
    });
  });

  describe("sw-validate-xsd", () => {
    const load = (settings: Record<string, unknown> = {}, client: Record<string, unknown> = {}) =>
      bench.load([
        clientNode(root, client),
        node("sw-validate-xsd", "xsd", { client: "client", noSchema: "pass", ...settings }, ["valid"], ["invalid"]),
        sink("valid"),
        sink("invalid"),
        catchAll("caught"),
        sink("caught"),
      ]);

    it("passes good documents of every kind on output 1, without findings", async () => {
      await load();
      const good = [
        message(decXml(), "a.xml", "DecCus001", "DEC"),
        message(await decZip({ name: "b" }), "b.zip", "DecCus001", "DEC"),
        message(await invtZip(), "c.zip", "Sas", "INV101"),
        message(manifestXml(), "d.xml", "Rmft", "MT1401"),
      ];
      for (const one of good) bench.node("xsd").receive(one);
      const passed = await bench.arrived("valid", good.length);
      for (const { document, fault } of passed)
        assert.deepEqual([document?.checks, document?.data, fault], [[], undefined, undefined]);
      assert.deepEqual(passed.map(({ filename }) => filename).sort(), ["a.xml", "b.zip", "c.zip", "d.xml"]);
      assert.equal(bench.messages("invalid").length, 0);
      await bench.showing("xsd", "validate-xsd.status.valid");
    });

    it("adds the content of a bare XML and of one in a ZIP as an object where it is set so", async () => {
      const key = freshKey();
      await load({ data: true });
      bench.node("xsd").receive(message(decXml({ key }), "a.xml", "DecCus001", "DEC"));
      bench.node("xsd").receive(message(await decZip({ key, name: "b" }), "b.zip", "DecCus001", "DEC"));
      for (const { document } of await bench.arrived("valid", 2)) {
        const root = document?.data?.DecMessage as { DecSign: { ClientSeqNo: string } };
        assert.equal(root.DecSign.ClientSeqNo, key);
      }
    });

    it("sends an invalid one to output 2 with every error, its line, and the fault", async () => {
      await load();
      const bytes = decXml({ goods: 3, emptyFields: ["GQty", "DeclPrice"] });
      const lines = bytes.toString("utf8").split("\n");
      bench.node("xsd").receive(message(bytes, "a.xml", "DecCus001", "DEC"));
      const invalid = await bench.one("invalid");
      const { checks = [] } = invalid.document as DocumentHandle;
      assert.ok(checks.length >= 2);
      for (const check of checks) {
        assert.deepEqual([check.rule, check.severity], ["SW-XSD", "error"]);
        const field = check.path
          .split("/")
          .at(-1)
          ?.replace(/\[\d+\]$/, "") as string;
        assert.ok(lines[check.line - 1]?.includes(`<${field}`), `line ${check.line} of ${check.path}`);
      }
      const fields = checks.map(({ path }) => path.split("/").at(-1));
      assert.ok(fields.includes("GQty") && fields.includes("DeclPrice"), fields.join());
      assert.equal(invalid.fault?.code, "SW-XSD");
      assert.match(invalid.fault?.text.zh as string, /第 \d+ 行/);
      assert.equal(bench.messages("valid").length + bench.messages("caught").length, 0);
    });

    it("sends what is no XML or no ZIP to output 2, not to Catch", async () => {
      await load();
      bench.node("xsd").receive(message(Buffer.from("<DecMessage><a></DecMessage>"), "a.xml", "DecCus001", ""));
      bench.node("xsd").receive(message(Buffer.from("PK\x03\x04 no zip"), "b.zip", "DecCus001", ""));
      const [xml, zip] = (await bench.arrived("invalid", 2)).sort((a, b) =>
        String(a.filename).localeCompare(String(b.filename)),
      );
      assert.equal(xml?.fault?.code, "SW-XSD");
      assert.equal(zip?.fault?.code, "SW-ZIP");
      assert.equal(bench.messages("caught").length, 0);
    });

    it("is as strict as it is set, and says what is wrong with a setting", async () => {
      const empty = () => message(decXml({ goods: 3, emptyFields: ["GQty"] }), "a.xml", "DecCus001", "DEC");
      await load({ strictness: "warning" });
      bench.node("xsd").receive(empty());
      assert.equal((await bench.one("valid")).document?.checks?.[0]?.severity, "warning");
      await bench.unload();
      await load({ levels: '{"empty": "off"}' });
      bench.node("xsd").receive(empty());
      assert.deepEqual((await bench.one("valid")).document?.checks, []);
      await bench.unload();
      await load({ levels: '{"empty": "maybe"}' });
      bench.node("xsd").receive(empty());
      assert.equal((await bench.one("caught")).error?.code, "SW-CONFIG");
      assert.equal(bench.messages("valid").length + bench.messages("invalid").length, 0);
    });

    it("passes or fails what no schema knows, as it is set", async () => {
      const unknown = message(Buffer.from("<Unknown><a>1</a></Unknown>"), "a.xml", "Other", "");
      await load({ noSchema: "pass" });
      bench.node("xsd").receive(unknown);
      await bench.one("valid");
      await bench.unload();
      await load({ noSchema: "fail" });
      bench.node("xsd").receive(unknown);
      const refused = await bench.one("invalid");
      assert.equal(refused.fault?.code, "SW-XSD");
      assert.ok(refused.fault?.advice?.en);
    });

    it("takes the user's own schema before ours", async () => {
      const schemas = join(scratch(), "xsd");
      mkdirSync(schemas, { recursive: true });
      writeFileSync(
        join(schemas, "own.xsd"),
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Order"><xs:complexType><xs:sequence>' +
          '<xs:element name="No" type="xs:int"/></xs:sequence></xs:complexType></xs:element></xs:schema>',
      );
      await load({}, { schemas });
      bench.node("xsd").receive(message(Buffer.from("<Order><No>1</No></Order>"), "a.xml", "Other", ""));
      bench.node("xsd").receive(message(Buffer.from("<Order>\n<No>one</No></Order>"), "b.xml", "Other", ""));
      assert.equal((await bench.one("valid")).filename, "a.xml");
      const [check] = (await bench.one("invalid")).document?.checks ?? [];
      assert.deepEqual([check?.path, check?.line], ["Order/No", 2]);
    });
  });

  describe("sw-preflight", () => {
    const load = (settings: Record<string, unknown> = {}, more: Parameters<RedBench["load"]>[0] = []) =>
      bench.load([
        clientNode(root),
        node("sw-preflight", "preflight", { client: "client", rules: "{}", ...settings }, ["passed"], ["refused"]),
        sink("passed"),
        sink("refused"),
        catchAll("caught"),
        sink("caught"),
        ...more,
      ]);

    it("lets good documents pass on output 1", async () => {
      await load();
      const name = freshKey();
      const good = [
        message(decXml(), "a.xml", "DecCus001", "DEC"),
        message(await decZip({ key: name, name }), `${name}.zip`, "DecCus001", "DEC"),
        message(await invtZip({ key: name, name }), `${name}.zip`, "Sas", "INV101"),
        message(manifestXml(), "d.xml", "Rmft", "MT1401"),
      ];
      for (const one of good) bench.node("preflight").receive(one);
      const passed = await bench.arrived("passed", good.length).catch((error) => {
        throw new Error(`${error.message}: ${JSON.stringify(bench.messages("refused").map(({ fault }) => fault))}`);
      });
      for (const { document } of passed) {
        assert.deepEqual(
          (document?.checks ?? []).filter(({ severity }) => severity === "error"),
          [],
        );
      }
      await bench.showing("preflight", "preflight.status.passed");
    });

    it("refuses on output 2, with the rule as code, the place, and what to do", async () => {
      await load();
      const name = freshKey();
      const bytes = await decZip({ key: name, name, missing: 1 });
      bench.node("preflight").receive(message(bytes, `${name}.zip`, "DecCus001", "DEC"));
      const refused = await bench.one("refused");
      assert.equal(refused.fault?.code, "SW-RULE-edoc-missing-pdf");
      const check = refused.document?.checks?.find(({ rule }) => rule === "SW-RULE-edoc-missing-pdf");
      assert.deepEqual([check?.severity, check?.entry], ["error", `${name}.xml`]);
      assert.ok((check?.line ?? 0) > 1);
      assert.ok(refused.fault?.advice?.zh && refused.fault.advice.en);
      assert.equal(bench.messages("passed").length, 0);
      await bench.showing("preflight", "preflight.status.refused");
    });

    it("follows the node's own severities: a rule that is off, or only warns, refuses nothing", async () => {
      const name = freshKey();
      const bytes = await decZip({ key: name, name, missing: 1 });
      for (const severity of ["off", "warning"]) {
        const rules = JSON.stringify({ "edoc-missing-pdf": severity });
        await load({ rules });
        bench.node("preflight").receive(message(bytes, `${name}.zip`, "DecCus001", "DEC"));
        const { document } = await bench.one("passed");
        const found = document?.checks?.filter(({ rule }) => rule.endsWith("edoc-missing-pdf")) ?? [];
        assert.deepEqual(
          found.map(({ severity: shown }) => shown),
          severity === "off" ? [] : ["warning"],
        );
        await bench.unload();
      }
    });

    it("compares with the card, without asking it for the PIN, and goes on without a card", async () => {
      const { token } = bench;
      const name = freshKey("N");
      const bytes = await invtZip({ key: name, name });
      const foreign = () => message(bytes, `${name}.zip`, "Sas", "INV101");
      await load({ card: "card" }, [cardNode(token)]);
      bench.node("preflight").receive(foreign());
      const refused = await bench.one("refused");
      assert.equal(refused.fault?.code, "SW-RULE-card-number");
      assert.match(refused.fault?.text.en as string, /8900000000017.*8930000000001/);
      await bench.unload();
      await load({ card: "card" }, [cardNode(token, { token: "another" })]);
      bench.node("preflight").receive(foreign());
      await bench.one("passed");
    });

    it("refuses what it cannot read, and faults on a message without handle or bytes", async () => {
      await load();
      bench.node("preflight").receive(message(Buffer.from("<a><b></a>"), "a.xml", "DecCus001", ""));
      assert.equal((await bench.one("refused")).fault?.code, "SW-XSD");
      bench.node("preflight").receive({ payload: invtXml() });
      bench.node("preflight").receive({ ...message(decXml(), "a.xml", "DecCus001", "DEC"), payload: 5 });
      const caught = await bench.arrived("caught", 2);
      assert.deepEqual(
        caught.map(({ error }) => error?.code),
        ["SW-MESSAGE", "SW-MESSAGE"],
      );
    });
  });
}
