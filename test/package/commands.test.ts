import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { COMMANDS } from "../../cli/commands/index.js";

const NPX = "npx @single-window/node-red-import-client";

describe("the commands outside of Node-RED", () => {
  for (const { name, usage } of COMMANDS) {
    it(`${name} says in both languages what it does, in a sentence, and how it is called`, () => {
      for (const text of [usage.zh, usage.en]) {
        const [sentence = "", line = ""] = text.split("\n");
        assert.match(sentence, /[.。]$/);
        assert.ok(line.startsWith(`${NPX} ${name}`), line);
      }
    });
  }

  it("import-settings describes each of its options, the file that it makes and its exit codes", () => {
    const { usage } = COMMANDS.find(({ name }) => name === "import-settings") ?? assert.fail("there is none");
    for (const text of [usage.zh, usage.en]) {
      for (const option of ["out", "force", "json", "root", "map"]) assert.match(text, new RegExp(`--${option} .*\\S`));
      assert.match(text, /--out FILE .*flow\.json/);
      assert.match(text, /(?:exit code: |退出码：)0 .*1 /);
    }
  });

  it("end as they would where nobody reads what they print any more", async () => {
    const child = spawn(process.execPath, ["--import", "tsx", join(__dirname, "../../cli/main.ts"), "help"]);
    child.stdout.destroy();
    let said = "";
    child.stderr.on("data", (data) => (said += String(data)));
    const [code] = await once(child, "close");
    assert.deepEqual([code, said], [0, ""]);
  });

  it("name the word that is none of them, in one line without its control characters", () => {
    const main = join(__dirname, "../../cli/main.ts");
    const run = spawnSync(process.execPath, ["--import", "tsx", main, "improt\u001b[2J", "--lang", "en"], {
      encoding: "utf8",
    });
    assert.equal(run.status, 2, run.stderr);
    assert.equal(run.stdout, "");
    assert.match(run.stderr, /^there is no command "improt\?\[2J"; there are: demo, import-settings, .*\n$/);
  });
});
