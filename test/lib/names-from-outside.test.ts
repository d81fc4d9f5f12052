import assert from "node:assert/strict";
import { mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { readZip, writeZip } from "../../lib/archive/index.js";
import { supportBundle } from "../../lib/client/bundle.js";
import type { ImportClient } from "../../lib/client/import-client.js";
import { neutral } from "../../lib/errors.js";
import { readDelivery } from "../../lib/intake/read.js";
import { storeReceipt } from "../../lib/intake/store.js";
import { badZip, decXml, freshKey, pdf } from "../../simulator/samples/index.js";
import { openClient } from "../support/client.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { until } from "../support/until.js";
import { Watching } from "../support/watching.js";

/** What a sender, a producer or a document may call something. */
const HOSTILE = [
  ...[
    "..",
    ".",
    "../x.xml",
    "../../x.xml",
    "/x.xml",
    "//x/y.xml",
    "a/b.xml",
    "DecCus001/OutBox/x.xml",
    "x.xml/",
    "./x.xml",
  ],
  ...["..\\x.xml", "C:\\x.xml", "C:x.xml", "\\\\server\\share\\x.xml", "a\\..\\..\\x.xml", "file:///etc/passwd"],
  ...[
    "%2e%2e%2fx.xml",
    "..%c0%afx.xml",
    "~/x.xml",
    "$(touch x).xml",
    "-rf.xml",
    "x.xml;y",
    "CON.xml",
    "nul",
    "aux.xml",
  ],
  ...[
    "x\u0000.xml",
    "x\n.xml",
    "x\u001b[2J.xml",
    "\u202elmx.x",
    "x\u2028.xml",
    "\ufeffx.xml",
    "x.xml ",
    "x.xml.",
    " ",
    "",
  ],
  ...["单据.xml", "e\u0301.xml", `${"名".repeat(300)}.xml`, `${"../".repeat(50)}x.xml`, ".ledger/ledger.db", ".spool"],
];

/** Names that a file of this system can have: a producer's, in an OutBox. What begins with a dot is not handed over yet. */
const POSSIBLE = HOSTILE.filter(
  (name) =>
    !name.startsWith(".") &&
    name !== "" &&
    !/^\.{1,2}$/.test(name) &&
    !/[/\0]/.test(name) &&
    Buffer.byteLength(name) <= 255,
);

/** The name of one file, which any system takes, unpacks and shows as it is. */
function isPlain(name: string, bytes = 255): boolean {
  return name !== "" && !/^\.{1,2}$/.test(name) && !/[/\\\p{Cc}]/u.test(name) && Buffer.byteLength(name) <= bytes;
}

/** Every name that comes from outside ends as the name of one file where it belongs, and as nothing anywhere else (promises 7). */
describe("a name from outside is never a path", () => {
  let client: ImportClient;
  let top: string;
  const inRoot = () => relative(top, client.settings.root);

  /** Files below the folder that holds the root, but our own in its hidden folders: ledger, log, lease. */
  const files = () =>
    readdirSync(top, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(top, join(entry.parentPath, entry.name)))
      .filter((path) => !path.startsWith(`${inRoot()}/.`));

  beforeEach(async () => {
    client = await openClient();
    top = dirname(client.settings.root);
    client.folders.of("DecCus001").make();
  });
  afterEach(async () => client.close());
  after(removeScratch);

  const boxed = (path: string) => path.slice(inRoot().length + 1).split("/");

  it("as a receipt's key, as FileName of a DxpMsg, as entry of a ZIP of receipts, as message id", async () => {
    const escaped = (text: string) => text.replace(/[<&>\p{Cc}]/gu, "");
    const response = (key: string) =>
      `<CommonResponeMessage><EtpsPreentNo>${escaped(key)}</EtpsPreentNo><DealFlag>0</DealFlag></CommonResponeMessage>`;
    let number = 0;
    for (const name of HOSTILE) {
      const wrapped = `<DxpMsg><TransInfo/><Data>${Buffer.from(response(`D${number}`)).toString("base64")}</Data><AddInfo><FileName>${escaped(name)}</FileName></AddInfo></DxpMsg>`;
      const zips = name === "" ? [] : [await badZip([{ name, bytes: Buffer.from(response(`Z${number}`)) }])];
      for (const body of [Buffer.from(response(name)), Buffer.from(wrapped), ...zips]) {
        const delivery = {
          body,
          fileName: name,
          business: "",
          messageId: name || `m${number}`,
          receivedAt: Date.now(),
        };
        number++;
        for (const part of await readDelivery(client, delivery)) await storeReceipt(client, delivery, part);
      }
    }
    const stored = files();
    assert.ok(stored.length >= number, `${stored.length} of ${number} stored`);
    for (const path of stored) {
      const [business, box, name = "", ...more] = boxed(path);
      assert.deepEqual([business, box, more], ["Others", "InBox", []], path);
      assert.ok(isPlain(name), JSON.stringify(name));
    }
  });

  it("as EdocID of a declaration: read from the two folders and no other", async () => {
    const folder = join(scratch(), "pdfs");
    mkdirSync(folder);
    // Whatever a path could lead to is there.
    const secret = pdf(["secret"]);
    for (const at of [join(folder, ".."), top, client.settings.root, join(folder, "..", "a")]) {
      mkdirSync(at, { recursive: true });
      for (const name of ["x.xml", "x.pdf", "b.xml"]) writeFileSync(join(at, name), secret);
    }
    const key = freshKey();
    const edocs = [...HOSTILE, "../x.pdf", "../../x.pdf"]
      .filter((id) => !/[\p{Cc}]/u.test(id) && id.trim() !== "")
      .map((id) => ({ id, code: "00000001", bytes: secret }));
    const outBox = client.folders.of("DecCus001").box("OutBox");
    writeFileSync(join(outBox, `${key}.tmp`), decXml({ key, goods: 1, edocs }));
    renameSync(join(outBox, `${key}.tmp`), join(outBox, `${key}.xml`));
    const watching = new Watching(client, { pdfFolder: folder, pdfWait: 2_500 });
    await watching.until(() => watching.claims.length === 1);
    await watching.watch.stop();
    assert.equal(watching.first.fileName, `${key}.xml`, "nothing was found, so it stays bare");
    assert.ok(!watching.claims[0]?.payload.includes(secret));
  });

  it("as a file in an OutBox: through TempBox into FailBox, its local receipt into InBox", async () => {
    const outBox = client.folders.of("DecCus001").box("OutBox");
    for (const name of POSSIBLE) {
      writeFileSync(join(outBox, "one.tmp"), decXml({ key: freshKey(), goods: 1 }));
      renameSync(join(outBox, "one.tmp"), join(outBox, name));
    }
    const watching = new Watching(client, { maxInFlight: 100 });
    await until(
      () => `claimed; left: ${JSON.stringify(readdirSync(outBox))}`,
      () => watching.claims.length === POSSIBLE.length,
    );
    for (const { row } of watching.claims) await client.claims.fail(row.id, { code: "SW-TEST", text: neutral("test") });
    await watching.watch.stop();
    const left = files();
    assert.equal(left.length, 2 * POSSIBLE.length);
    for (const path of left) {
      const [business, box, name = "", ...more] = boxed(path);
      assert.deepEqual([business, more], ["DecCus001", []], path);
      assert.ok(box === "FailBox" || (box === "InBox" && isPlain(name)), path);
    }
    // A support bundle of each can be unpacked anywhere.
    for (const { row } of watching.claims) {
      const { fileName, bytes } = await supportBundle(client, row.id, { nodeRed: "4", diagnosis: "" });
      assert.ok(isPlain(fileName), fileName);
      for (const { name } of await readZip(bytes)) assert.ok(isPlain(name) && !/[:*?"<>|]/.test(name), name);
    }
  });

  it("as an entry of a ZIP: refused, or the name of one file", async () => {
    for (const name of HOSTILE.filter((one) => one !== "")) {
      for (const flatten of [false, true]) {
        const read = await readZip(await badZip([{ name, bytes: Buffer.from("x") }]), { flatten }).catch(
          (error) => error,
        );
        if (read instanceof Error) assert.equal((read as { code?: string }).code, "SW-ZIP", `${name}: ${read.message}`);
        else for (const entry of read) assert.ok(isPlain(entry.name, 1000), JSON.stringify([name, entry.name]));
      }
      const written = await writeZip([{ name, bytes: Buffer.from("x") }], { at: 0 }).catch((error) => error);
      if (written instanceof Error) assert.equal((written as { code?: string }).code, "SW-ZIP", name);
      else for (const entry of await readZip(written)) assert.ok(isPlain(entry.name, 1000), name);
    }
  });
});
