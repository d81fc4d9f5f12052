import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { AuditChain } from "../../../lib/audit/chain.js";
import { type AuditEntry, decisionOf, readChain } from "../../../lib/audit/entry.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { openClient as openWith } from "../../../lib/client/open.js";
import { holdDocument, releaseDocument } from "../../../lib/client/person.js";
import { codeOf } from "../../../lib/errors.js";
import { Files } from "../../../lib/files/files.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import { clientSettings, openClient } from "../../support/client.js";
import { documentRow } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";

const by = { who: "张三", via: "editor" };

describe("the audit of persons' decisions", () => {
  let client: ImportClient;
  beforeEach(async () => {
    client = await openClient();
  });
  afterEach(async () => client.close());
  after(removeScratch);

  const names = () => readdirSync(client.audit.folder).sort();
  const decide = (reason: string) => client.audit.enter(decisionOf({ ...by, what: "hold", reason }));
  const three = async () => {
    for (const reason of ["first", "second\n第二", "third"]) await decide(reason);
    return client.audit.lines();
  };

  it("says who decided what of which document, when and why, before it is done", async () => {
    const row = documentRow({ fileName: "报关单.xml" });
    await client.ledger.claim(row);
    await holdDocument(client, row.id, { reason: "货物未到，password=Geheim", by });
    await assert.rejects(releaseDocument(client, row.id, { reason: "到了", as: "nonsense", by }));
    await releaseDocument(client, row.id, { reason: "到了", by });
    const { entries, faults } = readChain(await client.audit.lines());
    assert.deepEqual(faults, []);
    assert.deepEqual(
      entries.map(({ number, what, how, who, via, reason, of }) => [number, what, how, who, via, reason, of]),
      [
        [1, "hold", "", "张三", "editor", "货物未到，password=***", 0],
        [2, "release", "nonsense", "张三", "editor", "到了", 0],
        [3, "refused", "SW-REQUEST", "张三", "editor", "", 2],
        [4, "release", "", "张三", "editor", "到了", 0],
      ],
    );
    for (const entry of entries) {
      assert.deepEqual([entry.document, entry.file, entry.sha256], [row.id, row.fileName, row.sha256]);
      assert.match(entry.at, /^\d{4}-\d\d-\d\dT/);
    }
  });

  it("has hashes that anybody can check with sed and sha256sum", async () => {
    await three();
    for (const name of names()) {
      const path = join(client.audit.folder, name);
      const script = `sed 's/,"hash":"[0-9a-f]*"}$/}/' "$1" | tr -d '\\n' | sha256sum`;
      const [hash] = execFileSync("sh", ["-c", script, "sh", path], { encoding: "utf8" }).split(" ");
      assert.equal((JSON.parse(readFileSync(path, "utf8")) as AuditEntry).hash, hash);
    }
  });

  it("notices an entry that was changed, taken out, put in, or put elsewhere", async () => {
    const lines = await three();
    assert.deepEqual(readChain(lines).faults, []);
    const [one = "", two = "", three_ = ""] = lines;
    const places = (some: readonly string[]) => readChain(some).faults.map(({ place, why }) => `${place} ${why}`);
    assert.deepEqual(places([one, two.replace("second", "sekond"), three_]), ["2 changed"]);
    assert.deepEqual(places([one, three_]), ["2 number", "2 link"]);
    assert.deepEqual(places([one, one, two]), ["2 number", "2 link", "3 number"]);
    assert.deepEqual(places([two, one, three_]).slice(0, 2), ["1 number", "1 link"]);
    assert.deepEqual(places([one, "", three_])[0], "2 missing");
  });

  it("makes nothing in the empty mount point of a root that is away", async () => {
    const { client: bound } = await openWith(clientSettings());
    const { root } = bound.settings;
    try {
      await bound.audit.keepCertificate("a1", Buffer.from("one"));
      renameSync(root, `${root}.away`);
      mkdirSync(root);
      const decision = decisionOf({ ...by, what: "hold", reason: "x" });
      for (const making of [bound.audit.keepCertificate("b2", Buffer.from("two")), bound.audit.enter(decision)]) {
        await assert.rejects(making, (error) => codeOf(error) === "SW-FOLDER");
      }
      assert.deepEqual(readdirSync(root), []);
    } finally {
      rmSync(root, { recursive: true });
      renameSync(`${root}.away`, root);
      await bound.close();
    }
    assert.deepEqual(
      bound.audit.certificates().map(({ name }) => name),
      ["a1.cer"],
    );
  });

  it("gives each number once, whoever writes at the same time", async () => {
    const { root } = client.settings;
    const { files, clock, ids } = client;
    const parts = { root, owner: client.settings, files, clock, ids, assertRoot: () => {} };
    const told: number[] = [];
    const others = [1, 2, 3].map(
      () => new AuditChain({ ...parts, ledger: client.ledger, told: ({ number }) => void told.push(number) }),
    );
    const decision = decisionOf({ ...by, what: "hold", reason: "x" });
    await Promise.all(others.flatMap((chain) => Array.from({ length: 10 }, () => chain.enter(decision))));
    assert.deepEqual(
      told.sort((a, b) => a - b),
      Array.from({ length: 30 }, (_, index) => index + 1),
    );
    assert.deepEqual(readChain(await client.audit.lines()).faults, []);
    assert.deepEqual(
      names().filter((name) => !/^\d{6}\.json$/.test(name)),
      [],
    );
  });

  it("goes on behind what others wrote where a share lists its folder late, and the ledger keeps the newest end", async () => {
    const { root } = client.settings;
    const { files, clock, ids, ledger } = client;
    const parts = { root, owner: client.settings, clock, ids, ledger, assertRoot: () => {} };
    const told: number[] = [];
    await client.audit.enter(decisionOf({ ...by, what: "hold", reason: "first" }));
    const listed = files.disk.list(client.audit.folder);
    const list = (path: string) => (path === client.audit.folder ? listed : files.disk.list(path));
    const late = new AuditChain({
      ...parts,
      files: new Files({ ...files.disk, list }),
      told: ({ number }) => told.push(number),
    });
    const decision = decisionOf({ ...by, what: "hold", reason: "x" });
    const before = (await late.enter(decision)).number;
    for (let number = 1; number <= 3; number++) await client.audit.enter(decision);
    await late.enter(decision);
    assert.deepEqual(told, [before, before + 4]);
    assert.deepEqual(readChain(await client.audit.lines()).faults, []);
    assert.equal(Number(((await ledger.fact("audit")) ?? "").split(" ")[0]), before + 4);
  });

  it("says at the next start that its end was taken away, and goes on behind the gap", async () => {
    await three();
    const { settings } = client;
    rmSync(join(client.audit.folder, "000003.json"));
    rmSync(join(client.audit.folder, "000002.json"));
    await client.close();
    const codes: string[] = [];
    client = (await openWith(settings, { onNotice: ({ code }) => void codes.push(code) })).client;
    assert.deepEqual(codes, ["SW-AUDIT"]);
    assert.equal((await decide("fourth")).number, 4);
    assert.notDeepEqual(readChain(await client.audit.lines()).faults, []);
  });

  it("opens nothing in its folder that is no plain file, and says so", async () => {
    for (const [what, put] of [
      ["fifo", (path: string) => void execFileSync("mkfifo", [path])],
      ["folder", (path: string) => mkdirSync(path)],
      ["link", (path: string) => symlinkSync("/dev/zero", path)],
    ] as const) {
      await three();
      const { settings } = client;
      put(join(client.audit.folder, "000004.json"));
      const isClear = (error: unknown) =>
        codeOf(error) === "SW-AUDIT" && /000004\.json is no plain file/.test(String(error));
      await assert.rejects(decide("fourth"), isClear, what);
      await assert.rejects(client.audit.lines(), isClear, what);
      assert.deepEqual(names().at(-1), "000004.json", what);
      await client.close();
      const codes: string[] = [];
      client = (await openWith(settings, { onNotice: ({ code }) => void codes.push(code) })).client;
      assert.deepEqual(codes, ["SW-AUDIT"], what);
      rmSync(join(client.audit.folder, "000004.json"), { recursive: true });
      assert.equal((await decide("fourth")).number, 4, what);
      await client.close();
      client = await openClient();
    }
  });

  it("removes at the next start what a stop left half written", async () => {
    await three();
    const { settings } = client;
    await client.close();
    const half = join(client.audit.folder, "7b0c7f7e-2a55-4a5c-9c5e-0d2c2f1d8d11.tmp");
    writeFileSync(half, "half");
    utimesSync(half, 0, 0);
    client = await openClient(settings);
    assert.deepEqual(names(), ["000001.json", "000002.json", "000003.json"]);
  });

  it("says nothing of one that is whole", async () => {
    await three();
    const { settings } = client;
    await client.close();
    const codes: string[] = [];
    client = (await openWith(settings, { onNotice: ({ code }) => void codes.push(code) })).client;
    assert.deepEqual(codes, []);
    assert.equal((await decide("fourth")).number, 4);
  });

  it("does nothing that it cannot write down", async () => {
    await client.close();
    const full = Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" });
    let isFull = false;
    const write = (path: string, bytes: Buffer) =>
      isFull && path.includes(".audit") ? Promise.reject(full) : SYSTEM.disk.write(path, bytes);
    const ports = { ...SYSTEM, disk: { ...SYSTEM.disk, write } };
    client = (await openWith(clientSettings(), { ports })).client;
    const row = documentRow();
    await client.ledger.claim(row);
    isFull = true;
    await assert.rejects(
      holdDocument(client, row.id, { reason: "货物未到", by }),
      (error) => codeOf(error) === "SW-AUDIT" && /ENOSPC/.test(String(error)),
    );
    assert.equal((await client.ledger.get(row.id))?.state, "claimed");
    isFull = false;
    assert.equal((await holdDocument(client, row.id, { reason: "货物未到", by })).state, "held");
  });

  it("works where a file system has no links", async () => {
    await client.close();
    const link = () => {
      throw Object.assign(new Error("EPERM"), { code: "EPERM" });
    };
    client = (await openWith(clientSettings(), { ports: { ...SYSTEM, disk: { ...SYSTEM.disk, link } } })).client;
    assert.deepEqual(readChain(await three()).faults, []);
    writeFileSync(join(client.audit.folder, "000004.json"), "somebody else's");
    chmodSync(join(client.audit.folder, "000004.json"), 0o400);
    assert.equal((await decide("fifth")).number, 5);
  });
});
