import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { verify, X509Certificate } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readZip } from "../../../lib/archive/index.js";
import type { CardChange } from "../../../lib/client/import-client.js";
import { decXml, invtZip } from "../../../simulator/samples/index.js";
import { makeKey } from "../../lib/signing/keys.js";
import { xmlsecVerify } from "../../lib/signing/token.js";
import {
  box,
  boxText,
  CARD_HOLDER,
  COMPANY,
  cardNode,
  catchAll,
  clientNode,
  drop,
  node,
  PIN,
  type RedBench,
  type Seen,
  sink,
  watchNode,
} from "../../support/red-bench.js";
import { scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";

/** Every line of the daily log so far. */
function dailyLog(root: string): string {
  const folder = join(root, ".log");
  return readdirSync(folder)
    .flatMap((day) => readdirSync(join(folder, day)).map((name) => readFileSync(join(folder, day, name), "utf8")))
    .join("");
}

/** Processes below this one. */
function children(): string[] {
  return readdirSync(`/proc/${process.pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${process.pid}/task/${thread}/children`, "utf8").split(/\s+/).filter(Boolean),
  );
}

/** A key file and its certificate, as a test environment may have instead of a card. */
function softwareKey(code = COMPANY.code, days = 365): { keyFile: string; certificateFile: string } {
  const dir = scratch();
  const keyFile = join(dir, "key.pem");
  const certificateFile = join(dir, "certificate.pem");
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", String(days), "-subj", `/CN=demo/OU=${code}`],
      ...["-keyout", keyFile, "-out", certificateFile],
    ],
    { stdio: "ignore" },
  );
  return { keyFile, certificateFile };
}

/** A key file with a certificate that is valid in one year only; `openssl req` makes none of the past. */
function keyOf(year: number): { keyFile: string; certificateFile: string } {
  const dir = scratch();
  const files = { keyFile: join(dir, "key.pem"), certificateFile: join(dir, "certificate.pem") };
  writeFileSync(join(dir, "index.txt"), "");
  const config = join(dir, "ca.conf");
  writeFileSync(
    config,
    `[ca]\ndefault_ca = a\n[a]\ndir = ${dir}\ndatabase = $dir/index.txt\nnew_certs_dir = $dir\nrand_serial = yes\n` +
      "policy = p\ndefault_md = sha256\n[p]\ncommonName = supplied\n",
  );
  const request = join(dir, "request.pem");
  const run = (...args: string[]) => execFileSync("openssl", args, { stdio: "ignore" });
  run("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=demo", "-keyout", files.keyFile, "-out", request);
  const years = ["-startdate", `${year}0101000000Z`, "-enddate", `${year + 1}0101000000Z`];
  const signed = ["-keyfile", files.keyFile, "-in", request, "-out", files.certificateFile];
  run("ca", "-batch", "-selfsign", "-notext", "-config", config, ...years, ...signed);
  return files;
}

export function signing(bench: RedBench): void {
  describe("sw-card-sign", () => {
    let root: string;
    beforeEach(() => {
      root = join(scratch(), "ImpPath");
    });

    const load = (card: Record<string, unknown> = {}, settings: Record<string, unknown> = {}, pin = PIN) =>
      bench.load(
        [
          clientNode(root),
          cardNode(bench.token, card),
          node("sw-card-sign", "sign", { card: "card", profile: "auto", ...settings }, ["out"]),
          sink("out"),
          catchAll("caught"),
          sink("caught"),
        ],
        { card: { pin } },
      );
    const dec = (payload: Buffer = decXml()) => ({
      payload,
      filename: "a.xml",
      document: { id: "d", fileName: "a.xml", messageType: "DEC", claimedAt: 1_700_000_000_000 },
    });
    const invt = async () => ({
      payload: await invtZip({
        key: "N00000000000000001",
        name: "n",
        identity: CARD_HOLDER,
      }),
      filename: "n.zip",
      document: { id: "n", fileName: "n.zip", messageType: "INV101", claimedAt: 1_700_000_000_000 },
    });

    /** The detached signature holds over these bytes and is by this certificate. */
    function assertDetached(
      message: Awaited<ReturnType<RedBench["one"]>>,
      bytes: Buffer,
      certificateFile: string,
    ): void {
      const certificate = new X509Certificate(readFileSync(certificateFile));
      const { signature } = message.document ?? {};
      assert.equal(signature?.algorithm, "rsa-sha256");
      assert.equal(signature?.certificate, certificate.raw.toString("base64"));
      assert.deepEqual(message.payload, bytes);
      const value = Buffer.from(signature?.value as string, "base64");
      assert.ok(verify("sha256", bytes, certificate.publicKey, value));
    }

    it("signs a declaration detached with SoftHSM2", async () => {
      await load();
      const message = dec();
      bench.node("sign").receive(message);
      assertDetached(await bench.one("out"), message.payload, bench.token.certificateFile);
      await bench.showing("sign", "card-sign.status.signed");
    });

    it("signs an inventory list inside its XML inside its ZIP, as xmlsec1 confirms, the same each time", async () => {
      await load();
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
      await load({ backend: "software", ...files }, {}, "");
      const message = dec();
      bench.node("sign").receive(message);
      assertDetached(await bench.one("out"), message.payload, files.certificateFile);
      bench.node("sign").receive(await invt());
      const second = (await bench.arrived("out", 2))[1];
      const [xml] = await readZip(second?.payload as Buffer);
      xmlsecVerify(scratch(), xml?.bytes as Buffer, files.certificateFile);
      await bench.showing("sign", "card-sign.status.software");
    });

    it("refuses an empty PIN with C144 before any process is started", async () => {
      const before = children().sort();
      await load({}, {}, "");
      bench.node("sign").receive(dec());
      const caught = await bench.one("caught");
      assert.deepEqual([caught.error?.code, caught.fault?.code], ["C144", "C144"]);
      assert.match(caught.fault?.text.zh as string, /密码不能为空/);
      assert.deepEqual(
        children()
          .sort()
          .filter((pid) => !before.includes(pid)),
        [],
      );
      assert.equal(bench.messages("out").length, 0);
      await bench.showing("sign", "card-sign.status.blocked");
    });

    it("tries a wrong PIN once: the rest is refused by the guard, also after a redeploy", async () => {
      const wrong = "Pin-000000";
      await load({}, {}, wrong);
      for (let number = 0; number < 3; number++) bench.node("sign").receive(dec());
      const codes = (await bench.arrived("caught", 3)).map(({ error }) => error?.code).sort();
      assert.deepEqual(codes, ["C134", "SW-PIN-BLOCKED", "SW-PIN-BLOCKED"]);
      await bench.unload();
      await load({}, {}, wrong);
      bench.node("sign").receive(dec());
      assert.equal((await bench.one("caught")).error?.code, "SW-PIN-BLOCKED");
      assert.ok(!bench.logged().join("\n").includes(wrong));
      await bench.unload();
      // Another client with a ledger of its own: the guard is the machine's.
      root = join(scratch(), "ImpPath");
      await load({}, {}, wrong);
      bench.node("sign").receive(dec());
      assert.equal((await bench.one("caught")).error?.code, "SW-PIN-BLOCKED");
      await bench.unload();
      await load();
      bench.node("sign").receive(dec());
      await bench.one("out");
    });

    it("lets files wait while the card is not there or the guard is closed, and signs them when it is well", async () => {
      const wrong = { card: { pin: "Pin-000001" } };
      const nodes = (card: Record<string, unknown>, outcome = "auto") => [
        clientNode(root),
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
      drop(root, "DecCus001", "a.xml", decXml());
      // More often than a fault that may pass is tried again: the card is not the document's fault.
      const absent = await bench.arrived("caught", 6);
      assert.ok(absent.every(({ fault }) => fault?.code === "C134" && fault.kind === "waits"));
      assert.deepEqual(box(root, "DecCus001", "FailBox"), []);
      await bench.unload();

      await bench.load(nodes({}), wrong);
      for (const name of ["b.xml", "c.xml", "d.xml"]) drop(root, "DecCus001", name, decXml());
      const tried = () => bench.messages("caught").filter(({ error }) => error?.code === "C134");
      await until("each was refused several times", () => bench.messages("caught").length > 8);
      assert.equal(tried().length, 1, "one try of the PIN");
      assert.deepEqual(box(root, "DecCus001", "FailBox"), []);
      await bench.unload();

      await bench.load(nodes({}));
      await bench.arrived("out", 4);
      assert.deepEqual(box(root, "DecCus001", "FailBox"), []);
    });

    it("is C134 for a token that is not there, and a document of no known kind", async () => {
      await load({ token: "another" });
      bench.node("sign").receive(dec());
      const absent = await bench.one("caught");
      assert.equal(absent.error?.code, "C134");
      await bench.showing("sign", "card-sign.status.absent");
      bench.node("sign").receive({ ...dec(), document: { id: "x", fileName: "x.xml", messageType: "" } });
      const unknown = (await bench.arrived("caught", 2))[1];
      assert.equal(unknown?.error?.code, "C134");
      assert.match(unknown?.fault?.text.en as string, /not known how x\.xml|not known how a\.xml/);
    });

    it("refuses a document that its profile cannot sign, and ends the module's process with the node", async () => {
      await load({}, { profile: "xmldsig-object" });
      const before = children();
      bench.node("sign").receive(dec());
      const caught = await bench.one("caught");
      assert.match(caught.error?.code as string, /^SW-(XSD|ZIP)$/);
      bench.node("sign").receive(await invt());
      await bench.one("out");
      const started = children().filter((pid) => !before.includes(pid));
      assert.ok(started.length > 0);
      await bench.unload();
      await until("the module's process has ended", () => !children().some((pid) => started.includes(pid)));
    });

    /** A card by a key file of the test's own: whose it is and how long it is valid can be chosen. */
    const other = (code: string, days: number) => ({ backend: "software", ...softwareKey(code, days) });

    it("refuses an inventory list of another company, naming field and line, and lets a declaration pass", async () => {
      await load(other("1100000000", 365), {}, "");
      bench.node("sign").receive(await invt());
      const caught = await bench.one("caught");
      assert.equal(caught.error?.code, "SW-RULE-card-company");
      assert.match(caught.fault?.text.zh as string, /(InputCode|OperCusRegCode) 为 4403960000.*1100000000.*行 \d+/);
      assert.ok(caught.fault?.advice?.zh);
      await bench.showing("sign", "card-sign.status.refused");
      bench.node("sign").receive(dec());
      await bench.one("out");
    });

    it("only warns where preflight's rule is a warning or off", async () => {
      await load(other("1100000000", 365), {}, "");
      const message = await invt();
      bench.node("sign").receive({ ...message, document: { ...message.document, waived: ["company-code"] } });
      const { document } = await bench.one("out");
      const found = document?.checks?.map(({ rule, severity }) => `${rule} ${severity}`);
      assert.deepEqual([...new Set(found)], ["SW-RULE-card-company warning"]);
    });

    it("warns once a day of a certificate that expires within 30 days, in Node-RED's log and the daily log", async () => {
      await load(other(COMPANY.code, 10), {}, "");
      bench.node("sign").receive(dec());
      bench.node("sign").receive(dec());
      await bench.arrived("out", 2);
      const told = () => bench.logged().filter((line) => /证书将于 .* 过期/.test(line));
      assert.equal(told().length, 1, told().join());
      assert.match(told()[0] as string, /^card: /);
      await until("the daily log has it", () => dailyLog(root).split("SW-RULE-card-expiry").length === 2);
    });

    for (const [year, words] of [
      [2020, /过期/],
      [new Date().getUTCFullYear() + 2, /起有效/],
    ] as const) {
      it(`does not sign with a certificate that is valid in ${year} only: C134, and the document waits`, async () => {
        await load({ backend: "software", ...keyOf(year) }, {}, "");
        bench.node("sign").receive(dec());
        const caught = await bench.one("caught");
        assert.deepEqual([caught.error?.code, caught.fault?.kind], ["C134", "waits"]);
        assert.match(caught.fault?.text.zh as string, words);
        assert.equal(bench.messages("out").length, 0);
        await bench.showing("sign", "card-sign.status.certificate");
      });
    }

    it("tells of the closed guard as an event and in the status; a person releases it with a reason", async () => {
      const wrong = "Pin-000002";
      await bench.load(
        [
          clientNode(root),
          cardNode(bench.token, { name: "卡" }),
          node("sw-card-sign", "sign", { card: "card", profile: "auto" }, ["out"]),
          sink("out"),
          catchAll("caught"),
          sink("caught"),
          node("sw-documents", "events", { client: "client", mode: "events" }, ["event"]),
          sink("event"),
        ],
        { card: { pin: wrong } },
      );
      await bench.showing("events", "documents.status.watching");
      const card = async () => (await bench.http().get("/single-window/status")).body[0].cards[0];
      const post = (body: object, id = "card") => bench.http().post(`/single-window/cards/${id}/release`).send(body);
      bench.node("sign").receive(dec());
      await bench.one("caught");
      const event = (await bench.arrived("event"))[0];
      assert.equal(event?.topic, "card");
      const { state, code, id, name, text } = (event as Seen).payload as unknown as CardChange;
      assert.deepEqual([state, code, id, name], ["closed", "CKR_PIN_INCORRECT", "card", "卡"]);
      assert.ok(text.zh && text.en);
      const shown = await card();
      assert.deepEqual(
        [shown.state, shown.code, shown.companyCode, shown.holder],
        ["closed", "CKR_PIN_INCORRECT", COMPANY.code, COMPANY.name],
      );
      assert.ok(shown.notAfter > Date.now());
      for (const body of [{}, { reason: "  " }, { reason: 5 }]) {
        const without = await post(body);
        assert.deepEqual([without.status, without.body.code], [400, "SW-REQUEST"]);
      }
      const nobody = await post({ reason: "x" }, "no-such");
      assert.deepEqual([nobody.status, nobody.body.code], [404, "SW-UNKNOWN-CARD"]);
      bench.node("sign").receive(dec());
      assert.equal((await bench.arrived("caught", 2))[1]?.error?.code, "SW-PIN-BLOCKED");
      const released = await post({ reason: "已与持卡人核对" });
      assert.deepEqual([released.status, released.body.state, released.body.code], [200, "unknown", ""]);
      // Released: the same PIN may be tried once more, and is refused by the card, not by the guard.
      bench.node("sign").receive(dec());
      assert.equal((await bench.arrived("caught", 3))[2]?.error?.code, "C134");
      await until("the daily log has state and reason", () =>
        [/\tcard\t.*CKR_PIN_INCORRECT.*closed/, /card-released.*已与持卡人核对/].every((line) =>
          line.test(dailyLog(root)),
        ),
      );
      assert.ok(![dailyLog(root), ...bench.logged()].join("\n").includes(wrong));
    });

    it("signs by the profile, the algorithm and the bytes that are set", async () => {
      const small = makeKey(scratch(), "small", "rsa1024");
      const { keyFile, certificateFile } = small;
      const settings = { profile: "dec-sign", suite: "rsa-sha1", fieldInput: "bytes", withComments: true };
      await load({ backend: "software", keyFile, certificateFile }, settings, "");
      bench.node("sign").receive(dec());
      const signed = (await bench.one("out")).payload as Buffer;
      const value = /<Sign>([^<]+)<\/Sign>/.exec(signed.toString())?.[1] ?? "";
      assert.equal(value.length, 172);
      const bare = Buffer.from(signed.toString().replace(value, ""));
      assert.ok(verify("sha1", bare, new X509Certificate(small.certificate).publicKey, Buffer.from(value, "base64")));
    });

    it("names a setting that is none of its values", async () => {
      await load({}, { suite: "md5" });
      await bench.showing("sign", "card-sign.status.config");
      bench.node("sign").receive(dec());
      const caught = await bench.one("caught");
      assert.equal(caught.fault?.code, "SW-CONFIG");
      assert.match(caught.fault?.text.zh as string, /suite.*md5/);
      await bench.unload();
      await load({ sm2Mechanism: "SM2" });
      bench.node("sign").receive(dec());
      assert.match((await bench.one("caught")).fault?.text.zh as string, /sm2Mechanism/);
    });

    it("says loudly that a key file is no card, and that a PIN would travel in clear", async () => {
      await load({ backend: "software", ...softwareKey() }, {}, "");
      const told = (pattern: RegExp) => bench.logged().some((line) => pattern.test(line));
      assert.ok(told(/card: .*密钥文件，不是卡.* not a card/), bench.logged().join());
      await bench.unload();
      await load({ backend: "control", controlUrl: "ws://10.255.255.1:61232" });
      assert.ok(told(/card: .*明文.*in clear/), bench.logged().join());
      await bench.unload();
      await load({ backend: "control", controlUrl: "ws://127.0.0.1:61232" });
      assert.ok(!told(/in clear/));
    });

    it("lets files fail with a receipt while the guard is closed, if so set", async () => {
      await bench.load(
        [
          clientNode(root),
          cardNode(bench.token),
          watchNode({}, "sign"),
          node("sw-card-sign", "sign", { card: "card", profile: "auto", whenBlocked: "fail" }, ["out"]),
          sink("out"),
          catchAll("settle"),
          node("sw-settle", "settle", { client: "client", outcome: "auto", retryAfter: 0, retryTimes: 3 }, ["settled"]),
          sink("settled"),
        ],
        { card: { pin: "Pin-000003" } },
      );
      for (const name of ["a.xml", "b.xml", "c.xml"]) drop(root, "DecCus001", name, decXml());
      await bench.arrived("settled", 3);
      const receipts = box(root, "DecCus001", "InBox").map((name) => boxText(root, "DecCus001", "InBox", name));
      const codes = receipts.map((text) => /<failCode>(.*)<\/failCode>/.exec(text)?.[1]).sort();
      assert.deepEqual(codes, ["C134", "SW-PIN-BLOCKED", "SW-PIN-BLOCKED"]);
      assert.equal(box(root, "DecCus001", "FailBox").length, 3);
    });

    it("reads a key file that is none as C134", async () => {
      const keyFile = join(scratch(), "key.pem");
      writeFileSync(keyFile, "no key");
      await load({ backend: "software", keyFile }, {}, "");
      bench.node("sign").receive(dec());
      assert.equal((await bench.one("caught")).error?.code, "C134");
    });
  });
}
