import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DailyLog } from "../../../lib/client/daily-log.js";
import type { LogEntry } from "../../../lib/client/log-lines.js";
import { SYSTEM_DISK } from "../../../lib/files/disk.js";
import { FakeClock } from "../../support/fake-clock.js";
import { removeScratch, scratch } from "../../support/scratch.js";

const DAY = 24 * 60 * 60 * 1000;
const NOON = new Date(2026, 10, 24, 12).getTime();

const entry = (event: string, document = "", file = "", code = "", text = ""): LogEntry => ({
  event,
  document,
  file,
  code,
  text,
});

describe("daily log (faq 8)", () => {
  let folder: string;
  let faults: string[];
  let log: DailyLog;
  let clock: FakeClock;

  beforeEach(() => {
    folder = join(scratch(), "log");
    faults = [];
    clock = new FakeClock();
    log = new DailyLog(folder, "text", { disk: SYSTEM_DISK, clock }, (error) => faults.push(error.message));
    log.begin();
  });
  afterEach(async () => log.close());
  after(removeScratch);

  const read = (day: string) => readFileSync(join(folder, day, `SWLog-${day}.log`), "utf8");

  it("writes one file a day, a line an event with id, file name and code", async () => {
    log.write(NOON, entry("sent", "id-1", "报关单.xml", "", "ok"));
    log.write(NOON + DAY, entry("failed", "id-1", "报关单.xml", "C18", "broker away"));
    await log.close();
    assert.deepEqual(readdirSync(folder).sort(), ["2026-11-24", "2026-11-25"]);
    const time = new Date(NOON).toISOString();
    assert.equal(read("2026-11-24"), `${time}\tsent\tid-1\t报关单.xml\t\tok\n`);
    assert.match(read("2026-11-25"), /\tfailed\tid-1\t报关单\.xml\tC18\tbroker away\n$/);
  });

  it("several processes that share its folder write a file each, and the lines of a document are found in all of them", async () => {
    const names = ["", "one-1", "other-2"];
    for (const name of names) {
      const own = new DailyLog(folder, "text", { disk: SYSTEM_DISK, clock }, undefined, () => name);
      own.write(NOON, entry(name || "alone", "id-1"));
      await own.close();
    }
    log.write(NOON + 1, entry("later", "id-1"));
    assert.deepEqual(readdirSync(join(folder, "2026-11-24")).sort(), [
      ...["SWLog-2026-11-24.log", "SWLog-2026-11-24_one-1.log", "SWLog-2026-11-24_other-2.log"],
    ]);
    const found = (await log.linesOf("id-1", [NOON])).map((line) => line.split("\t")[1]);
    assert.deepEqual(found, ["alone", "one-1", "other-2", "later"]);
  });

  it("lets nothing from outside forge a line, a field, a colour or the reading direction", async () => {
    const hostile = "a\r\nb\tc\u001b[31mred\u0000\u2028d\u202egpj.exe\u2066\u0085\u200f";
    log.write(NOON, entry("sent", "id-1", hostile, "", hostile));
    await log.close();
    const text = read("2026-11-24");
    assert.equal(text.split("\n").length, 2);
    assert.equal(text.trimEnd().split("\t").length, 6);
    assert.doesNotMatch(text.trimEnd().replaceAll("\t", ""), /[\p{Cc}\p{Zl}\p{Zp}\u200f\u202e\u2066]/u);
  });

  it("masks passwords whoever brought them", async () => {
    log.write(
      NOON,
      entry("failed", "id", "a.xml", "C18", "amqp://user:Geheim-1@mq.example.cn:5672 password=Geheim-2 密码：Geheim-3"),
    );
    await log.close();
    assert.doesNotMatch(read("2026-11-24"), /Geheim/);
    assert.match(read("2026-11-24"), /mq\.example\.cn/);
  });

  it("removes days that are over, and nothing else", async () => {
    for (const name of ["2026-11-13", "2026-11-14", "keep", "2026-11-1"])
      mkdirSync(join(folder, name), { recursive: true });
    log.write(NOON, entry("start"));
    await log.close();
    log.removeBefore(NOON - 10 * DAY);
    assert.deepEqual(readdirSync(folder).sort(), ["2026-11-1", "2026-11-14", "2026-11-24", "keep"]);
  });

  it("finds the lines of one document on its days, also those just written", async () => {
    log.write(NOON - DAY, entry("claimed", "id-1", "a.xml", "", "on another day"));
    log.write(NOON, entry("claimed", "id-1", "a.xml", "", "one"));
    log.write(NOON, entry("claimed", "id-11", "id-1.xml", "", "not mine"));
    log.write(NOON, entry("sent", "id-1", "a.xml", "", "two"));
    const lines = await log.linesOf("id-1", [NOON, NOON + 1, NOON + 5 * DAY]);
    assert.deepEqual(
      lines.map((line) => line.split("\t").at(-1)),
      ["one", "two"],
    );
  });

  it("tells once when it cannot write, and tries again later instead of staying silent for the day", async () => {
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "a file stands where the folder should be");
    log.write(NOON, entry("sent", "id-1"));
    await log.close();
    log.write(NOON + 1, entry("sent", "id-2"));
    await log.close();
    assert.equal(faults.length, 1);
    rmSync(folder);
    mkdirSync(folder);
    await clock.pass(61_000);
    log.write(NOON + 2, entry("sent", "id-3"));
    await log.close();
    assert.match(read("2026-11-24"), /id-3/);
  });

  it("makes no folder where its own has gone with the share", async () => {
    rmSync(folder, { recursive: true });
    log.write(NOON, entry("sent", "id-1"));
    await log.close();
    assert.equal(existsSync(folder), false);
    assert.equal(faults.length, 1);
  });

  describe("as JSON", () => {
    const open = () => new DailyLog(folder, "json", { disk: SYSTEM_DISK, clock }, () => {});
    const lines = (day: string) =>
      readFileSync(join(folder, day, `SWLog-${day}.jsonl`), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, string>);

    it("has the same keys in each line, whatever is known of the event", async () => {
      const json = open();
      json.write(NOON, entry("start"));
      json.write(NOON, entry("sent", "id-1", '报"关\\单.xml', "", "password=Geheim a\r\nb\u202e"));
      await json.close();
      const keys = ["time", "event", "document", "file", "code", "text"];
      for (const line of lines("2026-11-24")) assert.deepEqual(Object.keys(line), keys);
      const [, sent] = lines("2026-11-24");
      assert.equal(sent?.time, new Date(NOON).toISOString());
      assert.equal(sent?.file, '报"关\\单.xml');
      assert.doesNotMatch(sent?.text ?? "", /Geheim|[\r\n\u202e]/);
    });

    it("finds the lines of a document in both forms, on a day on which the form was changed", async () => {
      log.write(NOON, entry("claimed", "id-1", "a.xml"));
      await log.close();
      const json = open();
      json.write(NOON, entry("sent", "id-1", "a.xml"));
      json.write(NOON, entry("sent", "id-2", "a.xml", "", "beside id-1"));
      const found = await json.linesOf("id-1", [NOON]);
      assert.equal(found.length, 2);
      assert.match(found[1] ?? "", /^\{.*"event":"sent","document":"id-1"/);
    });
  });
});
