import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Import, importsIn, importsOf, sourcesOf } from "../support/imports.js";

const repository = resolve(__dirname, "..", "..");

/**
 * The folders of `lib/`, from the bottom to the top: each may import what stands before it, nothing behind it (design,
 * "Tree"). The first one is the loose files that all may know.
 */
const FOLDERS = [
  ...["", "xml", "archive", "files", "model", "business", "advice", "receipts", "preflight", "compose", "signing"],
  ...[
    "ledger",
    "audit",
    "amqp",
    "boxes",
    "intake",
    "client",
    "metrics",
    "tracing",
    "send",
    "watch",
    "migrate",
    "diagnose",
  ],
];

/** What the simulated world replaces: these folders reach disk, time and chance only through the ports. */
const BEHIND_PORTS = ["audit", "boxes", "intake", "watch", "send", "client"];

/** Names that go round the ports, and the port that stands for them. */
const AROUND_PORTS: readonly (readonly [words: RegExp, port: string])[] = [
  [/\bDate\.now\b|\bnew Date\(\)|\bperformance\./, "Clock"],
  [/(?<![.\w])(?:setTimeout|setInterval|setImmediate)\b/, "Clock"],
  [/\bMath\.random\b|\brandom(?:Bytes|UUID|Int)\b/, "Ids"],
];

const folderOf = (file: string) => (file.split("/").length > 2 ? (file.split("/")[1] as string) : "");

/** What is wrong with an import of `lib/`; undefined when it points down. */
function wrongIn({ file, line, specifier, target }: Import): string | undefined {
  const place = `${file}:${line} imports ${specifier}`;
  if (/^(?:node-red|@node-red\/)/.test(specifier)) return `${place}: lib/ knows no Node-RED`;
  const folder = folderOf(file);
  if (/^(?:node:)?(?:fs|timers)(?:\/|$)/.test(specifier) && BEHIND_PORTS.includes(folder)) {
    return `${place}: ${folder}/ goes through the port`;
  }
  if (target === undefined) return undefined;
  if (!target.startsWith("lib/")) return `${place}: lib/ imports nothing outside of it`;
  const [from, to] = [FOLDERS.indexOf(folder), FOLDERS.indexOf(folderOf(target))];
  if (from === -1 || to === -1) return `${place}: it is no folder of the tree`;
  return to > from
    ? `${place}: an arrow back, ${folderOf(target)}/ stands above ${folder || "the loose files"}`
    : undefined;
}

/** Names in a file that go round the ports; comments do not count. */
function aroundPorts(file: string, text: string): string[] {
  if (!BEHIND_PORTS.includes(folderOf(file))) return [];
  const found: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (/^\s*(?:\*|\/\/|\/\*)/.test(line)) continue;
    for (const [words, port] of AROUND_PORTS) {
      const name = words.exec(line)?.[0];
      if (name) found.push(`${file}:${index + 1} uses ${name}: it goes through the port ${port}`);
    }
  }
  return found;
}

describe("the tree of lib/", () => {
  const files = sourcesOf(repository, "lib");

  it("imports run one way, and nothing knows Node-RED", () => {
    const wrong = files.flatMap((file) => importsOf(repository, file)).map(wrongIn);
    assert.deepEqual(wrong.filter(Boolean), []);
  });

  it("disk, time and chance are reached through the ports alone", () => {
    const wrong = files.flatMap((file) => aroundPorts(file, readFileSync(join(repository, file), "utf8")));
    assert.deepEqual(wrong, []);
  });

  it("every folder of lib/ has its place", () => {
    const folders = new Set(files.map(folderOf));
    assert.deepEqual(
      [...folders].filter((folder) => !FOLDERS.includes(folder)),
      [],
    );
  });

  it("tells an arrow back, Node-RED, and a way round the ports", () => {
    const wrong = (file: string, text: string) => importsIn(file, text).map(wrongIn).filter(Boolean);
    assert.match(String(wrong("lib/ledger/a.ts", 'import type { Claims } from "../boxes/claims.js";')), /arrow back/);
    assert.match(String(wrong("lib/errors.ts", 'const book = await import("./advice/index.js");')), /arrow back/);
    assert.match(String(wrong("lib/send/a.ts", 'import type { Node } from "node-red";')), /no Node-RED/);
    assert.match(String(wrong("lib/send/a.ts", 'import { openSync } from "node:fs";')), /port/);
    assert.match(String(wrong("lib/send/a.ts", 'import { x } from "../../nodes/runtime.js";')), /nothing outside/);
    assert.deepEqual(wrong("lib/boxes/a.ts", 'import { x } from "../ledger/index.js";'), []);
    assert.equal(aroundPorts("lib/boxes/a.ts", "const now = Date.now();\nsetTimeout(f, 1);").length, 2);
    assert.deepEqual(aroundPorts("lib/boxes/a.ts", " * Date.now is not used\nclock.after(1, f);"), []);
  });
});
