import assert from "node:assert/strict";
import { verify, X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readZip } from "../../../lib/archive/index.js";
import { children } from "../../../scripts/processes.js";
import { decXml } from "../../../simulator/samples/index.js";
import { makeKey } from "../../lib/signing/keys.js";
import { xmlsecVerify } from "../../lib/signing/token.js";
import { box, drop } from "../../support/boxes.js";
import { cardNode, catchAll, clientNode, node, sink, watchNode } from "../../support/flow-nodes.js";
import type { RedBench } from "../../support/red-bench.js";
import { scratch } from "../../support/scratch.js";
import { assertDetached, dailyLog, dec, invt, keyOf, SignFlow, softwareKey } from "../../support/sign-flow.js";
import { COMPANY } from "../../support/test-card.js";
import { until } from "../../support/until.js";

export function signing(bench: RedBench): void {
  describe("sw-card-sign", () => {
    const at = new SignFlow(bench);

    it("signs a declaration detached with SoftHSM2", async () => {
      await at.load();
      const message = dec();
      bench.node("sign").receive(message);
      assertDetached(await bench.one("out"), message.payload, bench.token.certificateFile);
      await bench.showing("sign", "card-sign.status.signed");
    });

    it("signs an inventory list inside its XML inside its ZIP, as xmlsec1 confirms, the same each time", async () => {
      await at.load();
      const message = await invt();
      bench.node("sign").receive(message);
      bench.node("sign").receive(message);
      const [signed, again] = await bench.arrived("out", 2);
      assert.deepEqual(signed?.payload, again?.payload);
      assert.equal(signed?.document?.signature, undefined);
      const entries = await readZip(signed?.payload as Buffer);
      assert.deepEqual(
        entries.map(({ name }) => name),
        (await readZip(message.payload)).map(({ name }) => name),
      );
      xmlsecVerify(scratch(), entries[0]?.bytes as Buffer, bench.token.certificateFile);
    });

    it("signs with a key file as well, and shows that it is no card", async () => {
      const files = softwareKey();
      await at.load({ backend: "software", ...files }, {}, "");
      const message = dec();
      bench.node("sign").receive(message);
      assertDetached(await bench.one("out"), message.payload, files.certificateFile);
      bench.node("sign").receive(await invt());
      const second = (await bench.arrived("out", 2))[1];
      const [xml] = await readZip(second?.payload as Buffer);
      xmlsecVerify(scratch(), xml?.bytes as Buffer, files.certificateFile);
      await bench.showing("sign", "card-sign.status.software");
    });

    it("lets files wait while the card is not there or the guard is closed, and signs them when it is well", async () => {
      const wrong = { card: { pin: "Pin-000001" } };
      const nodes = (card: Record<string, unknown>, outcome = "auto") => [
        clientNode(at.root),
        cardNode(bench.token, card),
        watchNode({}, "sign"),
        node("sw-card-sign", "sign", { card: "card", profile: "auto" }, ["out"]),
        sink("out"),
        catchAll("caught"),
        sink("caught", "settle"),
        node("sw-settle", "settle", { client: "client", outcome, retryAfter: 0, retryTimes: 3 }, ["settled"]),
        sink("settled"),
      ];
      await bench.load(nodes({ token: "another" }));
      drop(at.root, "DecCus001", "a.xml", decXml());
      // More often than a fault that may pass is tried again: the card is not the document's fault.
      const absent = await bench.arrived("caught", 6);
      assert.ok(absent.every(({ fault }) => fault?.code === "C134" && fault.kind === "waits"));
      assert.deepEqual(box(at.root, "DecCus001", "FailBox"), []);
      await bench.unload();

      await bench.load(nodes({}), wrong);
      for (const name of ["b.xml", "c.xml", "d.xml"]) drop(at.root, "DecCus001", name, decXml());
      const tried = () => bench.messages("caught").filter(({ error }) => error?.code === "C134");
      await until("each was refused several times", () => bench.messages("caught").length > 8);
      assert.equal(tried().length, 1, "one try of the PIN");
      assert.deepEqual(box(at.root, "DecCus001", "FailBox"), []);
      await bench.unload();

      await bench.load(nodes({}));
      await bench.arrived("out", 4);
      assert.deepEqual(box(at.root, "DecCus001", "FailBox"), []);
    });

    it("is C134 for a token that is not there; a document of no known type waits, with what it is and where to set it", async () => {
      await at.load({ token: "another" });
      bench.node("sign").receive(dec());
      const absent = await bench.one("caught");
      assert.equal(absent.error?.code, "C134");
      await bench.showing("sign", "card-sign.status.absent");
      const licence = {
        ...dec(Buffer.from('<Licence xmlns="urn:x"/>')),
        document: { ...dec().document, messageType: "" },
      };
      bench.node("sign").receive({ ...licence, document: { ...licence.document, business: "Ail" } });
      const unknown = (await bench.arrived("caught", 2))[1];
      assert.equal(unknown?.error?.code, "SW-TYPE");
      assert.match(unknown?.fault?.text.en as string, /Licence \{urn:x\} \(folder Ail\)/);
    });

    it("goes by the row of its folder where the way of a type is a guess; a signature that finds no place there waits", async () => {
      const folders = (profile: string) =>
        JSON.stringify(["Acmp", "Ail"].map((folder) => ({ folder, profile, pack: "bare", receiver: "" })));
      const load = (profile: string) =>
        bench.load([
          clientNode(at.root, { folders: folders(profile) }),
          cardNode(bench.token),
          watchNode({ businesses: "Acmp, Ail" }, "sign"),
          node("sw-card-sign", "sign", { card: "card", profile: "auto" }, ["out"]),
          sink("out"),
          catchAll("caught"),
          sink("caught", "settle"),
          node("sw-settle", "settle", { client: "client", outcome: "auto", retryAfter: 1 }, []),
        ]);
      const papers = "<SasAcmpRLMessage><SasAcmpRLList><FileName>a.pdf</FileName></SasAcmpRLList></SasAcmpRLMessage>";
      await load("dec-sign");
      drop(at.root, "Acmp", "papers.xml", Buffer.from(papers));
      drop(at.root, "Ail", "licence.xml", Buffer.from("<Licence/>"));
      const caught = await bench.arrived("caught", 2);
      assert.deepEqual([...new Set(caught.map(({ error }) => error?.code))], ["SW-TYPE"]);
      assert.match(String(caught[0]?.fault?.text.en), /dec-sign, set for the folder A/);
      for (const folder of ["Acmp", "Ail"]) assert.deepEqual(box(at.root, folder, "FailBox"), []);
      await bench.unload();
      await load("detached");
      for (const { document } of await bench.arrived("out", 2)) assert.equal(document?.signature?.profile, "detached");
    });

    it("refuses a document that its profile cannot sign, and ends the module's process with the node", async () => {
      await at.load({}, { profile: "xmldsig-object" });
      const before = children(process.pid);
      bench.node("sign").receive(dec());
      const caught = await bench.one("caught");
      assert.match(caught.error?.code as string, /^SW-(XSD|ZIP)$/);
      bench.node("sign").receive(await invt());
      await bench.one("out");
      const started = children(process.pid).filter((pid) => !before.includes(pid));
      assert.ok(started.length > 0);
      await bench.unload();
      await until("the module's process has ended", () => !children(process.pid).some((pid) => started.includes(pid)));
    });

    /** A card by a key file of the test's own: whose it is and how long it is valid can be chosen. */
    const other = (code: string, days: number) => ({ backend: "software", ...softwareKey(code, days) });

    it("refuses an inventory list of another company, naming field and line, and lets a declaration pass", async () => {
      await at.load(other("1100000000", 365), {}, "");
      bench.node("sign").receive(await invt());
      const caught = await bench.one("caught");
      assert.equal(caught.error?.code, "SW-RULE-card-company");
      assert.match(caught.fault?.text.zh as string, /(InputCode|OperCusRegCode) 为 4403960000.*1100000000.*第 \d+ 行/);
      assert.ok(caught.fault?.advice?.zh);
      await bench.showing("sign", "card-sign.status.refused");
      bench.node("sign").receive(dec());
      await bench.one("out");
    });

    it("only warns where preflight's rule is a warning or off", async () => {
      await at.load(other("1100000000", 365), {}, "");
      const message = await invt();
      bench.node("sign").receive({ ...message, document: { ...message.document, waived: ["company-code"] } });
      const { document } = await bench.one("out");
      const found = document?.checks?.map(({ rule, severity }) => `${rule} ${severity}`);
      assert.deepEqual([...new Set(found)], ["SW-RULE-card-company warning"]);
    });

    it("warns once a day of a certificate that expires within 30 days, in Node-RED's log and the daily log", async () => {
      await at.load(other(COMPANY.code, 10), {}, "");
      bench.node("sign").receive(dec());
      bench.node("sign").receive(dec());
      await bench.arrived("out", 2);
      const reported = () => bench.logged().filter((line) => /证书将于 .* 过期/.test(line));
      assert.equal(reported().length, 1, reported().join());
      assert.match(reported()[0] as string, /^card: /);
      await until("the daily log has it", () => dailyLog(at.root).split("SW-RULE-card-expiry").length === 2);
    });

    for (const [year, words] of [
      [2020, /过期/],
      [new Date().getUTCFullYear() + 2, /起有效/],
    ] as const) {
      it(`does not sign with a certificate that is valid in ${year} only: C134, and the document waits`, async () => {
        await at.load({ backend: "software", ...keyOf(year) }, {}, "");
        bench.node("sign").receive(dec());
        const caught = await bench.one("caught");
        assert.deepEqual([caught.error?.code, caught.fault?.kind], ["C134", "waits"]);
        assert.match(caught.fault?.text.zh as string, words);
        assert.equal(bench.messages("out").length, 0);
        await bench.showing("sign", "card-sign.status.certificate");
        const [{ cards }] = (await bench.http().get("/single-window/status")).body;
        assert.deepEqual(
          cards.map(({ state }: { state: string }) => state),
          [words.source === "过期" ? "expired" : "not-yet-valid"],
        );
        const health = await bench.http().get("/single-window/health");
        const reasons = [`card-${cards[0].state}`];
        assert.deepEqual([health.status, health.body], [503, { live: true, ready: false, reasons }]);
      });
    }

    it("signs by the profile, the algorithm and the bytes that are set", async () => {
      const small = makeKey(scratch(), "small", "rsa1024");
      const { keyFile, certificateFile } = small;
      const settings = { profile: "dec-sign", suite: "rsa-sha1", fieldInput: "bytes", withComments: true };
      await at.load({ backend: "software", keyFile, certificateFile }, settings, "");
      bench.node("sign").receive(dec());
      const signed = (await bench.one("out")).payload as Buffer;
      const value = /<Sign>([^<]+)<\/Sign>/.exec(signed.toString())?.[1] ?? "";
      assert.equal(value.length, 172);
      const bare = Buffer.from(signed.toString().replace(value, ""));
      assert.ok(verify("sha1", bare, new X509Certificate(small.certificate).publicKey, Buffer.from(value, "base64")));
    });

    it("names a setting that is none of its values", async () => {
      await at.load({}, { suite: "md5" });
      await bench.showing("sign", "card-sign.status.config");
      bench.node("sign").receive(dec());
      const caught = await bench.one("caught");
      assert.equal(caught.fault?.code, "SW-CONFIG");
      assert.match(caught.fault?.text.zh as string, /suite.*md5/);
      await bench.unload();
      await at.load({ sm2Mechanism: "SM2" });
      bench.node("sign").receive(dec());
      assert.match((await bench.one("caught")).fault?.text.zh as string, /sm2Mechanism/);
    });

    it("says loudly that a key file is no card, and that a PIN would travel in clear", async () => {
      await at.load({ backend: "software", ...softwareKey() }, {}, "");
      const reported = (pattern: RegExp) => bench.logged().some((line) => pattern.test(line));
      assert.ok(reported(/card: .*密钥文件，不是卡.* not a card/), bench.logged().join());
      await bench.unload();
      await at.load({ backend: "control", controlUrl: "ws://10.255.255.1:61232" });
      assert.ok(reported(/card: .*明文.*in clear/), bench.logged().join());
      await bench.unload();
      await at.load({ backend: "control", controlUrl: "ws://127.0.0.1:61232" });
      assert.ok(!reported(/in clear/));
    });

    it("reads a key file that is none as C134", async () => {
      const keyFile = join(scratch(), "key.pem");
      writeFileSync(keyFile, "no key");
      await at.load({ backend: "software", keyFile }, {}, "");
      bench.node("sign").receive(dec());
      assert.equal((await bench.one("caught")).error?.code, "C134");
    });
  });
}
