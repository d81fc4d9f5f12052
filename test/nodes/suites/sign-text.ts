import assert from "node:assert/strict";
import { verify, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeKey } from "../../lib/signing/keys.js";
import { ControlDouble, rsaSigner } from "../../support/control-double.js";
import { cardNode, catchAll, clientNode, type FlowNode, functionNode, node, sink } from "../../support/flow-nodes.js";
import type { RedBench, Seen } from "../../support/red-bench.js";
import { scratch } from "../../support/scratch.js";
import { dec, SignFlow, softwareKey } from "../../support/sign-flow.js";
import { COMPANY, PIN } from "../../support/test-card.js";

const EXAMPLE = join(__dirname, "..", "..", "..", "examples", "05-sign-text.json");
/** As public programs sign it: not ASCII, quotes within quotes, nothing at the end. */
const TEXT =
  '"sessionID":"ad2254"||"payExchangeInfoHead":"{"initalRequest":"原始请求"}"||"serviceTime":"1544519952469"';

/** A text is signed as it comes (公告 2018 年第 179 号), by the card that signs documents. */
export function signText(bench: RedBench): void {
  describe("sw-card-sign, a text", () => {
    const at = new SignFlow(bench);
    const doubles: ControlDouble[] = [];
    after(async () => {
      for (const double of doubles) await double.stop();
    });

    /** The signature holds over exactly these bytes. */
    const assertSigns = ({ signature, document }: Seen, bytes: Buffer, certificateFile: string, hash: string) => {
      const certificate = new X509Certificate(readFileSync(certificateFile));
      assert.deepEqual([signature?.profile, signature?.algorithm], ["text", `rsa-${hash}`]);
      assert.equal(signature?.certificate, certificate.raw.toString("base64"));
      assert.match(signature?.certificateNumber ?? "", /^[0-9a-f]+$/);
      assert.ok(verify(hash, bytes, certificate.publicKey, Buffer.from(signature?.value ?? "", "base64")));
      assert.equal(document, undefined);
    };

    /** A control with an old card in it. */
    const control = async () => {
      const { key, certificate, certificateFile } = makeKey(scratch(), "old", "rsa1024");
      const double = new ControlDouble();
      doubles.push(double);
      const company = { entId: COMPANY.code, entName: COMPANY.name };
      const card = { cardId: "8930000000002", certNo: "01691F7F", ...company, certificate, pin: PIN, tries: 2 };
      double.card = { ...card, sign: rsaSigner(key) };
      const settings = { backend: "control", controlUrl: await double.start() };
      return { settings, certificateFile, double };
    };

    it("is signed with SoftHSM2, its bytes as they are; the message stays as it was", async () => {
      await at.load({}, { profile: "text" });
      const payloads = [TEXT, Buffer.from(TEXT), " \r\n<a/>\n", Buffer.from([0, 255, 13, 10])];
      for (const [topic, payload] of payloads.entries()) bench.node("sign").receive({ payload, topic } as never);
      const signed = (await bench.arrived("out", payloads.length)) as (Seen & { topic: number })[];
      for (const [topic, payload] of payloads.entries()) {
        const one = signed.find((message) => message.topic === topic) as Seen;
        assert.deepEqual(one.payload, payload);
        assertSigns(one, Buffer.from(payload as string), bench.token.certificateFile, "sha256");
      }
      await bench.showing("sign", "card-sign.status.signed");
    });

    it("is signed through the control, ASCII as text and anything else as base64", async () => {
      const { settings, certificateFile, double } = await control();
      await at.load(settings, { profile: "text" });
      bench.node("sign").receive({ payload: TEXT });
      assertSigns(await bench.one("out"), Buffer.from(TEXT), certificateFile, "sha1");
      bench.node("sign").receive({ payload: "plain" });
      assertSigns((await bench.arrived("out", 2))[1] as Seen, Buffer.from("plain"), certificateFile, "sha1");
      const asked = double.calls.filter(({ method }) => /SpcSign/.test(method)).map(({ args }) => args.inData);
      assert.deepEqual(asked, [Buffer.from(TEXT).toString("base64"), "plain"]);
    });

    it("is signed with a key file, by the algorithm that is set", async () => {
      const files = softwareKey();
      await at.load({ backend: "software", ...files }, { profile: "text", suite: "rsa-sha1" }, "");
      bench.node("sign").receive({ payload: TEXT });
      assertSigns(await bench.one("out"), Buffer.from(TEXT), files.certificateFile, "sha1");
      await bench.showing("sign", "card-sign.status.software");
    });

    it("refuses what is no text, is empty or has half a character, and asks no card", async () => {
      const { settings, double } = await control();
      await at.load(settings, { profile: "text" });
      const wrong = [undefined, null, 179, true, {}, [TEXT], "", Buffer.alloc(0), "a\ud800b"];
      for (const payload of wrong) bench.node("sign").receive({ payload } as never);
      const caught = await bench.arrived("caught", wrong.length);
      assert.deepEqual([...new Set(caught.map(({ fault }) => fault?.code))], ["SW-MESSAGE"]);
      assert.match(String(caught[0]?.fault?.text.zh), /msg\.payload 不是文本/);
      assert.ok(caught.every(({ fault }) => fault?.advice?.en && fault.advice.zh));
      assert.deepEqual([bench.messages("out"), double.calls], [[], []]);
    });

    it("signs no document: it waits until another signature is set; a node for documents takes no text", async () => {
      await at.load({}, { profile: "text" });
      bench.node("sign").receive(dec());
      assert.equal((await bench.one("caught")).fault?.code, "SW-CONFIG");
      await bench.unload();
      await at.load();
      bench.node("sign").receive({ payload: TEXT });
      assert.equal((await bench.one("caught")).fault?.code, "SW-MESSAGE");
    });

    it("shares the card's queue and PIN guard with documents: a wrong PIN is tried once, by whichever came first", async () => {
      const { settings, double } = await control();
      const both = (pin: string) => {
        const sign = (id: string, profile: string) => node("sw-card-sign", id, { card: "card", profile }, ["out"]);
        const nodes = [
          clientNode(at.root),
          cardNode(bench.token, settings),
          sign("text", "text"),
          sign("sign", "auto"),
        ];
        return bench.load([...nodes, sink("out"), catchAll("caught"), sink("caught")], { card: { pin } });
      };
      await both("Pin-000007");
      for (let number = 0; number < 5; number++) {
        bench.node("text").receive({ payload: TEXT });
        bench.node("sign").receive(dec());
      }
      const codes = (await bench.arrived("caught", 10)).map(({ fault }) => fault?.code).sort();
      assert.deepEqual(codes, ["C134", ...Array(9).fill("SW-PIN-BLOCKED")]);
      assert.equal(double.pinTries.length, 1);
      await bench.unload();
      await both(PIN);
      for (let number = 0; number < 5; number++) {
        bench.node("text").receive({ payload: TEXT });
        bench.node("sign").receive(dec());
      }
      const signed = await bench.arrived("out", 10);
      assert.equal(signed.filter(({ signature }) => signature).length, 5);
      assert.equal(signed.filter(({ document }) => document?.signature).length, 5);
    });

    it("is what the example makes of its sample: the uploaded data, joined again, verify", async () => {
      const flow = JSON.parse(readFileSync(EXAMPLE, "utf8")) as FlowNode[];
      const find = (type: string, name = "") =>
        flow.find((one) => one.type === type && String(one.name).includes(name));
      const code = (name: string) => String(find("function", name)?.func);
      await bench.load([
        clientNode(at.root),
        cardNode(bench.token),
        functionNode("text", code("text"), "sign"),
        node("sw-card-sign", "sign", { ...find("sw-card-sign"), card: "card", z: "tab", id: "sign" }, ["body"]),
        functionNode("body", code("body"), "out"),
        sink("out"),
      ]);
      const sample = JSON.parse(String(find("inject")?.payload));
      bench.node("text").receive({ payload: sample });
      const { payload } = (await bench.one("out")) as unknown as { payload: { payExInfoStr: string } };
      const { certNo, signValue, ...data } = JSON.parse(payload.payExInfoStr);
      assert.deepEqual([data.payExchangeInfoHead, data.payExchangeInfoLists], [sample.head, sample.lists]);
      const text = Object.entries(data)
        .map(([name, value]) => `"${name}":"${typeof value === "string" ? value : JSON.stringify(value)}"`)
        .join("||");
      assert.match(
        text,
        /^"sessionID":"[^"]+"\|\|"payExchangeInfoHead":"\{.*\}"\|\|"payExchangeInfoLists":"\[.*\]"\|\|"serviceTime":"\d+"$/,
      );
      const { publicKey } = new X509Certificate(readFileSync(bench.token.certificateFile));
      assert.ok(verify("sha256", Buffer.from(text), publicKey, Buffer.from(signValue, "base64")));
      assert.match(certNo, /^[0-9a-f]+$/);
    });
  });
}
