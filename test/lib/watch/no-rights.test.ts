import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { openClient as open } from "../../../lib/client/open.js";
import { type Disk, SYSTEM_DISK } from "../../../lib/files/disk.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import { accountHere } from "../../../lib/host.js";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { clientSettings } from "../../support/client.js";
import { removeScratch, scratch } from "../../support/scratch.js";
import { Watching } from "../../support/watching.js";

/** What of the disk is refused, and how: as the system says it to a user without rights. */
interface Refusal {
  code: string;
  syscall: string;
  path: RegExp;
}

describe("folders and files in which the user of Node-RED lacks a right", () => {
  let client: ImportClient;
  let watching: Watching | undefined;
  let refusals: Partial<Record<keyof Disk, Refusal>>;

  beforeEach(async () => {
    refusals = {};
    const disk = new Proxy(SYSTEM_DISK, {
      get: (real, name: keyof Disk) => {
        const refusal = refusals[name];
        if (!refusal) return real[name];
        const { code, syscall, path } = refusal;
        return (...args: string[]) => {
          if (!path.test(args[0] ?? "")) return (real[name] as (...given: unknown[]) => unknown)(...args);
          const more = syscall === "rename" ? { dest: args[1] } : {};
          throw Object.assign(new Error(`${code}: ${syscall} '${args[0]}'`), { code, syscall, path: args[0], ...more });
        };
      },
    });
    const settings = clientSettings();
    // A root that is made stands in the status too.
    mkdirSync(settings.root);
    client = (await open(settings, { ports: { ...SYSTEM, disk } })).client;
    for (const code of ["DecCus001", "Sas"]) client.folders.of(code).make();
  });
  afterEach(async () => {
    refusals = {};
    await watching?.watch.stop();
    watching = undefined;
    await client.close();
  });
  after(removeScratch);

  const drop = (name: string, code = "DecCus001") =>
    writeFileSync(join(client.settings.root, code, "OutBox", name), decXml({ key: freshKey(), goods: 1 }));
  const names = () => (watching?.claims ?? []).map(({ row }) => row.fileName).sort();
  async function roundsMore(count: number): Promise<void> {
    const before = watching?.rounds ?? 0;
    await watching?.until(() => (watching?.rounds ?? 0) >= before + count);
  }
  const told = () => (watching?.notices ?? []).map(({ code, text }) => `${code} ${text.en}`);
  /** One fault stands, and it was told once however often it was met. */
  async function assertToldOnce(words: RegExp): Promise<void> {
    await roundsMore(6);
    assert.equal(told().length, 1, told().join("\n"));
    assert.match(told()[0] ?? "", words);
    const [standing, ...more] = client.standing.list();
    assert.deepEqual([standing?.code, more.length], ["SW-FOLDER", 0]);
    assert.deepEqual(client.standing.hindrances(), ["SW-FOLDER"]);
    const { zh, en } = accountHere();
    assert.ok(standing?.advice?.en.includes(`the user ${en},`), standing?.advice?.en);
    assert.ok(standing?.advice?.zh.includes(`用户 ${zh} 对`), standing?.advice?.zh);
    assert.match(standing?.text.zh ?? "", /没有权限/);
    assert.equal(watching?.round?.troubles, 1);
  }
  async function assertOver(claimed: readonly string[]): Promise<void> {
    refusals = {};
    await watching?.until(() => watching?.claims.length === claimed.length && watching.round?.troubles === 0);
    assert.deepEqual([names(), client.standing.list(), told().length], [claimed, [], 1]);
  }

  it("a file that may not be read is told, stands while it lies there, and is taken once it may", async () => {
    for (const name of ["open", "read"] as const) {
      refusals[name] = { code: "EACCES", syscall: "open", path: /OutBox\/(?:secret|large)/ };
    }
    drop("secret.xml");
    // More than is gone through as a whole.
    const text = decXml({ key: freshKey(), goods: 1 }).toString("utf8");
    const end = text.lastIndexOf("</");
    const large = `${text.slice(0, end)}${" ".repeat(300_000)}${text.slice(end)}`;
    writeFileSync(join(client.folders.of("DecCus001").box("OutBox"), "large.xml"), large);
    watching = new Watching(client);
    await watching.until(() => (watching?.round?.troubles ?? 0) > 0 && client.standing.list().length === 1);
    drop("good.xml");
    await watching.until(() => watching?.claims.length === 1);
    await roundsMore(3);
    assert.deepEqual(names(), ["good.xml"]);
    // Those of one look are one notice; of two files there are two at most.
    const all = told().join("\n");
    assert.match(
      all,
      /^SW-FOLDER DecCus001\/OutBox: \d file\(s\) cannot be read and are not taken: .*no permission \(EACCES\)/,
    );
    await watching.until(() => /2 file/.test(client.standing.list()[0]?.text.en ?? ""));
    const before = told().length;
    assert.ok(before <= 2, all);
    await roundsMore(20);
    assert.equal(told().length, before);
    assert.match(client.standing.list()[0]?.advice?.zh ?? "", /读写权限/);
    refusals = {};
    await watching.until(() => watching?.claims.length === 3 && watching.round?.troubles === 0);
    assert.deepEqual([names(), client.standing.list()], [["good.xml", "large.xml", "secret.xml"], []]);
  });

  it("files that only their owner may move away: one fault for all of them, with the sticky bit", async () => {
    refusals.rename = { code: "EPERM", syscall: "rename", path: /DecCus001\/OutBox\// };
    for (const name of ["a.xml", "b.xml", "c.xml"]) drop(name);
    watching = new Watching(client);
    await watching.until(() => told().length > 0);
    await assertToldOnce(/^SW-FOLDER .*OutBox\/[abc]\.xml cannot be moved to .*TempBox.*no permission \(EPERM\)/);
    assert.match(client.standing.list()[0]?.advice?.en ?? "", /chmod -t/);
    await assertOver(["a.xml", "b.xml", "c.xml"]);
  });

  it("a file that was taken back leaves nothing standing", async () => {
    refusals.rename = { code: "EPERM", syscall: "rename", path: /DecCus001\/OutBox\/a/ };
    drop("a.xml");
    watching = new Watching(client);
    await watching.until(() => told().length > 0 && watching?.round?.troubles === 1);
    SYSTEM_DISK.remove(join(client.settings.root, "DecCus001", "OutBox", "a.xml"));
    await watching.until(() => watching?.round?.troubles === 0);
    assert.deepEqual(client.standing.list(), []);
  });

  it("an OutBox that may not be listed is told once, however often it is tried", async () => {
    refusals.walk = { code: "EACCES", syscall: "opendir", path: /DecCus001\/OutBox$/ };
    drop("a.xml");
    watching = new Watching(client);
    await watching.until(() => watching?.round?.away === 1);
    await assertToldOnce(/^SW-FOLDER .*DecCus001\/OutBox cannot be listed: no permission \(EACCES\)/);
    await assertOver(["a.xml"]);
  });

  it("a folder that was removed or renamed leaves nothing standing", async () => {
    refusals.walk = { code: "EACCES", syscall: "opendir", path: /Sas\/OutBox$/ };
    watching = new Watching(client, { businesses: [] });
    await watching.until(() => watching?.round?.away === 1 && client.standing.list().length === 1);
    renameSync(join(client.settings.root, "Sas"), join(client.settings.root, "Old"));
    rmSync(join(client.settings.root, "Old", "OutBox"), { recursive: true });
    await watching.until(() => watching?.round?.troubles === 0 && watching.round.away === 0);
    assert.deepEqual(client.standing.list(), []);
    refusals = {};
    client.folders.of("Sas").make();
    drop("a.xml", "Sas");
    await watching.until(() => watching?.claims.length === 1);
  });

  it("a TempBox that may not be entered keeps no other folder from going on", async () => {
    drop("a.xml");
    watching = new Watching(client, { businesses: [] });
    await watching.until(() => watching?.claims.length === 1);
    await watching.watch.stop();
    refusals.exists = { code: "EACCES", syscall: "stat", path: /DecCus001\/TempBox\// };
    watching = new Watching(client, { businesses: [] });
    await watching.until(() => told().length > 0);
    drop("b.xml", "Sas");
    await watching.until(() => watching?.claims.length === 1);
    assert.deepEqual(names(), ["b.xml"]);
    await assertToldOnce(/^SW-FOLDER .*DecCus001\/TempBox\/.* cannot be looked at: no permission \(EACCES\)/);
    await assertOver(["a.xml", "b.xml"]);
  });

  const nobody = 65534;
  (process.getuid?.() === 0 ? it : it.skip)(
    "a real user without rights is told of a file of another, with his number",
    async () => {
      const root = join(scratch(), "ImpPath");
      const outBox = join(root, "DecCus001", "OutBox");
      mkdirSync(outBox, { recursive: true });
      for (const folder of [join(root, ".."), root, join(root, "DecCus001"), outBox]) chownSync(folder, nobody, nobody);
      writeFileSync(join(outBox, "a.xml"), decXml({ goods: 1 }));
      chmodSync(join(outBox, "a.xml"), 0o600);
      const from = (path: string) => JSON.stringify(join(__dirname, "..", "..", path));
      const code = `(async () => {
      const client = await require(${from("support/client.ts")}).openClient({ root: ${JSON.stringify(root)} });
      const { Watching } = require(${from("support/watching.ts")});
      const watching = new Watching(client);
      await watching.until(() => watching.notices.length > 0);
      console.log(JSON.stringify(watching.notices.map(({ code, text, advice }) => ({ code, text, advice }))));
      await watching.watch.stop();
      const { checkFolders } = require(${from("../lib/diagnose/folders.ts")});
      console.log(JSON.stringify(await checkFolders(client.folders).catch(({ code, text }) => ({ code, text }))));
      await client.close();
    })()`;
      const env = { ...process.env, HOME: root, TMPDIR: root };
      const { stdout, stderr } = spawnSync(process.execPath, [...process.execArgv, "-e", code], {
        ...{ uid: nobody, gid: nobody, cwd: root, env, encoding: "utf8", timeout: 120_000 },
      });
      const [notices = "", tested = ""] = stdout.split("\n");
      assert.ok(tested, stderr);
      const [notice, ...more] = JSON.parse(notices);
      assert.match(
        notice.text.en,
        /^DecCus001\/OutBox: 1 file\(s\) cannot be read and are not taken: a\.xml\. .*no permission/,
      );
      assert.deepEqual([notice.code, more], ["SW-FOLDER", []]);
      assert.match(notice.advice.en, /Give the user .*uid 65534.* the right to read and write .*a\.xml/);
      const test = JSON.parse(tested);
      assert.equal(test.code, "SW-FOLDER");
      assert.match(test.text.en, /OutBox\/a\.xml cannot be read and written: no permission \(EACCES\)/);
    },
  );
});
