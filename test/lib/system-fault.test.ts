import assert from "node:assert/strict";
import { mkdirSync, opendirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { ImportClientError, neutral } from "../../lib/errors.js";
import { faultOf, noticeOf } from "../../lib/fault.js";
import { accountHere } from "../../lib/host.js";
import { saidOf, systemFault } from "../../lib/system-fault.js";
import { removeScratch, scratch } from "../support/scratch.js";

const refused = (code: string, syscall: string, path = "", dest = "") =>
  Object.assign(new Error(`${code}: said by the system, ${syscall} '${path}'`), {
    ...{ code, syscall },
    ...(path && { path }),
    ...(dest && { dest }),
  });

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("what the file system refuses, in words", () => {
  after(removeScratch);

  const CODES = [
    ...["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EIO", "ESTALE", "EBUSY", "ENOTDIR", "EISDIR", "ENOENT"],
    ...["EEXIST", "ENOTEMPTY", "ELOOP", "ENAMETOOLONG", "EMFILE", "ENFILE", "EXDEV"],
  ];

  it("has code, words in two languages and advice for every errno, which is never shown alone", () => {
    for (const code of CODES) {
      const fault = systemFault(refused(code, "open", "/r/DecCus001/InBox/a.xml"));
      assert.ok(fault, code);
      assert.equal(fault.code, "SW-FOLDER");
      assert.equal(fault.details.inner, code);
      assert.equal(fault.details.folder, "/r/DecCus001/InBox");
      assert.match(fault.text.zh, /^\/r\/DecCus001\/InBox\/a\.xml 不能打开：[\u4e00-\u9fff]/, code);
      assert.match(fault.text.en, /^\/r\/DecCus001\/InBox\/a\.xml cannot be opened: [a-z]/, code);
      assert.match(fault.advice?.zh ?? "", /[\u4e00-\u9fff]/, code);
      assert.doesNotMatch(fault.advice?.en ?? "", /[\u4e00-\u9fff]/, code);
      assert.doesNotMatch(`${fault.text.zh} ${fault.text.en}`, /said by the system/, code);
      assert.match(String(fault), /^SW-FOLDER .* \/ /, "as Node-RED's log has it");
    }
  });

  it("names the user, and the folders in which he lacks a right", () => {
    const { zh, en } = accountHere();
    const moved = systemFault(refused("EACCES", "rename", "/r/D/OutBox/x.xml", "/r/D/TempBox/y.xml"));
    assert.ok(moved?.advice);
    assert.ok(moved.advice.zh.includes(`用户 ${zh} 对 /r/D/OutBox, /r/D/TempBox 的读写权限`), moved.advice.zh);
    assert.ok(moved.advice.en.includes(`user ${en},`) && moved.advice.en.includes("/r/D/OutBox, /r/D/TempBox"));
    assert.match(en, /uid \d+/);
    assert.match(moved.text.en, /x\.xml cannot be moved to \/r\/D\/TempBox\/y\.xml: no permission \(EACCES\)/);
    assert.doesNotMatch(moved.advice.en, /sticky/);
    const sticky = systemFault(refused("EPERM", "rename", "/r/D/OutBox/x.xml", "/r/D/TempBox/y.xml"));
    assert.match(sticky?.advice?.en ?? "", /chmod -t/);
    assert.match(sticky?.advice?.zh ?? "", /粘滞位/);
    const listed = systemFault(refused("EACCES", "opendir", "/r/D/OutBox"));
    assert.equal(listed?.details.folder, "/r/D/OutBox");
    assert.match(listed?.advice?.en ?? "", /read and write \/r\/D\/OutBox;/);
  });

  it("reads what Node itself throws", () => {
    const root = scratch();
    writeFileSync(join(root, "file"), "");
    mkdirSync(join(root, "folder"));
    const real: readonly [RegExp, () => unknown][] = [
      [
        /file\/x cannot be looked at: a part of the path is no folder \(ENOTDIR\)/,
        () => statSync(join(root, "file", "x")),
      ],
      [/cannot be read: a folder stands there, not a file \(EISDIR\)/, () => readFileSync(join(root, "folder"))],
      [/gone cannot be listed: it is not there \(ENOENT\)/, () => readdirSync(join(root, "gone"))],
      [/file cannot be listed: a part of the path is no folder/, () => opendirSync(join(root, "file"))],
      [/file cannot be moved to .*folder: /, () => renameSync(join(root, "file"), join(root, "folder"))],
    ];
    for (const [words, work] of real) assert.match(systemFault(thrownBy(work))?.text.en ?? "", words);
  });

  it("leaves alone what is none of the file system's", async () => {
    for (const error of [
      refused("EACCES", "connect"),
      refused("EACCES", "listen"),
      refused("ENOENT", "spawn tool", "tool"),
      Object.assign(new Error("x.xml has gone"), { code: "ENOENT" }),
      Object.assign(new Error("no"), { code: "SQLITE_CORRUPT" }),
      new ImportClientError("SW-OWNER", neutral("another's")),
      new Error("none"),
      "a text",
      undefined,
      null,
    ])
      assert.equal(systemFault(error), undefined);
    const server = createServer();
    const error = await new Promise((resolve) => server.once("error", resolve).listen("/proc/no/socket"));
    assert.equal(systemFault(error), undefined);
  });

  it("says it in a fault, a notice and within a sentence, and the document waits", () => {
    const error = refused("ENOSPC", "write");
    const { code, kind, text } = faultOf(error);
    assert.deepEqual([code, kind], ["SW-FOLDER", "waits"]);
    assert.match(text.zh, /磁盘已满（ENOSPC）/);
    const [name, zh, en] = noticeOf(error);
    assert.equal(name, "SW-FOLDER");
    assert.match(zh, /磁盘已满（ENOSPC）。请/);
    assert.match(en, /the disk is full \(ENOSPC\)\. Make room/);
    assert.match(saidOf(error).zh, /磁盘已满/);
    assert.match(systemFault(error, "DecCus001")?.text.en ?? "", /^DecCus001 cannot be written/);
  });
});
