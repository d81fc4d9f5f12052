import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startNodeRed } from "../../scripts/node-red.js";
import { node22 } from "../../scripts/node22.js";
import { freePort } from "../../scripts/ports.js";
import { removeScratch, scratch } from "../support/scratch.js";

const REPO = join(__dirname, "..", "..");
const manifest = JSON.parse(readFileSync(join(REPO, "package.json"), "utf8"));

interface NodeSet {
  module: string;
  id: string;
  types: string[];
  enabled: boolean;
  err?: string;
}

describe("the packed package", function () {
  this.timeout(300_000);
  let userDir: string;
  let files: string[];

  before(() => {
    userDir = scratch();
    mkdirSync(userDir, { recursive: true });
    const packed = execFileSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", userDir], {
      cwd: REPO,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [{ filename, files: list }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
    files = list.map(({ path }) => path);
    writeFileSync(join(userDir, "package.json"), '{"name":"user","private":true}');
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--engine-strict", join(userDir, filename)], {
      cwd: userDir,
      stdio: "ignore",
    });
  });
  after(removeScratch);

  it("holds what Node-RED loads, and neither sources nor tests nor the demo", () => {
    for (const path of [
      ...Object.values(manifest["node-red"].nodes),
      ...Object.values(manifest["node-red"].plugins),
    ] as string[]) {
      assert.ok(files.includes(path), path);
      assert.ok(files.includes(path.replace(/\.js$/, ".html")), `${path}: its .html`);
    }
    for (const path of [
      "README.md",
      "README.zh-CN.md",
      "LICENSE",
      "examples/01-import-client.json",
      "docs/guides/it.md",
    ])
      assert.ok(files.includes(path), path);
    const strange = files.filter(
      (path) => /^(lib|nodes|test|simulator|scripts|data)\//.test(path) || /dist\/(simulator|scripts)/.test(path),
    );
    assert.deepEqual(strange, []);
  });

  it("has a command, with the example flow that it needs", () => {
    const settings = join(__dirname, "..", "fixtures", "settings", "full.xml");
    const args = ["node-red-import-client", "import-settings", settings, "--json", "--out", "made.json"];
    const { values } = JSON.parse(execFileSync("npx", ["--no-install", ...args], { cwd: userDir, encoding: "utf8" }));
    assert.equal(values["folder-watch"].interval, "15");
    assert.ok(existsSync(join(userDir, "made.json")));
  });

  it("asks for no more than six packages", () => {
    assert.ok(Object.keys(manifest.dependencies).length <= 6);
  });

  for (const [version, folder] of [
    ["4.1", "node-red"],
    ["5.0", "node-red-5"],
  ] as const) {
    it(`loads in Node-RED ${version} with every type, and no warning of ours`, async () => {
      const nodeRed = await startNodeRed({
        userDir,
        port: await freePort(),
        packageDir: null,
        nodeRedDir: join(REPO, "node_modules", folder),
        ...(version === "5.0" && { node: await node22() }),
      });
      try {
        const response = await fetch(`${nodeRed.url}/nodes`, { headers: { accept: "application/json" } });
        const sets = ((await response.json()) as NodeSet[]).filter(({ module }) => module === manifest.name);
        const types = sets.flatMap((set) => set.types ?? []);
        assert.deepEqual(types.sort(), Object.keys(manifest["node-red"].nodes).sort());
        assert.deepEqual(
          sets.filter(({ err }) => err),
          [],
        );
        assert.deepEqual(
          nodeRed.lines.filter((line) => /\[(warn|error)\].*(sw-|single-window)/.test(line)),
          [],
        );
        assert.ok(existsSync(join(userDir, "node_modules", manifest.name, "dist")));
      } finally {
        await nodeRed.stop();
      }
    });
  }
});
