import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { encodeGbk } from "../../lib/archive/names.js";

/** Every file below a folder, links not followed: Node-RED's folder has one to this repository. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
  });
}

/** Their bytes; a file that is moved while it is looked for lies elsewhere by then, or has gone. */
function readBelow(folder: string): { path: string; bytes: Buffer }[] {
  return filesBelow(folder).flatMap((path) => {
    try {
      return [{ path, bytes: readFileSync(path) }];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  });
}

/** What a run has left behind. */
export interface Traces {
  /** Folder of everything that was written: boxes, logs, ledger, Node-RED's own files. */
  dir: string;
  /** Lines of Node-RED's output, the statuses of its nodes among them. */
  lines: readonly string[];
  /** Answers of the admin routes. */
  answers: readonly string[];
}

/**
 * Asserts that none of the secrets is in any of the traces (promises 4, 7). `witness`: texts that must be in a file and an answer, and
 * in a line, so that looking at nothing cannot pass.
 */
export function assertNowhere(
  secrets: readonly string[],
  { dir, lines, answers }: Traces,
  witness: { code: string; line: string },
): void {
  const files = readBelow(dir);
  const some = (texts: readonly string[], text: string) => texts.some((one) => one.includes(text));
  assert.ok(
    files.some(({ bytes }) => bytes.includes(witness.code)),
    "no file holds the witness",
  );
  assert.ok(some(answers, witness.code), "no answer holds the witness");
  assert.ok(some(lines, witness.line), "no line holds the witness");
  for (const secret of secrets) {
    // As it is, in UTF-16, and as base64 would carry it.
    const forms = [secret, Buffer.from(secret).toString("base64").replace(/=+$/, "")];
    const bytes = [...forms.map((form) => Buffer.from(form)), Buffer.from(secret, "utf16le")];
    const holding = files.filter((file) => bytes.some((form) => file.bytes.includes(form))).map(({ path }) => path);
    assert.deepEqual(holding, []);
    const leaked = [...lines, ...answers].filter((text) => forms.some((form) => text.includes(form)));
    assert.deepEqual(leaked, []);
  }
}

/** The folders of a business in which documents and receipts lie, for whoever the folder lets read. */
const BOX = /^[^./][^/]*\/(?:OutBox|TempBox|SentBox|FailBox|InBox)\//;

/** Whether every account of the machine may read a file: by its own mode and that of each folder above it, up to `top`. */
function readableByAll(path: string, top: string): boolean {
  if ((statSync(path).mode & 0o004) === 0) return false;
  for (let folder = dirname(path); folder.length > top.length; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
  }
  return true;
}

/**
 * Asserts that no file outside the boxes which everybody may read holds names or goods of documents, and that what lies
 * beside the ledger is its owner's alone. Asked while Node-RED runs: SQLite removes its files when it ends. `root`: where
 * the boxes are; `texts` must be in a box, so that looking for what nobody wrote cannot pass.
 */
export function assertPrivate(texts: readonly string[], { dir, root }: { dir: string; root: string }): void {
  const files = readBelow(dir);
  const inBox = (path: string) => path.startsWith(root) && BOX.test(relative(root, path));
  const outside = files.filter(({ path }) => !inBox(path) && readableByAll(path, dir));
  assert.ok(outside.length > 0, "everything is private: nothing can be distinguished");
  for (const text of texts) {
    const forms = [Buffer.from(text), Buffer.from(text, "utf16le"), encodeGbk(text)];
    const holds = ({ bytes }: { bytes: Buffer }) => forms.some((form) => bytes.includes(form));
    assert.ok(
      files.some((file) => inBox(file.path) && holds(file)),
      `no box holds ${text}`,
    );
    const open = outside.filter(holds).map(({ path }) => path);
    assert.deepEqual(open, [], `readable by all, and in it: ${text}`);
  }
  const ledger = files.filter(({ path }) => dirname(path) === join(root, ".ledger")).map(({ path }) => path);
  assert.ok(
    ledger.some((path) => path.endsWith("-wal")),
    "the ledger is not in use",
  );
  assert.deepEqual(
    ledger.filter((path) => (statSync(path).mode & 0o077) !== 0),
    [],
  );
}

/** Prints every status of a tab's nodes to Node-RED's output, so that they are among the lines. */
export function statusesToOutput(nodes: Record<string, unknown>[]): void {
  const tabs = nodes.filter(({ type }) => type === "tab").map(({ id }) => id);
  const at = { name: "", x: 100, y: 500 };
  for (const [index, z] of tabs.entries()) {
    const id = `statuses${index}`;
    nodes.push({ ...at, id, type: "status", z, scope: null, wires: [[`${id}out`]] });
    const out = {
      active: true,
      tosidebar: false,
      console: true,
      tostatus: false,
      complete: "true",
      targetType: "full",
    };
    nodes.push({ ...at, id: `${id}out`, type: "debug", z, ...out, wires: [] });
  }
}
