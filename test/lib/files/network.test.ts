import assert from "node:assert/strict";
import { networkIn, networkOf, windowsShare } from "../../../lib/files/network.js";
import { removeScratch, scratch } from "../../support/scratch.js";

/** As Linux writes it; `mount -t nfs4` and the like, and an automounted share whose name has a blank. */
const MOUNTS = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:35 / /srv/share rw,relatime shared:20 - nfs4 files:/export rw,vers=4.2,hard
41 40 8:2 / /srv/share/local rw - xfs /dev/sdb1 rw
42 22 0:36 / /mnt/with\\040blank rw - cifs //files/share rw,vers=3.1.1
43 22 0:37 / /home/me/there rw,nosuid - fuse.sshfs me@there: rw
44 22 0:38 / /home/me/disk rw - fuseblk /dev/sdc1 rw
45 22 0:39 / /auto rw - autofs systemd-1 rw,direct
46 45 0:40 / /auto rw - smb3 //files/auto rw
`;

describe("where a path lies", () => {
  after(removeScratch);

  for (const [path, kind] of [
    ["/srv/ImpPath/.ledger/ledger.db", ""],
    ["/srv/share", "nfs4"],
    ["/srv/share/ImpPath/.ledger", "nfs4"],
    ["/srv/shared", ""],
    ["/srv/share/local/ledger", ""],
    ["/mnt/with blank/ledger", "cifs"],
    ["/home/me/there/ledger", "fuse.sshfs"],
    ["/home/me/disk/ledger", ""],
    ["/auto/ledger", "smb3"],
  ] as const) {
    it(`${path}: ${kind || "a local disk"}`, () => assert.equal(networkIn(MOUNTS, path), kind));
  }

  for (const [path, kind] of [
    ["\\\\files\\share\\ImpPath", "smb"],
    ["//files/share/ImpPath", "smb"],
    ["\\\\?\\UNC\\files\\share", "smb"],
    ["\\\\?\\C:\\ImpPath", ""],
    ["\\\\.\\C:\\ImpPath", ""],
    ["C:\\ImpPath", ""],
    ["\\ImpPath", ""],
  ] as const) {
    it(`${path} on Windows: ${kind || "a local disk"}`, () => assert.equal(windowsShare(path), kind));
  }

  it("takes this machine's temporary folder, and what is not there yet, for local", () => {
    assert.equal(networkOf(`${scratch()}/not/there/yet.db`), "");
  });
});
