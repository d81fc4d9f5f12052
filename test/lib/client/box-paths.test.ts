import assert from "node:assert/strict";
import { join } from "node:path";
import { readBoxPaths } from "../../../lib/client/box-paths.js";
import { readNamesSettings } from "../../../lib/client/names-settings.js";
import { sharedPlace } from "../../../lib/client/separation.js";
import { codeOf, ImportClientError } from "../../../lib/errors.js";
import { clientSettings } from "../../support/client.js";

const ROOT = "/data/ImpPath";
const read = (...rows: [folder: string, box: string, path: string][]) =>
  readBoxPaths(JSON.stringify(rows.map(([folder, box, path]) => ({ folder, box, path }))), ROOT);

describe("the table of box paths", () => {
  it("names a box in any case, and leaves out what is so without it", () => {
    assert.deepEqual(read(["Sas", "inbox", "/erp/回 执/"], ["Sas", "OutBox", "/data/ImpPath/sas/OutBox"]), [
      { folder: "Sas", box: "InBox", path: "/erp/回 执" },
    ]);
    assert.deepEqual(readBoxPaths("", ROOT), []);
    // A box of ours below the root is no matter, as long as it is none of another.
    assert.equal(read(["Sas", "InBox", "/data/ImpPath/replies"]).length, 1);
  });

  it("refuses what is no such table, naming the row", () => {
    for (const [rows, named] of [
      [[["Sas", "Inbox2", "/x"]], /Sas\/Inbox2/],
      [[["../Sas", "InBox", "/x"]], /no folder code/],
      [[[".ledger", "InBox", "/x"]], /no folder code/],
      [[["Sas", "InBox", "x"]], /no absolute path/],
      [[["Sas", "InBox", "C:\\ImpPath\\Sas\\InBox"]], /no absolute path/],
      [
        [
          ["Sas", "InBox", "/x"],
          ["SAS", "INBOX", "/y"],
        ],
        /twice/,
      ],
      [
        [
          ["Sas", "InBox", "/x"],
          ["Npts", "InBox", "/X"],
        ],
        /something else/,
      ],
      [
        [
          ["Sas", "InBox", "/x"],
          ["Npts", "InBox", "/x/y"],
        ],
        /lies in another/,
      ],
      [[["Sas", "InBox", "/data"]], /holds the root/],
      [[["Sas", "InBox", ROOT]], /holds the root/],
      [[["Sas", "InBox", join(ROOT, ".ledger", "x")]], /something else/],
      [[["Sas", "InBox", join(ROOT, "Npts", "InBox")]], /something else/],
    ] as [[string, string, string][], RegExp][]) {
      assert.throws(
        () => read(...rows),
        (error) => error instanceof ImportClientError && codeOf(error) === "SW-CONFIG" && named.test(error.text.en),
        JSON.stringify(rows),
      );
    }
    for (const text of ["{", "{}", "[1]"])
      assert.throws(
        () => readBoxPaths(text, ROOT),
        (error) => codeOf(error) === "SW-CONFIG",
        text,
      );
  });

  it("is apart from every other client's", () => {
    const client = (root: string, path?: string) =>
      clientSettings({ root, ledger: `${root}.db`, boxPaths: path ? [{ folder: "Sas", box: "InBox", path }] : [] });
    assert.equal(sharedPlace(client("/a", "/x"), client("/b", "/y")), undefined);
    assert.equal(sharedPlace(client("/a", "/x"), client("/b", "/x")), "box");
    assert.equal(sharedPlace(client("/a", "/b/Sas/InBox"), client("/b")), "box");
    assert.equal(sharedPlace(client("/b"), client("/a", "/b/Sas/InBox")), "box");
  });
});

describe("the form of names", () => {
  it("is ours where nothing is set, as in flows of earlier versions", () => {
    assert.deepEqual(readNamesSettings({}), { receiptNames: "own", datedFolders: false, localReceipts: "root" });
  });

  it("is refused when it is none that there is", () => {
    assert.throws(() => readNamesSettings({ receiptNames: "short" }), /own/);
    assert.throws(() => readNamesSettings({ localReceipts: "html" }), /root-both/);
  });
});
