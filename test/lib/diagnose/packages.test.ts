import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compilerCommand, hasCompiler, type Machine } from "../../../lib/diagnose/compiler.js";
import { missingPackage, stateOf } from "../../../lib/diagnose/packages.js";
import { removeScratch, scratch } from "../../support/scratch.js";

const machine = (platform: NodeJS.Platform, ...files: string[]): Machine => ({
  platform,
  path: "/bin:/usr/bin",
  exists: (file) => files.includes(file),
});
const DEBIAN = ["/usr/bin/apt-get"];
const COMPILER = ["/usr/bin/python3", "/usr/bin/make", "/bin/g++"];
const CARDS = { name: "pkcs11js", what: { zh: "卡", en: "for cards" }, native: true };

describe("optional packages", () => {
  after(removeScratch);

  it("tell a compiler by its programs, and how to install one on each system", () => {
    assert.equal(hasCompiler(machine("linux", ...COMPILER)), true);
    assert.equal(hasCompiler(machine("linux", ...COMPILER.slice(0, 2))), false, "make alone compiles nothing");
    assert.equal(hasCompiler(machine("win32", ...COMPILER)), false);
    assert.match(compilerCommand(machine("linux", ...DEBIAN)).en, /^apt-get install -y python3 make g\+\+$/);
    assert.match(compilerCommand(machine("linux", "/sbin/apk")).en, /^apk add/);
    assert.match(compilerCommand(machine("linux")).zh, /C\+\+ 编译器/);
    assert.match(compilerCommand(machine("darwin")).en, /^xcode-select --install$/);
    assert.match(compilerCommand(machine("win32")).en, /VCTools/);
  });

  it("are said to be missing, or not built, with the command that mends it", () => {
    const without = missingPackage({ ...CARDS, state: "absent" }, machine("linux", ...DEBIAN));
    assert.match(without.text.en, /pkcs11js is missing \(for cards\), and this machine has no compiler/);
    assert.match(
      without.advice.en,
      /^First install a compiler: apt-get .* Then run npm install pkcs11js in Node-RED's/,
    );
    assert.match(without.advice.zh, /^先安装编译器：apt-get .*再在 Node-RED 用户目录中执行 npm install pkcs11js/);
    const unbuilt = missingPackage({ ...CARDS, state: "unbuilt" }, machine("linux", ...COMPILER));
    assert.match(unbuilt.text.en, /^pkcs11js is not compiled for Node\.js [\d.]+ \(for cards\)$/);
    assert.match(unbuilt.advice.en, /^Run npm rebuild pkcs11js in/);
    const plain = missingPackage({ ...CARDS, name: "pg", native: false, state: "absent" }, machine("linux"));
    assert.match(plain.advice.en, /^Run npm install pg/);
  });

  it("are told apart by loading them", async () => {
    assert.equal(await stateOf("yauzl"), "there");
    assert.equal(await stateOf("no-such-package-of-anybody"), "absent");
    const broken = join(scratch(), "broken");
    mkdirSync(broken);
    writeFileSync(join(broken, "index.js"), 'module.exports = require("./build/Release/card.node");');
    assert.equal(await stateOf(join(broken, "index.js")), "unbuilt");
  });
});
