import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { NetworkInterfaceInfo } from "node:os";
import { join } from "node:path";
import type { ClientSettings } from "../../../lib/client/settings.js";
import { checkCard, checkPin, isPinless } from "../../../lib/diagnose/card.js";
import { checkClock } from "../../../lib/diagnose/clock.js";
import { checkEnvironments, type Neighbour } from "../../../lib/diagnose/environment.js";
import { checkFolders } from "../../../lib/diagnose/folders.js";
import { diagnose } from "../../../lib/diagnose/index.js";
import { checkAdapters } from "../../../lib/diagnose/network.js";
import { checkPrerequisites, prerequisitesOf } from "../../../lib/diagnose/prerequisites.js";
import { changeForm } from "../../../lib/diagnose/report.js";
import { takeStep } from "../../../lib/diagnose/step.js";
import { codeOf, ImportClientError } from "../../../lib/errors.js";
import { Folders } from "../../../lib/files/folders.js";
import type { CardBackend } from "../../../lib/signing/types.js";
import { softHsmModule } from "../../../scripts/soft-token.js";
import { openClient } from "../../support/client.js";
import { removeScratch, scratch } from "../../support/scratch.js";

const BOXES = ["OutBox", "TempBox", "SentBox", "FailBox", "InBox"];

function rejectsWith(code: string, pattern: RegExp) {
  return (error: unknown) => {
    assert.equal(codeOf(error), code);
    const { text, advice } = error as ImportClientError;
    assert.match(text.zh, pattern);
    assert.ok(text.en && advice?.zh && advice.en);
    return true;
  };
}

describe("self-check", () => {
  after(removeScratch);

  describe("network adapters (faq B2)", () => {
    const adapter = (address: string, internal = false) =>
      [{ address, mac: "00:11:22:33:44:55", family: "IPv4", internal }] as NetworkInterfaceInfo[];
    const none = () => false;

    it("lists the active ones with their addresses, and leaves out loopback and bridges", () => {
      const finding = checkAdapters(
        { lo: adapter("127.0.0.1", true), docker0: adapter("172.17.0.1"), 以太网: adapter("10.0.0.5"), idle: [] },
        none,
      );
      assert.match(finding.text.zh, /1 块：以太网 \(00:11:22:33:44:55 10\.0\.0\.5\)$/);
      assert.equal(finding.warning, undefined);
    });

    it("warns of two, and of a wireless one by its name on any system", () => {
      const two = checkAdapters({ eth0: adapter("10.0.0.5"), eth1: adapter("10.0.1.5") }, none);
      assert.equal(two.warning, true);
      assert.match(two.advice?.zh ?? "", /只保留一块有线网卡/);
      for (const name of ["wlp2s0", "WLAN", "Wi-Fi", "无线网络连接 2"]) {
        const finding = checkAdapters({ [name]: adapter("10.0.0.5") });
        assert.equal(finding.warning, true, name);
        assert.match(finding.text.en, new RegExp(`wireless: ${name}`));
      }
    });
  });

  describe("environments side by side (faq 4)", () => {
    const neighbour = (environment: "test" | "production", root: string, queue: string): Neighbour => ({
      name: `${environment} client`,
      settings: { environment, clientId: "C1", root, ledger: join(root, ".ledger", "ledger.db"), boxPaths: [] },
      queues: [`mq:5671 / ${queue}`],
    });

    it("are named, and shown to be apart", () => {
      const one = checkEnvironments([neighbour("test", "/a", "q1")]);
      assert.deepEqual([one.warning, one.text.en], [undefined, "1 import client(s): test client C1 (test)"]);
      const both = checkEnvironments([neighbour("test", "/a", "q1"), neighbour("production", "/b", "q2")]);
      assert.equal(both.warning, true);
      assert.match(both.advice?.zh ?? "", /不能在同一台电脑上同时安装/);
    });

    it("may share neither root nor ledger nor queue", () => {
      const check =
        (...clients: Neighbour[]) =>
        () =>
          checkEnvironments(clients);
      const sharing = rejectsWith("SW-CONFIG", /test client .*production client .*共用/);
      assert.throws(check(neighbour("test", "/a", "q1"), neighbour("production", "/a", "q2")), sharing);
      assert.throws(check(neighbour("test", "/a", "q1"), neighbour("production", "/a/b", "q2")), sharing);
      assert.throws(check(neighbour("test", "/a", "q1"), neighbour("production", "/b", "q1")), sharing);
    });
  });

  describe("prerequisites (faq 4)", () => {
    const pkcs11 = { backend: "pkcs11" as const, module: softHsmModule() ?? "", keyFile: "" };

    it("are all there on this machine", async () => {
      const schemas = scratch();
      const { text } = await checkPrerequisites({ schemas } as ClientSettings, pkcs11);
      for (const found of ["Node.js", "pkcs11js", pkcs11.module, schemas]) assert.ok(text.zh.includes(found), text.zh);
    });

    it("are named together where several are missing", async () => {
      const client = { schemas: "/no/such/schemas", advice: "/no/such/advice.json" } as ClientSettings;
      const missing = checkPrerequisites(client, { ...pkcs11, module: "/no/such/module.so" });
      await assert.rejects(
        missing,
        rejectsWith("SW-PREREQUISITE", /卡驱动.*module\.so.*XSD 文件夹.*schemas.*建议文件.*advice\.json/),
      );
      await assert.rejects(
        checkPrerequisites(undefined, { backend: "software", module: "", keyFile: "/no/such.pem" }),
        rejectsWith("SW-PREREQUISITE", /密钥文件.*such\.pem/),
      );
      await assert.rejects(
        checkPrerequisites(undefined, undefined, "18.20.0"),
        rejectsWith("SW-PREREQUISITE", /Node\.js 版本过低：18\.20\.0/),
      );
    });
  });

  describe("a path of the card that is not set", () => {
    it("is to be set where it is taken from, and never in a variable that is another path's", async () => {
      const card = { module: "", keyFile: "", certificateFile: "" };
      const adviceFor = async (backend: "pkcs11" | "software" | "sdf", setting: string) => {
        const { missing } = await prerequisitesOf(undefined, { ...card, backend });
        return missing.find((one) => one.setting === setting)?.advice.en ?? "";
      };
      assert.match(await adviceFor("pkcs11", "module"), /\(SW_PKCS11_MODULE in the example\)/);
      assert.match(await adviceFor("software", "keyFile"), /\(SW_CARD_KEYFILE in the example\)/);
      assert.equal(await adviceFor("sdf", "certificateFile"), "Set it in the card node and deploy.");
    });
  });

  describe("folders", () => {
    const business = (root: string, ...boxes: string[]) => {
      for (const box of boxes) mkdirSync(join(root, "DecCus001", box), { recursive: true });
    };

    it("pass when boxes can be written, and nothing is left in them", async () => {
      const root = scratch();
      business(root, ...BOXES);
      const finding = await checkFolders(new Folders(root));
      assert.equal(finding.warning, undefined);
      assert.match(finding.text.en, /business folders: DecCus001; \d+ MB free$/);
      for (const box of BOXES) assert.deepEqual(readdirSync(join(root, "DecCus001", box)), []);
    });

    it("are not made: a root that is gone may be a share, and what is missing is named", async () => {
      const root = join(scratch(), "gone");
      await assert.rejects(checkFolders(new Folders(root)), rejectsWith("SW-FOLDER", /不存在/));
      assert.equal(existsSync(root), false);
      business(root, "OutBox");
      assert.match((await checkFolders(new Folders(root))).text.zh, /尚无 DecCus001\/TempBox/);
      assert.deepEqual(readdirSync(join(root, "DecCus001")), ["OutBox"]);
      rmSync(join(root, "DecCus001"), { recursive: true });
      const empty = await checkFolders(new Folders(root));
      assert.equal(empty.warning, true);
    });

    it("a box that cannot be written is named", async () => {
      const root = scratch();
      business(root, "OutBox");
      writeFileSync(join(root, "DecCus001", "InBox"), "a file where a folder should be");
      await assert.rejects(checkFolders(new Folders(root)), rejectsWith("SW-FOLDER", /InBox 不是文件夹/));
    });

    it("boxes on two volumes are named", async () => {
      const other = join("/dev/shm", `sw-diagnose-${process.pid}`);
      mkdirSync(other, { recursive: true });
      try {
        const root = scratch();
        business(root, "OutBox", "TempBox");
        symlinkSync(other, join(root, "DecCus001", "SentBox"));
        assert.match((await checkFolders(new Folders(root))).text.zh, /不在同一磁盘上，文件以复制方式移动：DecCus001/);
        assert.deepEqual(readdirSync(join(root, "DecCus001", "OutBox")), []);
      } finally {
        rmSync(other, { recursive: true, force: true });
      }
    });
  });

  describe("clock", () => {
    it("agrees within the message's own time and the grain of the broker's", () => {
      const time = { before: 10_400, after: 10_900, broker: 10_000, grain: 1000 };
      assert.deepEqual(checkClock(time), {
        text: { zh: "本机时钟与服务器一致", en: "this machine's clock agrees with the broker's" },
      });
      assert.match(checkClock({ ...time, broker: 0 }).text.en, /is 9 s off/);
    });

    it("warns past a minute, and says which way", () => {
      const slow = checkClock({ before: 0, after: 500, broker: 3_600_000, grain: 1000 });
      assert.deepEqual([slow.warning, slow.text.zh], [true, "本机时钟比服务器慢 3600 秒"]);
      const fast = checkClock({ before: 3_601_000, after: 3_601_500, broker: 0, grain: 1000 });
      assert.deepEqual([fast.warning, fast.text.zh], [true, "本机时钟比服务器快 3600 秒"]);
    });

    it("says so where the broker gives no time", () => {
      assert.match(checkClock(undefined).text.zh, /没有给出时间/);
    });
  });

  describe("card", () => {
    const DAY = 86_400_000;
    const card = (days: number, kind: CardBackend["kind"] = "pkcs11", since = -1000) =>
      ({
        kind,
        identity: async () => ({
          notBefore: Date.now() + since * DAY,
          notAfter: Date.now() + days * DAY,
          holder: "张三",
          companyName: "示例公司",
          companyCode: "4403960000",
          cardNumber: "893",
        }),
      }) as CardBackend;

    it("names whose it is, warns thirty days ahead, refuses an expired one", async () => {
      const good = await checkCard(card(400));
      assert.match(good.text.zh, /^示例公司 \/ 张三 \/ 4403960000 \/ 893，证书有效期至 \d{4}-\d\d-\d\d/);
      assert.equal(good.warning, undefined);
      const soon = await checkCard(card(20));
      assert.equal(soon.warning, true);
      assert.match(soon.text.zh, /还有 (19|20) 天/);
      await assert.rejects(checkCard(card(-1)), rejectsWith("C134", /过期/));
      await assert.rejects(checkCard(card(400, "pkcs11", 1)), rejectsWith("C134", /起有效/));
      await assert.rejects(checkCard(card(-1)), ({ advice }) => /日期和时间.*延期/.test(advice.zh));
      assert.equal((await checkCard(card(400, "software"))).warning, true);
    });

    it("without a PIN is C144 and not touched; with a closed guard SW-PIN-BLOCKED", async () => {
      await assert.rejects(checkPin(false, "unknown"), rejectsWith("C144", /卡密码不能为空/));
      // A key file that is not encrypted is used without one.
      assert.match((await checkPin(false, "unknown", isPinless("software"))).text.zh, /不需要/);
      await assert.rejects(checkPin(false, "unknown", isPinless("control")), rejectsWith("C144", /卡密码不能为空/));
      await assert.rejects(checkPin(true, "closed"), rejectsWith("SW-PIN-BLOCKED", /已停止使用/));
      await assert.rejects(checkPin(true, "locked"), rejectsWith("SW-PIN-BLOCKED", /锁定/));
      const folder = process.env.SW_PIN_GUARD;
      process.env.SW_PIN_GUARD = join(__filename, "no-folder");
      try {
        await assert.rejects(checkPin(true, "unknown"), rejectsWith("SW-PIN-GUARD", /无法打开或写入/));
      } finally {
        process.env.SW_PIN_GUARD = folder;
      }
      let touched = 0;
      const backend = {
        ...card(400),
        state: "unknown",
        identity: async () => Promise.reject(touched++),
      } as CardBackend;
      const { steps } = await diagnose({ card: { backend: async () => backend, hasPin: false } });
      assert.deepEqual(
        steps.filter(({ ok }) => !ok).map(({ step, code }) => [step, code]),
        [["pin", "C144"]],
      );
      assert.equal(touched, 0);
    });
  });

  it("gives up a step that hangs, and says so", async () => {
    const step = await takeStep("folders", () => new Promise(() => {}), 20);
    assert.deepEqual([step.ok, step.code], [false, "SW-TIMEOUT"]);
    assert.match(step.text.zh, /0\.02 秒内没有结果/);
  });

  it("fills in the form for a change of region with what the client knows (faq B3)", async () => {
    const client = await openClient();
    try {
      const { settings } = client;
      const form = changeForm({ client: settings, server: undefined, versions: {}, companyName: "示例公司" });
      for (const known of [settings.clientId, settings.orgCode, settings.customsCode, "示例公司", settings.region]) {
        assert.ok(form.includes(known), known);
      }
      for (const asked of ["操作员账号", "统一社会信用代码", "盖公章"]) assert.ok(form.includes(asked), asked);
      const { ok, steps } = await diagnose({ client: async () => client });
      const ledger = steps.find(({ step }) => step === "ledger");
      assert.equal(ledger?.ok, true, JSON.stringify(steps));
      assert.equal(
        ok,
        steps.every((step) => step.ok),
      );
    } finally {
      await client.close();
    }
  });

  it("a client that cannot be opened is a failed step, and the rest is tested all the same", async () => {
    const refuse = async () => {
      throw new ImportClientError("SW-LEDGER", { zh: "台账不可用", en: "no ledger" });
    };
    const { ok, steps } = await diagnose({ client: refuse });
    assert.equal(ok, false);
    assert.deepEqual(
      steps.map(({ step, code }) => [step, code]),
      [
        ["client", "SW-LEDGER"],
        ["prerequisites", undefined],
        ["network", undefined],
      ],
    );
  });
});
