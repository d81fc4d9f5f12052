import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checksOf, definitionsIn, type Manifest, takes } from "../support/flow-library.js";
import { removeScratch, scratch } from "../support/scratch.js";

const REPO = join(__dirname, "..", "..");
const read = (file: string) => readFileSync(join(REPO, file), "utf8");
const manifest = JSON.parse(read("package.json")) as Manifest;
const versionOf = (folder: string) =>
  (JSON.parse(read(`node_modules/${folder}/package.json`)) as { version: string }).version.split(".").map(Number);

/** What npm installs along with the package, by name. */
function installed(): Record<string, string> {
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { version: string; dev?: true }>;
  };
  const shipped = Object.entries(packages).filter(([path, { dev }]) => path !== "" && !dev);
  return Object.fromEntries(
    shipped.map(([path, { version }]) => [path.slice(path.lastIndexOf("node_modules/") + 13), version]),
  );
}

const ours = {
  // The page as it is written: the build only fills in lists.
  pageOf: (file: string) => read(file.replace(/^dist\//, "").replace(/\.js$/, ".html")),
  installed: installed(),
  nodeRed: [versionOf("node-red"), versionOf("node-red-5")],
};
const failed = (checks: ReturnType<typeof checksOf>) => checks.filter(({ wrong }) => wrong.length > 0);

describe("the Flow Library's scorecard (node-red-dev)", () => {
  after(removeScratch);

  it("has full marks in every check that needs no network", () => {
    const checks = checksOf(REPO, manifest, ours);
    assert.deepEqual(failed(checks), []);
    assert.equal(checks.length, 10);
  });

  it("would lose a mark for each thing that is missing", () => {
    const { license: _, repository: __, bugs: ___, ...bare } = manifest;
    const worse: Manifest = {
      ...bare,
      name: "node-red-import-client",
      keywords: [],
      engines: { node: ">=99" },
      dependencies: Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`p${index}`, "1"])),
      "node-red": { ...manifest["node-red"], version: ">=99.0.0" },
    };
    const lost = checksOf(scratch(), worse, {
      pageOf: () => '<script type="text/javascript">const d = {}; RED.nodes.registerType("x", d);</script>',
      installed: { "agent-base": "4.3.0" },
      nodeRed: ours.nodeRed,
    });
    assert.equal(failed(lost).length, lost.length, JSON.stringify(lost.filter(({ wrong }) => wrong.length === 0)));
  });

  it("reads a node as the library does: what is not written out is not seen", () => {
    const page = (more: string) =>
      `<script type="text/javascript">RED.nodes.registerType("x", { category: "config", ${more} });</script>`;
    assert.deepEqual(definitionsIn(page("defaults: {}, inputs: 1")).get("x"), { category: "config", wrong: [] });
    assert.deepEqual(definitionsIn(page("defaults: DEFAULTS, inputs: MANY")).get("x")?.wrong, [
      "defaults is not written out",
      "inputs is not written out",
    ]);
    assert.deepEqual(
      [takes(">=4.0.0", [5, 0, 7]), takes(">=20.19", [20, 18, 9]), takes("4", [4, 0, 0])],
      [true, false, false],
    );
  });

  // The program itself takes a minute to install and asks npm; the library's catalogue is taken as empty where it cannot be reached.
  const itself = process.env.SW_FLOW_LIBRARY ? it : it.skip;
  itself("has full marks from the program itself", function () {
    this.timeout(1_200_000);
    const tools = scratch();
    const folder = join(scratch(), "packed");
    mkdirSync(folder);
    writeFileSync(join(tools, "package.json"), '{"name":"tools","private":true}');
    const quiet = { stdio: "ignore" } as const;
    execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "node-red-dev@0.1.6"], {
      cwd: tools,
      ...quiet,
    });
    execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: REPO, ...quiet });
    const [tarball = ""] = readdirSync(folder);
    execFileSync("tar", ["xzf", tarball], { cwd: folder });
    const stub = join(tools, "catalogue.cjs");
    writeFileSync(
      stub,
      `const axios = require(${JSON.stringify(join(tools, "node_modules", "axios"))});
const get = axios.get;
const none = { data: { modules: [] } };
axios.get = (url, ...rest) => {
  const asked = get(url, ...rest);
  return /catalogue\\.nodered\\.org/.test(url) ? asked.catch(() => none) : asked;
};`,
    );
    const card = join(tools, "scorecard.json");
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [
        "--require",
        stub,
        join(tools, "node_modules", "node-red-dev", "bin", "run"),
        "validate",
        "-p",
        join(folder, "package"),
        "-o",
        card,
      ],
      { cwd: tools, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 300_000 },
    );
    const { package: _, ...marks } = JSON.parse(readFileSync(card, "utf8")) as Record<string, { test?: boolean }>;
    const lost = Object.entries(marks).filter(([, { test }]) => !test);
    assert.deepEqual(lost, [], `${stdout}\n${stderr}`);
    assert.ok(Object.keys(marks).length >= 12, Object.keys(marks).join());
  });
});
