import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlainError } from "../../scripts/plain-error.js";
import { startSettings } from "../../scripts/start/environment.js";
import { placeFlow } from "../../scripts/start/flow.js";
import { layTable, textWidth } from "../../scripts/start/table.js";

describe("npm start: settings", () => {
  it("fills every variable that the example flow names", () => {
    const repo = join(__dirname, "../..");
    const { env } = startSettings(repo, {}, []);
    const example = readFileSync(join(repo, "examples/01-import-client.json"), "utf8");
    const named = new Set([...example.matchAll(/"\$\{(\w+)\}"/g)].map((match) => match[1] ?? ""));
    assert.ok(named.size > 10, "the example takes its settings from the environment");
    for (const name of named) assert.ok(name in env, `${name} stays unset`);
  });

  it("runs the client alone with SW_AMQP_HOST, and takes what is given", () => {
    const settings = startSettings("/repo", { SW_AMQP_HOST: "mq", SW_CLIENT_ID: "X1", SW_CARD_BACKEND: "software" }, [
      "--once",
    ]);
    assert.deepEqual(
      [settings.clientOnly, settings.demoCard, settings.once, settings.sendQueue, settings.env.SW_RECEIVE_QUEUE],
      [true, false, true, "Q_SendX1", "Q_RecvX1"],
    );
    assert.equal(settings.root, "/repo/data/ImpPath");
  });

  it("refuses a PORT that is none and an argument it does not know", () => {
    for (const PORT of ["x", "0", "65536", "1.5"])
      assert.throws(() => startSettings("/repo", { PORT }, []), PlainError);
    assert.throws(() => startSettings("/repo", {}, ["--onec"]), PlainError);
  });
});

describe("npm start: the example as Node-RED's flow", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "sw-flow-"));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it("is renewed while nobody changed it, and never written over a flow of the user's", () => {
    const example = join(dir, "example.json");
    const flow = join(dir, "flows.json");
    writeFileSync(example, "[1]");
    assert.equal(placeFlow(example, dir), true);
    writeFileSync(example, "[2]");
    assert.equal(placeFlow(example, dir), true);
    assert.equal(readFileSync(flow, "utf8"), "[2]");
    writeFileSync(flow, "[3]");
    writeFileSync(example, "[4]");
    assert.equal(placeFlow(example, dir), false);
    assert.equal(readFileSync(flow, "utf8"), "[3]");
  });

  it("leaves a flow alone that was there before us", () => {
    const example = join(dir, "example.json");
    writeFileSync(example, "[1]");
    writeFileSync(join(dir, "flows.json"), "[0]");
    assert.equal(placeFlow(example, dir), false);
    assert.equal(readFileSync(join(dir, "flows.json"), "utf8"), "[0]");
  });
});

describe("npm start: table", () => {
  it("counts Chinese as two columns and combining marks as none", () => {
    assert.deepEqual(["abc", "结关", "（a）", "e\u0301", "\u{20000}", ""].map(textWidth), [3, 4, 5, 1, 2, 0]);
  });

  it("starts every column at the same place", () => {
    const lines = layTable([
      ["样例", "x"],
      ["a", "y"],
      ["报关单", "z"],
    ]).split("\n");
    const places = lines.map((line) => textWidth(line.slice(0, line.search(/[xyz]/))));
    assert.deepEqual([places[0], places[2], places[3]], [8, 8, 8]);
  });
});
