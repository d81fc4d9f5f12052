import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { startNodeRed } from "../../scripts/node-red.js";
import { node22 } from "../../scripts/node22.js";
import { freePort } from "../../scripts/ports.js";
import { importsOf } from "../support/imports.js";
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
  this.timeout(900_000);
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

  it("holds what Node-RED loads, and neither sources nor tests", () => {
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
    const strange = files.filter((path) => /^(cli|lib|nodes|test|simulator|scripts|data)\/|\.ts$/.test(path));
    assert.deepEqual(strange, []);
  });

  it("holds what its command and the simulator import, and nothing else of scripts/", () => {
    const reached = new Set<string>();
    const reach = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const { target } of importsOf(REPO, file)) if (target?.endsWith(".ts")) reach(target);
    };
    for (const start of ["cli/main.ts", "simulator/main.ts"]) reach(start);
    const wanted = [...reached].map((file) => `dist/${file.replace(/\.ts$/, ".js")}`).sort();
    // Types alone are imported from some of lib/, which is there as a whole; so is the simulator.
    assert.deepEqual(
      wanted.filter((file) => !files.includes(file)),
      [],
    );
    const scripts = (list: string[]) => list.filter((file) => file.startsWith("dist/scripts/")).sort();
    assert.deepEqual(scripts(files), scripts(wanted));
  });

  it("has a command, with the example flow that it needs", () => {
    const settings = join(__dirname, "..", "fixtures", "settings", "full.xml");
    const args = ["node-red-import-client", "import-settings", settings, "--json", "--out", "made.json"];
    const { values } = JSON.parse(execFileSync("npx", ["--no-install", ...args], { cwd: userDir, encoding: "utf8" }));
    assert.equal(values["folder-watch"].interval, "15");
    assert.ok(existsSync(join(userDir, "made.json")));
  });

  describe("its demo, in an empty folder", () => {
    /** Of our settings only what is given here, not what the tests' own environment holds. */
    const others = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(SW_|PORT$)/.test(name)));
    const demo = (cwd: string, env: NodeJS.ProcessEnv) => {
      const command = join(userDir, "node_modules", ".bin", "node-red-import-client");
      const run = spawnSync(command, ["demo", "--once"], { cwd, env: { ...others, ...env }, encoding: "utf8" });
      return { ...run, said: `${run.stdout}${run.stderr}` };
    };

    it("needs RabbitMQ and no SoftHSM2: every sample ends as it has to, below a folder of its own", async () => {
      const [cwd, bin] = [scratch(), scratch()];
      for (const folder of [cwd, bin]) mkdirSync(folder, { recursive: true });
      for (const folder of (process.env.PATH ?? "").split(delimiter)) {
        for (const name of existsSync(folder) ? readdirSync(folder) : []) {
          if (!/^(softhsm2|node-red)/.test(name) && !existsSync(join(bin, name)))
            symlinkSync(join(folder, name), join(bin, name));
        }
      }
      const { status, said } = demo(cwd, { PATH: bin, PORT: String(await freePort()) });
      assert.equal(status, 0, said);
      assert.equal(said.match(/ ok$/gm)?.length, 7, said);
      assert.match(said, /Installing Node-RED/);
      assert.deepEqual(readdirSync(cwd), ["single-window-demo"]);
      const inside = readdirSync(join(cwd, "single-window-demo"));
      assert.ok(inside.includes("card") && !inside.includes("softhsm"), inside.join());
      // What npm would remove as soon as a user installs a further module there.
      const modules = join(cwd, "single-window-demo", "node-red", "node_modules");
      assert.deepEqual(existsSync(modules) ? readdirSync(modules) : [], []);
    });

    it("does not start beside real work, nor in a folder of somebody else, and says so in one line", () => {
      for (const [env, word] of [
        [{ SW_AMQP_HOST: "mq.example" }, "SW_AMQP_HOST"],
        [{ SW_ROOT: "/srv/ImpPath" }, "SW_ROOT"],
        [{ SW_ENVIRONMENT: "production" }, "SW_ENVIRONMENT=production"],
      ] as const) {
        const cwd = scratch();
        mkdirSync(cwd, { recursive: true });
        const { status, said } = demo(cwd, env);
        assert.equal(status, 1, said);
        assert.ok(said.includes(word) && said.trim().split("\n").length === 1, said);
        assert.deepEqual(readdirSync(cwd), []);
      }
      const foreign = join(scratch(), "single-window-demo");
      mkdirSync(foreign, { recursive: true });
      writeFileSync(join(foreign, "letter.txt"), "not of the demo");
      const { status, said } = demo(join(foreign, ".."), {});
      assert.equal(status, 1, said);
      assert.match(said, /不是演示的文件夹.*is no folder of a demo/);
      assert.deepEqual(readdirSync(foreign), ["letter.txt"]);
    });
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
