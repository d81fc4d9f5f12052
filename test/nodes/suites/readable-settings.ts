import assert from "node:assert/strict";
import { join } from "node:path";
import { decXml } from "../../../simulator/samples/index.js";
import {
  brokerNode,
  cardNode,
  catchAll,
  clientNode,
  type FlowNode,
  node,
  sink,
  watchNode,
} from "../../support/flow-nodes.js";
import type { RedBench } from "../../support/red-bench.js";
import { scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";
import { message } from "../../support/watched-message.js";

/** Settings that say neither what is wanted nor nothing: what cannot be read refuses, and documents wait. */
export function readableSettings(bench: RedBench): void {
  let root: string;
  beforeEach(() => {
    root = join(scratch(), "ImpPath");
  });

  /** The faults of settings that a node has said, all in both languages. */
  const said = (id: string) => bench.errors().filter((error) => error.startsWith(`${id}: SW-CONFIG `));
  const assertSaid = async (id: string, ...texts: string[]) => {
    await until(`${id} says what is wrong with its settings`, () => said(id).length > 0);
    assert.equal(said(id).length, 1, said(id).join("\n"));
    for (const text of texts) assert.ok(said(id)[0]?.includes(text), `${text} is not in: ${said(id)[0]}`);
    assert.match(said(id)[0] ?? "", /请在节点或环境变量中改正此设置/);
  };
  const load = (...nodes: FlowNode[]) =>
    bench.load([...nodes, ...["out", "refused", "caught"].map((id) => sink(id)), catchAll("caught")]);
  /** Gives a node a good document, and asserts that it goes nowhere but to Catch, as one that waits for a setting. */
  const assertWaits = async (id: string) => {
    bench.node(id).receive(message(decXml(), "a.xml", "DecCus001", "DEC"));
    const caught = () => bench.messages("caught").find(({ document }) => document !== undefined);
    await until("the document is at Catch", () => caught() !== undefined);
    assert.equal(caught()?.fault?.code, "SW-CONFIG");
    assert.deepEqual([bench.messages("out"), bench.messages("refused")], [[], []]);
  };

  describe("a variable of Node-RED's own environment and of the process", () => {
    const [name, pin] = ["SW_TEST_WHERE", "SW_TEST_WHERE_PIN"];
    afterEach(() => {
      for (const variable of [name, pin]) delete process.env[variable];
    });

    it("is Node-RED's, which is told by name where they differ, once, and never with its value", async () => {
      const env = [name, pin].map((variable) => ({ name: variable, value: `${root}-${variable}`, type: "str" }));
      // The helper has no node for the global environment; that of a flow comes before the process's in the same way.
      const own: FlowNode = { id: "flow", type: "tab", env };
      const client = { ...clientNode(`\${${name}}`), z: "flow" };
      Object.assign(process.env, { [name]: join(scratch(), "other"), [pin]: "secret-pin" });
      await bench.load([own, client]);
      assert.equal((await bench.client()).settings.root, `${root}-${name}`, "as Node-RED itself resolves it");
      const told = () => bench.logged().filter((line) => line.includes(name) && !line.includes("SW-NEW-ROOT"));
      assert.match(
        told().join("\n"),
        new RegExp(`${name}, ${pin}：.*采用的是前者.* / ${name}, ${pin}: .*Node-RED's is used`),
      );
      assert.equal(told().length, 1);
      assert.doesNotMatch(told().join(), /secret-pin|ImpPath/);
      const ask = async (environment: object) => {
        const { id, type, ...values } = client;
        const body = { nodes: [{ id, type, values }], node: id, environment };
        const answer = await bench.http().post("/single-window/form/values").send(body);
        const found = answer.body.values.find(({ setting }: { setting: string }) => setting === "root");
        return [found.from, found.other];
      };
      assert.deepEqual(await ask({}), ["node-red", true]);
      process.env[name] = `${root}-${name}`;
      assert.deepEqual(await ask({}), ["process", false]);
      assert.deepEqual(await ask({ [name]: "/typed" }), ["node-red", true]);
      delete process.env[name];
      assert.deepEqual(await ask({}), ["node-red", false]);
    });
  });

  describe("a setting that is on or off", () => {
    for (const word of ["ture", "maybe", "nein"]) {
      it(`that says ${word} opens no plain connection to the broker, and documents wait`, async () => {
        await load(
          clientNode(root),
          brokerNode(bench.broker, { useTls: word, port: "amqp" }),
          node("sw-mq-send", "send", { client: "client", broker: "broker", queue: "nowhere" }, ["out"]),
        );
        await assertSaid(
          "broker",
          `useTls: "${word}" is neither true`,
          `“${word}”既不是 true`,
          "port: amqp is not a number",
        );
        await bench.showing("send", "mq-send.status.config");
        await assertWaits("send");
      });
    }

    it("that says neither is told by every node that has one", async () => {
      const way = { client: "client", card: "card" };
      await load(
        clientNode(root, { receiptJson: "yess", datedFolders: "ja" }),
        cardNode(bench.token, { pinPad: "treu" }),
        cardNode(bench.token, { id: "sdf", sdfExtended: "offf" }),
        watchNode({ createBoxes: "flase" }, "out"),
        node("sw-card-sign", "sign", { ...way, withComments: "2" }, ["out"]),
        node("sw-validate-xsd", "xsd", { ...way, data: "y" }, ["out"]),
        node("sw-zip", "zip", { flatten: "t" }, ["out"]),
      );
      await assertSaid("client", 'receiptJson: "yess" is neither', 'datedFolders: "ja" is neither');
      await assertSaid("card", 'pinPad: "treu" is neither');
      await assertSaid("sdf", 'sdfExtended: "offf" is neither');
      await assertSaid("sign", 'withComments: "2" is neither');
      await assertSaid("xsd", 'data: "y" is neither');
      await assertSaid("zip", 'flatten: "t" is neither');
      await bench.unload();
      await load(clientNode(root), watchNode({ createBoxes: "flase" }, "out"));
      await assertSaid("watch", 'createBoxes: "flase" is neither');
    });

    it("takes true, yes, 1, on and false, no, 0, off in any case, with blanks around, and nothing as its default", async () => {
      const words = ["true", "Yes", " 1 ", "ON", "False", "NO", "0", " off", "", true, false];
      await load(
        clientNode(root),
        ...words.map((flatten, index) => node("sw-zip", `zip-${index}`, { mode: "pack", flatten }, ["out"])),
      );
      for (const index of words.keys())
        bench.node(`zip-${index}`).receive(message(decXml(), "a.xml", "DecCus001", "DEC"));
      await bench.arrived("out", words.length);
      assert.deepEqual(bench.errors(), []);
    });
  });

  describe("sw-preflight with rules that cannot be read", () => {
    const wrong: [rules: string, ...said: string[]][] = [
      ["[1,2", "rules is not valid JSON: [1,2", "rules 不是有效的 JSON"],
      ["[1,2]", "rules is no JSON object: [1,2]", "rules 应为 JSON 对象"],
      ["null", "rules is no JSON object: null"],
      [
        '{"own-number": 7, "edoc-missing-pdf": "sometimes", "__proto__": "off", "SW-RULE-edoc-name": "off"}',
        "there is no rule own-number",
        "没有规则 own-number",
        "own-number is error, warning or off, not 7",
        'edoc-missing-pdf is error, warning or off, not "sometimes"',
        "没有规则 __proto__",
        "there is no rule SW-RULE-edoc-name (it is called edoc-name)",
      ],
    ];
    for (const [rules, ...texts] of wrong) {
      it(`says all that is wrong with ${rules}, and documents wait`, async () => {
        await load(
          clientNode(root),
          node("sw-preflight", "preflight", { client: "client", rules }, ["out"], ["refused"]),
        );
        await assertSaid("preflight", ...texts);
        await bench.showing("preflight", "preflight.status.config");
        await assertWaits("preflight");
      });
    }
  });

  describe("a choice that there is not", () => {
    it("is told by sw-zip with all others, and documents wait", async () => {
      await load(clientNode(root), node("sw-zip", "zip", { mode: "wrap", names: "big5" }, ["out"]));
      await assertSaid("zip", "mode is none of normalise, pack, unpack: wrap", "names 只能是 utf-8, gbk：big5");
      await bench.showing("zip", "zip.status.config");
      await assertWaits("zip");
    });

    it("is told by every node that has one", async () => {
      const queue = { client: "client", broker: "broker", queue: "nowhere" };
      await load(
        clientNode(root),
        brokerNode(bench.broker),
        node("sw-validate-xsd", "xsd", { client: "client", noSchema: "refuse", strictness: "hard", levels: "{bad" }, [
          "out",
        ]),
        node("sw-settle", "settle", { client: "client", outcome: "sended" }, ["out"]),
        node("sw-mq-send", "send", { ...queue, body: "dxpmsg" }, ["out"]),
        node("sw-mq-send", "fields", { ...queue, fields: "{}" }, ["out"]),
        node("sw-mq-receive", "use", { ...queue, queue: "elsewhere", use: "alone" }, ["out"]),
        node("sw-mq-receive", "unreadable", { ...queue, queue: "elsewhere", unreadable: "drop" }, ["out"]),
        node("sw-documents", "documents", { client: "client", mode: "event" }, ["out"]),
      );
      await assertSaid("xsd", "strictness is none of", "noSchema is none of pass, fail: refuse");
      await assertSaid("settle", "outcome is none of auto, sent");
      await assertSaid("send", "body is none of bare, dxp: dxpmsg");
      await assertSaid("fields", "it is no list");
      await assertSaid("use", "use is none of shared, exclusive: alone");
      await assertSaid("unreadable", "unreadable is none of park, reject: drop");
      await assertSaid("documents", "mode is none of query, events: event");
      for (const id of ["xsd", "settle"]) await assertWaits(id);
    });

    it("is told with all else that is wrong with its node, not alone", async () => {
      const ours = { client: "client", broker: "broker", queue: "nowhere" };
      const wrong: [type: string, settings: Record<string, unknown>, texts: string[]][] = [
        [
          "settle",
          { outcome: "sended", retryTimes: "x", holdWindow: "late" },
          ["outcome is", "retryTimes: x", "22:00-06:00"],
        ],
        ["mq-send", { ...ours, body: "dxpmsg", window: "0", attempts: "x" }, ["body is", "window: 0", "attempts: x"]],
        ["mq-receive", { ...ours, queue: "elsewhere", use: "alone", prefetch: "0" }, ["use is", "prefetch: 0"]],
        [
          "documents",
          { mode: "events", importOverdue: "x", statusOverdue: "y" },
          ["importOverdue: x", "statusOverdue: y"],
        ],
        [
          "folder-watch",
          { interval: "0", createBoxes: "maybe", pdfWait: "x" },
          ["interval: 0", '"maybe"', "pdfWait: x"],
        ],
        ["card-sign", { suite: "md5", fieldInput: "all", profile: "own" }, ["suite is", "fieldInput is", "profile is"]],
      ];
      const nodes = wrong.map(([type, settings]) =>
        node(`sw-${type}`, type, { client: "client", ...settings }, ["out"]),
      );
      await load(clientNode(root), brokerNode(bench.broker), ...nodes);
      for (const [type, , texts] of wrong) await assertSaid(type, ...texts);
    });

    it("of what to do with uncertain sends stops the client: it would send again what a person is to look at", async () => {
      await load(clientNode(root, { onUncertain: "held" }));
      await assertSaid("client", "onUncertain is none of resend, hold: held");
    });
  });
}
