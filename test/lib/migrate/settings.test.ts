import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ImportClientError } from "../../../lib/errors.js";
import { exampleFlow } from "../../../lib/migrate/example.js";
import { changesTo, flowOf } from "../../../lib/migrate/flow.js";
import { LARGEST_SETTINGS, readOfficialSettings } from "../../../lib/migrate/official-settings.js";
import { xmlWithoutPins } from "../../../lib/migrate/pins.js";
import { planOf } from "../../../lib/migrate/plan.js";
import type { Answers } from "../../../lib/migrate/plan-draft.js";
import { reportOfPlan } from "../../../lib/migrate/plan-report.js";
import { Random } from "../../support/random.js";

const full = readFileSync(join(__dirname, "..", "..", "fixtures", "settings", "full.xml"));
const PIN = "PinInTheFile+Zk7Q==";
const text = full.toString("utf8");

const planned = async (bytes: Buffer, answers: Answers = {}, platform = "win32") =>
  planOf(await readOfficialSettings(bytes), answers, platform);

async function refusal(bytes: Buffer): Promise<ImportClientError> {
  const error = await readOfficialSettings(bytes).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ImportClientError, "it was taken");
  assert.equal(error.code, "SW-SETTINGS");
  assert.ok(error.text.zh && error.text.en);
  return error;
}

/** Everything that leaves the settings import, as one text. */
function allOutput(plan: Awaited<ReturnType<typeof planned>>): string {
  const { zh, en } = reportOfPlan(plan, { out: "flow.json", overwritten: [] });
  return [JSON.stringify(plan), JSON.stringify(flowOf(exampleFlow(), plan)), zh, en].join("\n");
}

describe("settings of the official client", () => {
  it("of the full file: folders, several FormSettings, limits, receivers, card, and what is left out", async () => {
    const { values, items, questions, places } = await planned(full);
    assert.equal(places.root, "C:\\ImpPath");
    assert.deepEqual(places.elsewhere, [
      { folder: "Sas", boxes: { OutBox: "D:\\erp\\发出\\Sas", InBox: "D:\\erp\\收到\\Sas" } },
    ]);
    assert.equal(values["import-client"].root, "C:\\ImpPath");
    assert.equal(values["import-client"].retentionDays, "7");
    assert.deepEqual(JSON.parse(String(values["import-client"].folders)), [
      { folder: "Xyz", profile: "", pack: "bare", receiver: "DXPDSWXYZ0000009" },
    ]);
    assert.equal(values["folder-watch"].interval, "15");
    assert.equal(values["mq-send"].perBusiness, "DECCUS001=1, DECCUS201=1, Rmft=3, Sas=1");
    assert.equal(values.card.cardNumber, "2100000012345");
    const said = (kind: string) => items.filter((item) => item.kind === kind).map(({ from }) => from);
    for (const name of ["RetNameAffixFlag", "SendBeforeEnable", "DisplayRow", "StpReceipt2File", "CreateCfgFile"]) {
      assert.ok(said("unknown").includes(name), name);
    }
    assert.ok(said("unknown").some((name) => name.includes("Einstellung")));
    const { backend, sdfKeyIndex, sdfConfig, certificateFile } = values.card;
    assert.deepEqual([backend, sdfKeyIndex, sdfConfig], ["sdf", "1", "C:\\SIC\\hsm.ini"]);
    assert.equal(certificateFile, "C:\\SIC\\eport.cer");
    assert.ok(said("mapped").includes("EncryptorSetting"));
    for (const name of ["UserPin …", "DeviceLibs", "IpAddr, Port", "Notification", "LogPath"]) {
      assert.ok(said("left").includes(name), name);
    }
    assert.equal(
      said("left").filter((name) => name.startsWith("SubFormSetting")).length,
      3,
      "repeated, nameless, no TempBox",
    );
    assert.match(items.find(({ from }) => from === "RetentionDays")?.text.en ?? "", /deletes files/);
    const asked = questions.map(({ variable }) => variable);
    for (const variable of [
      "SW_CLIENT_ID",
      "SW_ORG_CODE",
      "SW_CUSTOMS_CODE",
      "SW_AMQP_HOST",
      "SW_SEND_QUEUE",
      "SW_CARD_PIN",
      "SW_PKCS11_MODULE",
    ]) {
      assert.ok(asked.includes(variable), variable);
    }
    assert.ok(!asked.includes("SW_ROOT"), "what is in the file is not asked");
  });

  it("of an HSM: paths of Windows are mapped or asked for elsewhere; without a certificate's file it is a card", async () => {
    const mappings = [{ from: "C:\\SIC", to: "/etc/sic" }];
    const { card } = (await planned(full, { mappings }, "linux")).values;
    assert.deepEqual([card.certificateFile, card.sdfConfig], ["/etc/sic/eport.cer", "/etc/sic/hsm.ini"]);
    const elsewhere = await planned(full, {}, "linux");
    assert.equal(elsewhere.values.card.certificateFile, undefined);
    assert.ok(elsewhere.items.some(({ from, kind }) => from === "EportCertFile" && kind === "left"));
    const plain = await planned(Buffer.from(text.replace(/<EportCertFile>[^<]*<\/EportCertFile>/, "")));
    assert.equal(plain.values.card.backend, undefined);
    assert.ok(
      plain.questions.some(({ variable, text: { en } }) => variable === "SW_CARD_BACKEND" && /spsecure/.test(en)),
    );
  });

  it("asks only for what nobody has said", async () => {
    const answers = {
      clientId: "DEMO0001",
      orgCode: "123456789",
      customsCode: "4403960000",
      region: "5300",
      environment: "test",
    };
    const { values, questions } = await planned(full, answers);
    assert.equal(values["import-client"].clientId, "DEMO0001");
    const asked = questions.map(({ to }) => to);
    assert.ok(!asked.some((to) => to.startsWith("import-client.")), asked.join());
    assert.deepEqual(
      questions.filter(({ secret }) => secret).map(({ variable }) => variable),
      ["SW_AMQP_PASSWORD", "SW_CARD_PIN"],
    );
  });

  const encodings: readonly [name: string, bytes: Buffer][] = [
    ["UTF-8 with its mark", Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), full])],
    [
      "UTF-16 LE with its mark",
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text.replace("utf-8", "utf-16"), "utf16le")]),
    ],
    ["UTF-16 BE", Buffer.from(text.replace("utf-8", "utf-16"), "utf16le").swap16()],
    ["UTF-8 that .NET declares as UTF-16", Buffer.from(text.replace("utf-8", "utf-16"))],
    ["no declaration", Buffer.from(text.slice(text.indexOf("<Settings")))],
  ];
  for (const [name, bytes] of encodings) {
    it(`are the same in ${name}`, async () => {
      assert.deepEqual(await planned(bytes), await planned(full));
    });
  }

  it("are read in GB2312, whether declared or not", async () => {
    const gb = (declared: string) =>
      Buffer.concat([
        Buffer.from(
          `<?xml version="1.0" encoding="${declared}"?><Settings><FormSetting><SubFormSetting FormId="Sas" OutBox="D:\\`,
        ),
        Buffer.from([0xb7, 0xa2, 0xb3, 0xf6]),
        Buffer.from(`"/></FormSetting></Settings>`),
      ]);
    for (const declared of ["gb2312", "utf-8"]) {
      const { folders } = await readOfficialSettings(gb(declared));
      assert.equal(folders[0]?.boxes.OutBox, "D:\\发出", declared);
    }
  });

  it("of a minimal file: one folder, nothing else", async () => {
    const plan = await planned(
      Buffer.from(
        '<Settings><FormSetting><SubFormSetting FormId="Sas" OutBox="/srv/imp/Sas/OutBox"/></FormSetting></Settings>',
      ),
      {},
      "linux",
    );
    assert.equal(plan.values["import-client"].root, "/srv/imp");
    assert.deepEqual(plan.places.missing, [{ folder: "Sas", boxes: ["TempBox", "SentBox", "FailBox", "InBox"] }]);
    assert.equal(plan.values["folder-watch"].interval, undefined);
  });

  it("of a file without any path ask for the root", async () => {
    const plan = await planned(Buffer.from('<Settings><FormSetting Key="DEC"/></Settings>'));
    assert.ok(plan.questions.some(({ variable }) => variable === "SW_ROOT"));
  });

  it("of Windows on another system: the paths are kept, and said; mapped where somebody says where they are", async () => {
    const kept = await planned(full, {}, "linux");
    assert.equal(kept.values["import-client"].root, "C:\\ImpPath");
    assert.ok(kept.items.some(({ text: { en } }) => /paths of Windows/.test(en)));
    const mappings = [
      { from: "C:\\ImpPath", to: "/mnt/imp" },
      { from: "D:\\erp\\", to: "/mnt/erp/" },
    ];
    const moved = await planned(full, { mappings }, "linux");
    assert.equal(moved.values["import-client"].root, "/mnt/imp");
    assert.ok(!moved.items.some(({ text: { en } }) => /paths of Windows/.test(en)));
    assert.deepEqual(JSON.parse(String(moved.values["import-client"].boxPaths)), [
      { folder: "Sas", box: "OutBox", path: "/mnt/erp/发出/Sas" },
      { folder: "Sas", box: "InBox", path: "/mnt/erp/收到/Sas" },
    ]);
  });

  it("turn PDF rules to warnings where the official client does not check PDFs", async () => {
    const { values } = await planned(Buffer.from(text.replaceAll('IsPdfCheck="true"', 'IsPdfCheck="false"')));
    assert.equal(JSON.parse(String(values.preflight.rules))["pdf-size"], "warning");
  });

  it("are refused, each with its reason: empty, huge, with entities, damaged, another file", async () => {
    const cases: readonly [string, Buffer][] = [
      ["empty", Buffer.alloc(0)],
      ["size", Buffer.alloc(LARGEST_SETTINGS + 1, 0x20)],
      ["entities", Buffer.from('<!DOCTYPE a [<!ENTITY b "c">]><Settings><FormSetting Key="&b;"/></Settings>')],
      ["damaged", full.subarray(0, full.length - 200)],
      ["damaged", Buffer.from("<Settings><FormSetting></Settings>")],
      ["other", Buffer.from("<DecMessage/>")],
      ["encoding", Buffer.from([0xff, 0xfe, 0x3c, 0xd8])],
    ];
    for (const [reason, bytes] of cases) assert.equal((await refusal(bytes)).details.reason, reason);
  });

  it("bring no byte of the PIN out, wherever it stands and however the file is damaged", async () => {
    assert.ok((await readOfficialSettings(full)).hasPin);
    assert.ok(!allOutput(await planned(full)).includes(PIN));
    const places = [
      `<Settings><!-- don't <UserPin>${PIN}</UserPin> --><FormSetting/></Settings>`,
      `<Settings><UserPin a="1">${PIN}</UserPin><FormSetting Key="a"/></Settings>`,
      `<Settings><FormSetting/><UserPin><![CDATA[${PIN}]]></UserPin></Settings>`,
      `<Settings userPin='${PIN}'><FormSetting/></Settings>`,
      `<Settings><FormSetting/><UserPin><${PIN}/></UserPin></Settings>`,
    ];
    for (const bytes of [full, ...places.map((place) => Buffer.from(place))]) {
      assert.ok(!xmlWithoutPins(bytes).xml.includes(PIN), "gone before anything is parsed");
    }
    for (const place of places) assert.ok(!allOutput(await planned(Buffer.from(place))).includes(PIN), place);
    const seed = Number(process.env.SW_SEED ?? Date.now() % 1_000_000);
    const random = new Random(seed);
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(full);
      for (let times = random.between(1, 4); times > 0; times--) {
        const at = random.between(0, bytes.length - 1);
        // The PIN itself stays: it is what is looked for.
        if (bytes.includes(PIN) && !isWithinPin(at))
          bytes[at] = random.pick([0x20, 0x3c, 0x3e, 0x22, 0x26, 0x2f, 0x41]);
      }
      const cut = random.between(0, 3) === 0 ? bytes.subarray(0, random.between(1, bytes.length)) : bytes;
      const out = await planned(cut).then(allOutput, (error: ImportClientError) =>
        JSON.stringify([error.text, error.message, error.stack, error.advice, error.details]),
      );
      assert.ok(!out.includes(PIN), `seed ${seed}, round ${round}`);
    }
  });

  function isWithinPin(at: number): boolean {
    for (let from = full.indexOf(PIN); from !== -1; from = full.indexOf(PIN, from + 1)) {
      if (at >= from && at < from + PIN.length) return true;
    }
    return false;
  }

  it("make the example flow, with a comment that lists what is still to be set", async () => {
    const plan = await planned(full, { clientId: "DEMO0001" });
    const flow = flowOf(exampleFlow(), plan);
    const node = (type: string) => flow.find((one) => one.type === type) ?? {};
    assert.equal((node("sw-import-client") as { root?: string }).root, "C:\\ImpPath");
    assert.equal((node("sw-import-client") as { clientId?: string }).clientId, "DEMO0001");
    assert.equal((node("sw-import-client") as { orgCode?: string }).orgCode, "$" + "{SW_ORG_CODE}");
    assert.match(String((node("comment") as { info?: string }).info), /SW_ORG_CODE[\s\S]*RetentionDays/);
    const changed = changesTo(exampleFlow(), plan).map(({ node: of, setting }) => `${of}.${setting}`);
    assert.ok(changed.includes("folder-watch.interval") && changed.includes("import-client.root"));
    assert.deepEqual(changesTo(flow, plan), []);
  });
});
