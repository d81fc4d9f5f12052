import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { audit } from "../../../cli/commands/audit.js";
import { readZip } from "../../../lib/archive/index.js";
import { verifyFolder } from "../../../lib/audit/verify.js";
import { handleOf } from "../../../lib/boxes/context.js";
import { archiveDocument } from "../../../lib/client/document-archive.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { resendDocument } from "../../../lib/client/person.js";
import { SYSTEM_DISK } from "../../../lib/files/disk.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { wrapInDxpMsg } from "../../../lib/send/dxpmsg.js";
import { makeWire } from "../../../lib/send/wire.js";
import { sha256Of } from "../../../lib/sha256.js";
import { openCard } from "../../../lib/signing/open.js";
import { signDocument } from "../../../lib/signing/profiles/index.js";
import type { CardBackend } from "../../../lib/signing/types.js";
import { openClient } from "../../support/client.js";
import { documentRow, newReceipt, step } from "../../support/rows.js";
import { removeScratch, scratch } from "../../support/scratch.js";
import { makeKey } from "../signing/keys.js";
import { ACD, CEB, DEC, NPTS, SHAPES } from "../signing/shapes.js";

const DOCUMENTS: readonly (readonly [profile: string, xml: string])[] = [
  ["detached", DEC],
  ["xmldsig-object", SHAPES["4: lists first"] as string],
  ["dec-sign", DEC],
  ["ceb", CEB],
  ["import-info", NPTS],
  ["oper-info", ACD],
];
const SUITES = ["rsa-sha256", "rsa-sha1", "sm2-sm3", "sm2-sm3-old"];
const by = { who: "张三", via: "editor" };

describe("archives, verified without the client that made them", () => {
  let client: ImportClient;
  let cards: Record<"rsa" | "sm2", CardBackend>;
  before(async () => {
    const dir = scratch();
    const open = (kind: "rsa" | "sm2") => {
      const made = makeKey(dir, kind, kind === "rsa" ? "rsa1024" : "sm2");
      const none = { pin: "", module: "", token: "", controlUrl: "" };
      return openCard({ backend: "software", ...none, keyFile: made.keyFile, certificateFile: made.certificateFile });
    };
    cards = { rsa: open("rsa"), sm2: open("sm2") };
    client = await openClient();
    for (const card of Object.values(cards)) {
      const { certificateNumber, certificate } = await card.identity();
      await client.audit.keepCertificate(`${certificateNumber}${card === cards.sm2 ? "b" : ""}`, certificate);
    }
  });
  after(async () => {
    await client.close();
    removeScratch();
  });

  /** A document that was signed and sent, with a receipt, as the sender leaves it. */
  async function sent(profile: string, suite: string, xml: string, wrap = false): Promise<DocumentRow> {
    const claimed = Buffer.from(xml);
    const folder = client.folders.of("DecCus001");
    const fileName = `${profile}-${suite}${wrap ? "-wrapped" : ""}.xml`;
    const row = documentRow({
      ...{ fileName, boxName: fileName, box: "SentBox", sha256: sha256Of(claimed), partsSha256: "" },
      clientKey: fileName,
    });
    writeFileSync(join(folder.box("SentBox"), fileName), claimed);
    const request = { payload: claimed, fileName, at: row.claimedAt, messageType: "DEC" };
    const card = suite.startsWith("sm2") ? cards.sm2 : cards.rsa;
    const signed = await signDocument(profile, request, card, { suite });
    const handle = { ...handleOf(row), ...(signed.signature && { signature: signed.signature }) };
    const body = wrap ? await wrapInDxpMsg(handle, row.id, signed.payload, client.clock) : signed.payload;
    const to = { sender: "mq", exchange: "", routingKey: "q", ...(wrap && { wrapped: true }) };
    const wire = makeWire(handle, body, sha256Of(body), to);
    await client.ledger.claim({ ...row, wire: JSON.stringify(wire), settled: true });
    if (wire.body !== row.sha256) {
      await client.spool.write(row.id, body);
      client.spool.keep(row.id, wire.properties.messageId);
    }
    const now = client.clock.now();
    await client.ledger.transition(row.id, step("sent"), { sentAt: now }, { event: "sent" });
    const file = `Successed_${row.id}.xml`;
    writeFileSync(join(folder.box("InBox"), file), "<DecImportResponse/>");
    await client.ledger.addReceipt(newReceipt({ documentId: row.id, sha256: sha256Of(Buffer.from(row.id)), file }));
    return (await client.ledger.get(row.id)) as DocumentRow;
  }

  /** The archive of a document, unpacked into a folder of its own. */
  async function unpacked(row: DocumentRow): Promise<string> {
    const { bytes } = await archiveDocument(client, row.id, by);
    const folder = join(scratch(), "archive");
    mkdirSync(folder, { recursive: true });
    for (const { name, bytes: content } of await readZip(bytes)) writeFileSync(join(folder, name), content);
    return folder;
  }

  const wrongIn = async (folder: string) => {
    const checked = await verifyFolder(SYSTEM_DISK, folder);
    return checked.flatMap(({ findings }) => findings.map(({ severity, text }) => `${severity} ${text.en}`));
  };

  for (const [profile, xml] of DOCUMENTS) {
    for (const suite of SUITES) {
      it(`holds: ${profile} with ${suite}; does not with a byte changed in what was sent`, async () => {
        const folder = await unpacked(await sent(profile, suite, xml));
        const [checked] = await verifyFolder(SYSTEM_DISK, folder);
        assert.deepEqual(checked?.findings, []);
        // For a field the URIs of the suite are not in the document: its algorithm is.
        const algorithm = suite === "sm2-sm3-old" ? "sm2-sm3" : suite;
        assert.deepEqual(
          checked?.signatures?.map(({ where, algorithm: found, verdict }) => [where, found, verdict]),
          [[profile, algorithm, "good"]],
        );
        // Whoever changes the bytes and the hashes over them has the signature against him.
        const name = profile === "detached" ? "document_" : "sent_";
        const file = join(folder, readdirSync(folder).find((one) => one.startsWith(name)) as string);
        const before = readFileSync(file, "latin1");
        const after = Buffer.from(
          before.replace(/<(CopCusCode|MessageType|NoteS|Rmk|guid|EtpsInnerInvtNo|Note)>|guid="/, "$&9"),
          "latin1",
        );
        assert.notEqual(after.toString("latin1"), before);
        writeFileSync(file, after);
        const manifest = readFileSync(join(folder, "manifest.json"), "utf8");
        const [old, forged] = [sha256Of(Buffer.from(before, "latin1")), sha256Of(after)];
        writeFileSync(join(folder, "manifest.json"), manifest.replaceAll(old, forged));
        assert.match((await wrongIn(folder)).join("\n"), /error the signature does not hold/);
      });
    }
  }

  it("holds inside a DxpMsg of ours, too, and in a ZIP beside others", async () => {
    const folder = scratch();
    for (const profile of ["detached", "dec-sign"]) {
      const { fileName, bytes } = await archiveDocument(client, (await sent(profile, "rsa-sha256", DEC, true)).id, by);
      writeFileSync(join(folder, fileName), bytes);
    }
    cpSync(client.audit.folder, join(folder, ".audit"), { recursive: true });
    const checked = await verifyFolder(SYSTEM_DISK, folder);
    assert.deepEqual(checked.map(({ kind }) => kind).sort(), ["archive", "archive", "chain"]);
    assert.deepEqual(
      checked.flatMap(({ findings }) => findings),
      [],
    );
    assert.deepEqual(
      checked.flatMap(({ signatures = [] }) => signatures.map(({ verdict }) => verdict)),
      ["good", "good"],
    );
  });

  it("has the decisions about the document, and notices each file that was changed, taken away or put in", async () => {
    const row = await sent("detached", "rsa-sha256", DEC.replace("<a>", "<b>"));
    await resendDocument(client, row.id, { reason: "海关要求重发", as: "accepted", by });
    const folder = await unpacked(row);
    const [checked] = await verifyFolder(SYSTEM_DISK, folder);
    assert.deepEqual(
      checked?.decisions.map(({ what, who, reason }) => [what, who, reason]),
      [
        ["resend", "张三", "海关要求重发"],
        ["export", "张三", ""],
      ],
    );
    const files = readdirSync(folder);
    assert.ok(files.some((name) => name.startsWith("receipt-001_")) && files.some((name) => name.endsWith(".cer")));
    for (const name of files) {
      const copy = join(scratch(), "copy");
      cpSync(folder, copy, { recursive: true });
      writeFileSync(
        join(copy, name),
        readFileSync(join(copy, name), "latin1").replace(/[0-9A-Za-z](?=[^0-9A-Za-z]*$)/, "~"),
        "latin1",
      );
      assert.match((await wrongIn(copy)).join("\n"), /error/, `${name} changed`);
      if (name === "manifest.json") continue;
      rmSync(join(copy, name));
      assert.match((await wrongIn(copy)).join("\n"), /error/, `${name} taken away`);
    }
    writeFileSync(join(folder, "receipt-002_x.xml"), "<x/>");
    assert.match((await wrongIn(folder)).join(), /receipt-002_x\.xml does not belong there/);
  });

  it("notices a decision that is in the events and not in the audit, also when the whole chain was written anew", async () => {
    const row = await sent("detached", "rsa-sha256", DEC.replace("<a>", "<c>"));
    await resendDocument(client, row.id, { reason: "再发一次", as: "accepted", by });
    const folder = await unpacked(row);
    const chain = readFileSync(join(folder, "audit.jsonl"), "utf8");
    writeFileSync(
      join(folder, "audit.jsonl"),
      chain
        .split("\n")
        .filter((line) => !line.includes("再发一次"))
        .join("\n"),
    );
    const wrong = await wrongIn(folder);
    assert.match(wrong.join("\n"), /error the decision resend of .* does not stand in the audit/);
    assert.match(wrong.join("\n"), /error entry \d+ of the audit/);
  });

  it("notices that two copies of the chain do not tell the same", async () => {
    const folder = scratch();
    const row = await sent("detached", "rsa-sha256", DEC.replace("<a>", "<d>"));
    const { fileName, bytes } = await archiveDocument(client, row.id, by);
    writeFileSync(join(folder, fileName), bytes);
    // Somebody makes the root's chain anew from its second entry on.
    const other = await openClient();
    const copy = join(folder, ".audit");
    cpSync(client.audit.folder, copy, { recursive: true });
    const names = readdirSync(copy)
      .filter((name) => name.endsWith(".json"))
      .sort();
    for (const name of names.slice(1)) rmSync(join(copy, name));
    const root = other.settings.root;
    cpSync(copy, join(root, ".audit"), { recursive: true });
    for (const _ of names)
      await other.audit.enter({
        ...by,
        what: "hold",
        how: "",
        document: "",
        file: "",
        sha256: "",
        reason: "forged",
        of: 0,
      });
    await other.close();
    rmSync(copy, { recursive: true });
    renameSync(join(root, ".audit"), copy);
    assert.match((await wrongIn(folder)).join("\n"), /error entry 2 of the audit is another one in/);
  });

  it("says of a number far behind the end which entries are missing", async () => {
    const folder = join(scratch(), ".audit");
    cpSync(client.audit.folder, folder, { recursive: true });
    const last = readdirSync(folder).filter((name) => name.endsWith(".json")).length;
    writeFileSync(join(folder, "999999.json"), "{}");
    assert.deepEqual(await wrongIn(folder), [
      `error entries ${last + 1} to 999998 of the audit are missing`,
      "error entry 999999 of the audit was changed",
    ]);
    rmSync(join(folder, "999999.json"));
    writeFileSync(join(folder, `${String(last + 2).padStart(6, "0")}.json`), "{}");
    assert.equal((await wrongIn(folder))[0], `error entry ${last + 1} of the audit is missing`);
  });

  it("is a command: what it says in both languages, and its exit codes", async () => {
    const folder = await unpacked(await sent("dec-sign", "rsa-sha256", DEC.replace("<a>", "<e>")));
    const run = async (language: "zh" | "en", ...args: string[]) => {
      const said: string[] = [];
      const print = (text: string) => void said.push(text);
      const terminal = { language, print, complain: print, input: process.stdin, output: process.stdout };
      return { code: await audit.run(args, terminal), text: said.join("\n") };
    };
    const good = await run("en", "verify", folder);
    assert.equal(good.code, 0);
    assert.match(good.text, /^ok {3}.*\n {2}document .*\n {2}signature good: dec-sign, rsa-sha256, /);
    assert.match(good.text, /export 张三 editor\n {2}audit ends with \d+ [0-9a-f]{64}$/);
    assert.equal((JSON.parse((await run("en", "verify", folder, "--json")).text) as unknown[]).length, 1);
    writeFileSync(join(folder, "audit.jsonl"), "");
    const bad = await run("zh", "verify", folder);
    assert.equal(bad.code, 1);
    assert.match(bad.text, /^不符[\s\S]*! manifest\.json 与审计中的导出记录不符/);
    assert.equal((await run("en", "verify", join(scratch()))).code, 2);
    await assert.rejects(run("en", "verify"), /it is called as/);
    await assert.rejects(
      run("en", "verify", join(folder, "audit.jsonl")),
      /is a file: name the folder that it lies in/,
    );
  });
});
