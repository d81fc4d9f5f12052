import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { openClient } from "../../../lib/client/open.js";
import type { Notice } from "../../../lib/client/reports.js";
import { readClientSettings } from "../../../lib/client/settings.js";
import { clientSettings } from "../../support/client.js";
import { documentRow } from "../../support/rows.js";
import { removeScratch, scratch } from "../../support/scratch.js";

describe("the root that is set", () => {
  after(removeScratch);

  it("is an absolute path, as the ledger's file and the log's folder are: another one is refused by name", () => {
    const set = { clientId: "DEMO0001", root: "/r/ImpPath" };
    for (const [setting, wrong, words] of [
      ["root", "./rel", /根目录（示例中为环境变量 SW_ROOT）应为绝对路径，不能是 \.\/rel/],
      ["root", "ImpPath", /应为绝对路径，不能是 ImpPath/],
      ["root", "../up", /SW_ROOT/],
      ["ledger", "ledger.db", /SW_LEDGER.*应为绝对路径/],
      ["logDir", "log", /日志文件夹应为绝对路径/],
    ] as const) {
      assert.throws(
        () => readClientSettings({ ...set, [setting]: wrong }),
        ({ code, text, details }) => {
          assert.deepEqual([code, details.setting], ["SW-CONFIG", setting]);
          return words.test(text.zh) && /absolute path/.test(text.en);
        },
        wrong,
      );
    }
    assert.equal(existsSync("rel"), false);
    assert.equal(readClientSettings({ ...set, root: "/r/./ImpPath/" }).root, "/r/ImpPath");
  });

  it("is told where it was not there and was made, once, and stands in the status", async () => {
    const settings = clientSettings({ root: join(scratch(), "ImpPaht") });
    const told: Notice[] = [];
    const open = async () => (await openClient(settings, { onNotice: (notice) => told.push(notice) })).client;
    const first = await open();
    assert.deepEqual(
      told.map(({ code }) => code),
      ["SW-NEW-ROOT"],
    );
    assert.ok(told[0]?.text.zh.includes(`新建了报文根目录 ${settings.root}。核对 ERP`), told[0]?.text.zh);
    assert.ok(told[0]?.text.en.includes(`a new root folder was made: ${settings.root}. See`), told[0]?.text.en);
    assert.deepEqual(
      first.standing.list().map(({ code }) => code),
      ["SW-NEW-ROOT"],
    );
    await first.ledger.claim(documentRow());
    assert.deepEqual(first.standing.list(), [], "whoever hands in writes to it");
    await first.close();
    const second = await open();
    assert.deepEqual([told.length, second.standing.list()], [1, []]);
    await second.close();
  });

  it("is not told of where it was there", async () => {
    const settings = clientSettings();
    mkdirSync(settings.root, { recursive: true });
    const told: Notice[] = [];
    const { client } = await openClient(settings, { onNotice: (notice) => told.push(notice) });
    assert.deepEqual([told, client.standing.list()], [[], []]);
    await client.close();
  });
});
