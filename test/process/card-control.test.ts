import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DEMO_IDENTITY, decXml, freshKey } from "../../simulator/samples/index.js";
import { makeKey } from "../lib/signing/keys.js";
import { ControlDouble, rsaSigner } from "../support/control-double.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { assertNowhere, statusesToOutput } from "../support/secrets.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";

const PIN = "Right-PIN-24680";
const WRONG = "Wrong-PIN-13579";

/** The official local receipt (faq 10 to 13), whole. */
const receiptOf = (code: string, info: string): string =>
  `<?xml version="1.0" encoding="utf-8"?><Root><resultFlag>0</resultFlag><failCode>${code}</failCode>` +
  `<failInfo>${info}</failInfo><retData></retData></Root>`;

/** The example flow over the card control (domain 3, faq 11, 13), in a real Node-RED; the double is the control's side. */
describe("the example flow with the card control", function () {
  this.timeout(540_000);
  let theatre: Theatre;
  let stage: Stage;
  let double: ControlDouble;
  let url: string;
  const answers: string[] = [];
  const lines: string[] = [];

  const start = async (pin: string) => {
    await stage.startNodeRed({ SW_CARD_BACKEND: "control", SW_CONTROL_URL: url, SW_CARD_PIN: pin });
  };
  const stop = async () => {
    answers.push(JSON.stringify([await stage.ask("status"), await stage.ask("documents")]));
    lines.push(...stage.nodeRed.lines);
    await stage.nodeRed.stop();
  };
  const drop = (): string => {
    const key = freshKey();
    stage.drop("DecCus001", `${key}.xml`, decXml({ key, goods: 1, operType: "G" }));
    return key;
  };
  const localReceipt = (key: string): string => {
    const name = stage.files("DecCus001", "InBox").find((file) => file.startsWith(`Failed_${key}_`));
    return name === undefined ? "" : readFileSync(join(stage.root, "DecCus001", "InBox", name), "utf8");
  };
  const failed = (key: string) =>
    until(`${key} has failed and its claim has ended`, () =>
      stage.rows().some(({ clientKey, state, settled }) => clientKey === key && state === "failed" && settled),
    );
  const accepted = (key: string) =>
    until(
      () => `${key} is accepted: ${JSON.stringify(stage.rows().filter(({ clientKey }) => clientKey === key))}`,
      () => stage.rows().some(({ clientKey, state }) => clientKey === key && state === "accepted"),
    );

  before(async () => {
    theatre = await openTheatre(PIN);
    const made = makeKey(scratch(), "control", "rsa2048");
    double = new ControlDouble();
    double.card = {
      cardId: "8930000000002",
      certNo: "01691f7f",
      entId: DEMO_IDENTITY.customsCode,
      entName: "示例",
      certificate: made.certificate,
      pin: PIN,
      tries: 2,
      sign: rsaSigner(made.key),
    };
    stage = new Stage(theatre, {
      clientId: "CTRL0001",
      certificates: [made.certificateFile],
      flow: (nodes) => {
        statusesToOutput(nodes);
        for (const node of nodes) {
          if (node.type === "sw-settle") Object.assign(node, { retryAfter: "1", retryTimes: "1" });
          if (node.type === "sw-card-sign") node.whenBlocked = "fail";
        }
      },
    });
    // A port of its own, on which nothing listens yet.
    url = await double.start();
    await double.stop();
    await stage.startSimulator();
  });
  after(async () => {
    await stage?.close();
    await double?.stop();
    await theatre?.close();
    removeScratch();
  });

  it("faq 11: the control is not running: C141, the document waits; started, it goes through without a restart", async () => {
    await start(PIN);
    const key = drop();
    const row = () => stage.rows().find(({ clientKey }) => clientKey === key);
    await until("it is given back with C141", () => row()?.code === "C141");
    const [status] = await stage.ask<{ cards: { state: string }[] }[]>("status");
    assert.equal(status?.cards[0]?.state, "absent");
    assert.deepEqual(stage.files("DecCus001", "FailBox"), []);
    await double.start();
    await accepted(key);
    assert.deepEqual(double.pinTries, [{ cardId: "8930000000002", right: true }]);
    await stop();
  });

  it("faq 13: a wrong PIN is C134 with the control's own two lines, the next document SW-PIN-BLOCKED; one try", async () => {
    await start(WRONG);
    const first = drop();
    await failed(first);
    assert.equal(
      localReceipt(first),
      receiptOf("C134", '["[智能卡应用模块]输入口令错误，还可以重试一次:错误码=51571","Err:Custom51571"]'),
    );
    const second = drop();
    await failed(second);
    const [advice = ""] = localReceipt(second).split("停止使用。")[1]?.split("<") ?? [];
    assert.equal(
      localReceipt(second),
      receiptOf(
        "SW-PIN-BLOCKED",
        `${second}.xml错误信息：此卡的 PIN 曾被拒绝（51571），为避免锁卡已停止使用。${advice}`,
      ),
    );
    assert.match(advice, /PIN 改变后保护自动解除.*请勿人工解除/);
    assert.deepEqual(stage.files("DecCus001", "FailBox").length, 2);
    assert.equal(double.pinTries.filter(({ right }) => !right).length, 1);
    await until("the status is shown", () =>
      stage.nodeRed.lines.some((line) => line.includes("card-sign.status.blocked")),
    );
    await stop();
  });

  it("faq 13: an empty PIN is C144, and the control is not called", async () => {
    const before = double.connections;
    await start("");
    const key = drop();
    await failed(key);
    assert.equal(localReceipt(key), receiptOf("C144", "卡密码不能为空，请设置卡密码!"));
    assert.equal(double.connections, before);
    await stop();
  });

  it("neither PIN is in a file, a line of Node-RED's output, a status or an admin answer", () => {
    const witness = { code: "51571", line: "card-sign.status.blocked" };
    assertNowhere([PIN, WRONG], { dir: stage.dir, lines, answers }, witness);
  });
});
