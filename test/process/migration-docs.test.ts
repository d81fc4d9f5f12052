import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEMO_IDENTITY, decXml, freshKey } from "../../simulator/samples/index.js";
import { OfficialClient } from "../support/official-client.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { settingsFile } from "../support/settings-file.js";
import { openTheatre, Stage, until } from "../support/stage.js";

const repo = join(__dirname, "..", "..");
const main = join(repo, "dist", "cli", "main.js");
const CALL = "npx @single-window/node-red-import-client ";
const PIN = "PinInTheFile+Zk7Q==";

/** The commands of a page, in its order. */
function commandsOf(page: string): string[] {
  const blocks = [...readFileSync(join(repo, "docs", page), "utf8").matchAll(/^```\n([\s\S]*?)^```$/gm)];
  return blocks.flatMap(([, block = ""]) => block.trim().split("\n"));
}

/** A command line as a shell takes it apart; what is in quotes is one argument. */
const argumentsIn = (line: string) => (line.match(/"[^"]*"|\S+/g) ?? []).map((part) => part.replace(/^"|"$/g, ""));

function run(args: readonly string[], cwd: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd, encoding: "utf8" });
  return { status, said: `${stdout}${stderr}` };
}

describe("docs/migration", function () {
  this.timeout(900_000);
  after(removeScratch);

  for (const [page, language] of [
    ["migration.md", "en"],
    ["migration.zh-CN.md", "zh"],
  ] as const) {
    it(`${page}: every command in it does what it says`, () => {
      const cwd = scratch();
      const root = join(cwd, "ImpPath");
      const official = new OfficialClient(join(root, "DECCUS001"), () => "accepted");
      for (let count = 0; count < 3; count++) {
        const key = freshKey();
        writeFileSync(join(root, "DECCUS001", "OutBox", `${key}.xml`), decXml({ identity: DEMO_IDENTITY, key }));
      }
      official.look();
      writeFileSync(join(cwd, "DFWJobSettings.xml"), settingsFile(root, ["DECCUS001"], PIN));
      const commands = commandsOf(page);
      assert.ok(commands.length >= 7, commands.join("\n"));
      for (const command of commands) {
        assert.ok(command.startsWith(CALL), `${command}: nobody runs this`);
        const here = command
          .slice(CALL.length)
          .replaceAll("C:\\ImpPath", root)
          .replaceAll("C:\\shadow", join(cwd, "shadow"))
          // A day is too long for a test.
          .replace("--for 24", "--for 0.0003");
        const { status, said } = run([...argumentsIn(here), "--lang", language], cwd);
        assert.equal(status, 0, `${command}\n${said}`);
        assert.ok(!said.includes(PIN));
      }
      const report = readFileSync(join(cwd, "shadow", `report.${language}.txt`), "utf8");
      assert.match(report, language === "en" ? /^3 documents, 0 that we would/ : /^3 份单据，其中 0 份/);
      assert.ok(existsSync(join(cwd, "flow.json")));
    });
  }

  it("both pages have the same commands", () => {
    assert.deepEqual(commandsOf("migration.zh-CN.md"), commandsOf("migration.md"));
  });

  it("a flow made from a settings file deploys in a real Node-RED, and its first document is accepted", async () => {
    const theatre = await openTheatre();
    const stage = new Stage(theatre, { clientId: "MIGRATE2" });
    try {
      await stage.startSimulator();
      const root = join(stage.dir, "official");
      mkdirSync(join(root, "DECCUS001", "OutBox"), { recursive: true });
      writeFileSync(join(stage.dir, "DFWJobSettings.xml"), settingsFile(root, ["DECCUS001"], PIN));
      const { clientId } = stage;
      const { orgCode, customsCode, region } = DEMO_IDENTITY;
      const codes = ["--org-code", orgCode, "--customs-code", customsCode, "--region", region];
      const made = run(
        ["import-settings", "DFWJobSettings.xml", "--environment", "test", "--client-id", clientId, ...codes],
        stage.dir,
      );
      assert.equal(made.status, 0, made.said);
      const again = run(["import-settings", "DFWJobSettings.xml", "--lang", "en"], stage.dir);
      assert.equal(again.status, 1);
      assert.match(again.said, /was not overwritten.*clientId: "MIGRATE2" -> /);
      assert.ok(!readFileSync(join(stage.dir, "flow.json")).includes(PIN));
      copyFileSync(join(stage.dir, "flow.json"), join(stage.dir, "flows.json"));
      const nodeRed = await stage.startNodeRed({ SW_ROOT: "", SW_ENVIRONMENT: "", SW_CLIENT_ID: "" });
      const key = freshKey();
      writeFileSync(join(root, "DECCUS001", "OutBox", `${key}.xml`), decXml({ identity: DEMO_IDENTITY, key }));
      await until("it is accepted", async () => {
        const { documents } = await stage.ask<{ documents: { clientKey: string; state: string }[] }>("documents");
        return documents.some(({ clientKey, state }) => clientKey === key && state === "accepted");
      });
      assert.deepEqual(
        nodeRed.lines.filter((line) => /\[error\].*sw-/.test(line)),
        [],
      );
    } finally {
      await stage.close();
      await theatre.close();
    }
  });
});
