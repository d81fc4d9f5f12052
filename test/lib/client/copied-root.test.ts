import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Confirmed } from "../../../lib/client/binding.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { openClient } from "../../../lib/client/open.js";
import { holdDocument, releaseDocument } from "../../../lib/client/person.js";
import { ImportClientError } from "../../../lib/errors.js";
import type { BoxPath } from "../../../lib/files/box-place.js";
import { type Disk, SYSTEM_DISK } from "../../../lib/files/disk.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { decXml, freshKey, twoEdocs } from "../../../simulator/samples/index.js";
import { clientSettings } from "../../support/client.js";
import { Machines } from "../../support/machines.js";
import { removeScratch, scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";
import { Watching } from "../../support/watching.js";

describe("a root that lies elsewhere than before", () => {
  const machines = new Machines();
  let home: string;
  let root: string;
  let copy: string;
  let usedRoots: string;
  let told: string[];
  let ends: (() => Promise<void>)[];

  beforeEach(() => {
    home = scratch();
    root = join(home, "ImpPath");
    copy = join(home, "Copy");
    usedRoots = join(home, "roots.json");
    told = [];
    ends = [];
  });
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
  });
  after(removeScratch);

  interface At {
    confirmed?: Confirmed;
    disk?: Partial<Disk>;
    list?: string;
    boxPaths?: BoxPath[];
    host?: string;
  }

  /** A client in a process of its own; `kill` ends that without a word. */
  async function open(
    at: string,
    { confirmed = {}, disk = {}, list = usedRoots, boxPaths = [], host = "here" }: At = {},
  ) {
    const { ports, end } = machines.start(host);
    const settings = clientSettings({ root: at, usedRoots: list, boxPaths });
    const { client } = await openClient(settings, {
      ports: { ...ports, clock: SYSTEM.clock, disk: { ...SYSTEM_DISK, ...disk } },
      confirmed,
      // One that is called dead may notice that its folder has gone.
      onNotice: ({ code, text }) => ["SW-NEW-ROOT", "SW-LOG"].includes(code) || told.push(`${code} ${text.en}`),
    });
    const watching = new Watching(client);
    const close = async () => {
      await watching.watch.stop();
      await client.close();
      end();
    };
    ends.push(close);
    return { client, watching, close, kill: end };
  }
  const outBox = (at: string) => join(at, "DecCus001", "OutBox");
  function drop(at: string, count = 1): string[] {
    mkdirSync(outBox(at), { recursive: true });
    const names = Array.from({ length: count }, () => `${freshKey()}.xml`);
    for (const name of names) writeFileSync(join(outBox(at), name), decXml({ key: name.slice(0, -4), goods: 1 }));
    return names;
  }
  async function sendAll({ client, watching }: { client: ImportClient; watching: Watching }, count: number) {
    await watching.until(() => watching.claims.length >= count);
    for (const { row } of watching.claims) {
      await client.claims.send(row.id, "{}", false, "");
      const sent = { from: ["sending"], to: "sent" } as const;
      await client.ledger.transition(row.id, sent, { sentAt: Date.now() }, { event: "sent" });
      await client.claims.settle(row.id);
    }
  }
  const rowOf = async (client: ImportClient, name: string) => (await client.ledger.byFileName(name))[0] as DocumentRow;
  /** All of them are held as possible repeats, and a file that comes now goes on. */
  async function assertHeld({ client, watching }: { client: ImportClient; watching: Watching }, names: string[]) {
    const [fresh = ""] = drop(client.settings.root);
    for (const name of names) await until("it is held", async () => (await rowOf(client, name))?.state === "held");
    await watching.until(() => watching.claims.some(({ row }) => row.fileName === fresh));
    for (const name of names) {
      const { code, possibleDuplicate } = await rowOf(client, name);
      assert.deepEqual([code, possibleDuplicate], ["SW-UNKNOWN", true]);
    }
    assert.equal((await rowOf(client, fresh)).possibleDuplicate, false);
    assert.deepEqual(
      watching.claims.map(({ row }) => row.fileName),
      [fresh],
    );
  }
  const isCopy = (error: unknown) => {
    assert.ok(error instanceof ImportClientError, String(error));
    assert.deepEqual([error.code, error.details.reason], ["SW-OWNER", "root"]);
    for (const { zh, en } of [error.text, error.advice ?? error.text])
      for (const text of [zh, en]) assert.ok(text.includes(root), text);
    assert.ok(error.text.zh.includes(copy) && error.text.en.includes(copy), error.message);
    return true;
  };

  /** Copied while a client is at work with it, which sends what waits after that. */
  async function copiedAtWork(list = usedRoots) {
    const first = await open(root, { list });
    await first.watching.watch.stop();
    const names = drop(root, 5);
    cpSync(root, copy, { recursive: true, preserveTimestamps: true });
    const watching = new Watching(first.client);
    await sendAll({ client: first.client, watching }, 5);
    await watching.watch.stop();
    await first.close();
    return names;
  }

  it("copied while it was at work is refused beside the original, again and again", async () => {
    await copiedAtWork();
    await assert.rejects(open(copy), isCopy);
    await assert.rejects(open(copy), isCopy);
    const original = await open(root);
    assert.deepEqual(told, []);
    await original.close();
  });

  for (const [how, list] of [
    ["this machine knows it", () => usedRoots],
    ["nothing is known of it but what it says itself", () => ""],
  ] as const) {
    it(`copied while it was at work, its original gone: what lay in it is held and said (${how})`, async () => {
      const names = await copiedAtWork(list());
      renameSync(root, `${root}-away`);
      const second = await open(copy, { list: list() });
      assert.match(told.join("\n"), /SW-LEDGER the root is a copy .*\nSW-MOVED-ROOT .*it lay at .*ImpPath /);
      await assertHeld(second, names);
      await second.close();
      told = [];
      const third = await open(copy, { list: list() });
      assert.deepEqual(told, []);
      const [name = ""] = names;
      const { id } = await rowOf(third.client, name);
      await releaseDocument(third.client, id, { reason: "it has not arrived" });
      await third.watching.until(() => third.watching.claims.some(({ row }) => row.id === id));
      assert.equal((await rowOf(third.client, name)).possibleDuplicate, true);
    });
  }

  it("goes on beside its original as a root of its own when a person says so, and what lay in it is held", async () => {
    const names = await copiedAtWork();
    const own = await open(copy, { confirmed: { root: true } });
    await assertHeld(own, names);
    await own.close();
    const idOf = (at: string) => JSON.parse(readFileSync(join(at, ".single-window", "root.json"), "utf8")).id;
    assert.notEqual(idOf(root), idOf(copy));
    // From now on each of them goes by itself.
    await (await open(copy)).close();
  });

  it("copied when nobody was at work holds nothing by a person's word; the one left behind does when it is taken up again", async () => {
    await (await open(root)).close();
    const names = drop(root, 2);
    cpSync(root, copy, { recursive: true });
    await assert.rejects(open(copy), isCopy);
    const own = await open(copy, { confirmed: { root: true } });
    await own.watching.until(() => own.watching.claims.length === 2);
    await own.close();
    await assertHeld(await open(root), names);
  });

  it("as a root of its own it has no box of the original's that lies elsewhere", async () => {
    const boxPaths: BoxPath[] = [{ folder: "DecCus001", box: "InBox", path: join(home, "receipts") }];
    await (await open(root, { boxPaths })).close();
    cpSync(root, copy, { recursive: true });
    const own = await open(copy, { boxPaths, confirmed: { root: true } });
    assert.throws(() => own.client.folders.of("DecCus001").box("InBox"), /belongs to another root/);
  });

  it("moved after a stop in good order goes on, and says where it was, for a day", async () => {
    await (await open(root)).close();
    drop(root, 2);
    cpSync(root, copy, { recursive: true });
    rmSync(root, { recursive: true });
    const { client, watching, close } = await open(copy);
    await watching.until(() => watching.claims.length === 2);
    assert.ok(watching.claims.every(({ row }) => !row.possibleDuplicate));
    assert.match(told.join("\n"), /^SW-MOVED-ROOT .*it lay at .*ImpPath .*, and lies at .*Copy now/);
    assert.deepEqual(
      client.standing.list().map(({ code }) => code),
      ["SW-MOVED-ROOT"],
    );
    await close();
    told = [];
    await open(copy);
    assert.deepEqual(told, []);
  });

  it("renamed, or only seen by another path, is the same, also after a kill", async () => {
    const first = await open(root);
    drop(root, 1);
    await first.watching.until(() => first.watching.claims.length === 1);
    first.kill();
    await first.watching.watch.stop();
    renameSync(root, copy);
    const known = SYSTEM_DISK.lasting(join(copy, ".single-window"));
    const lasting = () => known || "1";
    writeSite(copy, { folder: known || "1" });
    const second = await open(copy, { disk: { lasting } });
    await second.watching.until(() => second.watching.claims.length === 1);
    assert.deepEqual([told, second.watching.first.possibleDuplicate], [[], false]);
    await second.close();
    // A second mount: the system gives no path that both have.
    const mount = join(home, "mount");
    symlinkSync(copy, mount);
    await open(mount, { disk: { lasting: () => "", realPath: (path) => path } });
    assert.deepEqual(told, []);
  });

  it("is the same in a container whose name and file systems are new at each start, and for an earlier version that wrote nothing down", async () => {
    let number = 0;
    const contained = (): At => ({ host: `container${++number}`, list: "", disk: { lasting: () => "" } });
    const first = await open(root, contained());
    await first.close();
    await (await open(root, contained())).close();
    rmSync(join(root, ".single-window", "site.json"));
    drop(root, 1);
    const last = await open(root, contained());
    await last.watching.until(() => last.watching.claims.length === 1);
    assert.deepEqual([told, last.watching.first.possibleDuplicate], [[], false]);
  });

  it("put back from a backup where it was: what this machine has seen of it since makes it an older one", async () => {
    await (await open(root)).close();
    const names = drop(root, 2);
    const backup = join(home, "backup");
    cpSync(root, backup, { recursive: true });
    const day = await open(root);
    await sendAll(day, 2);
    await day.close();
    rmSync(root, { recursive: true });
    cpSync(backup, root, { recursive: true });
    await assertHeld(await open(root), names);
    assert.match(told.join("\n"), /SW-LEDGER the root is a copy/);
  });

  it("on a share that another machine sees elsewhere is told, and nothing is held", async () => {
    const first = await open(root, { list: "" });
    first.kill();
    await first.watching.watch.stop();
    renameSync(root, copy);
    drop(copy, 1);
    const second = await open(copy, {
      list: "",
      disk: { lasting: () => "", network: (path) => (path === copy ? "nfs4" : "") },
    });
    await second.watching.until(() => second.watching.claims.length === 1);
    assert.equal(second.watching.first.possibleDuplicate, false);
    assert.match(told.join("\n"), /^SW-MOVED-ROOT [^\n]*$/);
  });

  it("a document on hold in it, and one with PDFs that waits, are possible repeats as well", async () => {
    const first = await open(root);
    const [name = ""] = drop(root);
    await first.watching.until(() => first.watching.claims.length === 1);
    const { id } = first.watching.first;
    await holdDocument(first.client, id, { reason: "asked", until: Date.now() + 3_600_000 });
    await first.watching.watch.stop();
    const key = freshKey();
    const edocs = twoEdocs("5300", key);
    for (const { id, bytes } of edocs) writeFileSync(join(outBox(root), id), bytes);
    writeFileSync(join(outBox(root), "bare.xml"), decXml({ key, goods: 1, edocs }));
    cpSync(root, copy, { recursive: true });
    await first.close();
    renameSync(root, `${root}-away`);
    const second = await open(copy);
    await assertHeld(second, [name, "bare.zip"]);
    assert.equal((await rowOf(second.client, name)).retryAt, 0);
  });

  function writeSite(at: string, change: object): void {
    const path = join(at, ".single-window", "site.json");
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...change }));
  }
});
