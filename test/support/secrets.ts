import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Every file below a folder, links not followed: Node-RED's folder has one to this repository. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
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
  const files = filesBelow(dir).map((path) => ({ path, bytes: readFileSync(path) }));
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
    const told = [...lines, ...answers].filter((text) => forms.some((form) => text.includes(form)));
    assert.deepEqual(told, []);
  }
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
