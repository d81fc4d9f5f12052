import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PinSecret } from "../../../lib/client/pin-secret.js";
import { SYSTEM_DISK } from "../../../lib/files/disk.js";
import { Files } from "../../../lib/files/files.js";
import { MARKER } from "../../../lib/files/folders.js";
import { SYSTEM_IDS } from "../../../lib/ids.js";
import { removeScratch, scratch } from "../../support/scratch.js";

describe("the root's secret for fingerprints of PINs", () => {
  after(removeScratch);
  const secretOf = (root: string, files = new Files()) => new PinSecret(root, files, SYSTEM_IDS);

  it("is made once, whoever comes first, private, and the same for all who share the root", async () => {
    const root = scratch();
    chmodSync(root, 0o777);
    const secrets = await Promise.all([1, 2, 3, 4].map(() => secretOf(root).read()));
    assert.equal(new Set(secrets).size, 1);
    assert.match(secrets[0] ?? "", /^[0-9a-f]{64}$/);
    assert.deepEqual(readdirSync(join(root, MARKER)), ["pin-secret"]);
    const path = join(root, MARKER, "pin-secret");
    if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(readFileSync(path, "utf8"), `${secrets[0]}\n`);
    assert.notEqual(await secretOf(scratch()).read(), secrets[0]);
  });

  it("is not made anew where it cannot be read or is damaged", async () => {
    const root = scratch();
    const known = await secretOf(root).read();
    const away = {
      ...SYSTEM_DISK,
      read: () => {
        throw Object.assign(new Error("away"), { code: "EIO" });
      },
    };
    await assert.rejects(secretOf(root, new Files(away)).read(), { code: "EIO" });
    writeFileSync(join(root, MARKER, "pin-secret"), known.slice(0, 20));
    await assert.rejects(
      secretOf(root).read(),
      (error: Error) => /damaged/.test(error.message) && !error.message.includes(known.slice(0, 8)),
    );
    assert.deepEqual(readdirSync(join(root, MARKER)), ["pin-secret"]);
  });
});
