import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { ImportClientError } from "../../lib/errors.js";
import { releaseXmlThreads, runTask } from "../../lib/xml/run.js";
import { scanXml, type XmlElement } from "../../lib/xml/scan.js";
import { closureOf, readSchema, type SchemaFile } from "../../lib/xml/schema-files.js";
import type { SchemaSource } from "../../lib/xml/validate.js";

/** One schema or instance of the suite, and how its verdict is found: "agrees", or how it differs. */
export interface Verdict {
  name: string;
  find(): Promise<string>;
}

/** Who hears of each test. */
export interface Judge {
  take(verdict: Verdict): Promise<void>;
  leaveOut(why: string): void;
}

export function isTestSet(name: string): boolean {
  return /\.testSet$|Meta[\\/].*_w3c\.xml$/.test(name);
}

/** The smallest valid document: a schema is compiled when something is validated by it. */
const NOTHING = Buffer.from("<nothing/>");

/**
 * The tests of one `*.testSet` that are of XSD 1.0 and whose outcome the suite decides. Groups of several schema documents
 * are left out: which of them refers to which is for the processor to find out, and a client's schemas are files that
 * include each other.
 */
export async function runTestSet(suite: string, testSet: string, judge: Judge): Promise<void> {
  const base = dirname(testSet).replaceAll("\\", "/");
  const root = scanXml(readFileSync(join(suite, testSet)));
  for (const group of root.children.filter(({ name }) => name === "testGroup")) {
    const test = group.child("schemaTest");
    const documents = test?.children.filter(({ name }) => name === "schemaDocument") ?? [];
    const document = documents[0];
    if (only11(root) || only11(group) || (test && only11(test))) judge.leaveOut("group of XSD 1.1 alone");
    else if (!test || !document) judge.leaveOut("group without a schema");
    else if (documents.length > 1) judge.leaveOut("group of several schema documents");
    else await runGroup(suite, base, { group, test, document }, judge);
  }
}

async function runGroup(
  suite: string,
  base: string,
  { group, test, document }: { group: XmlElement; test: XmlElement; document: XmlElement },
  judge: Judge,
): Promise<void> {
  const expected = expectedOf(test);
  const main = posix.normalize(posix.join(base, hrefOf(document)));
  if (!expected) return judge.leaveOut("schema whose verdict the suite leaves open");
  if (!existsSync(join(suite, main))) return judge.leaveOut("schema that is not in the folder");
  let source: SchemaSource | undefined;
  await judge.take({
    name: main,
    find: async () => {
      const found = await compiled(suite, main);
      source = found.source;
      return compared("schema", expected, found.reason);
    },
  });
  for (const instance of group.children.filter(({ name }) => name === "instanceTest")) {
    if (!source || expected !== "valid") judge.leaveOut("instance of a schema that is not valid or was refused");
    else await judgeInstance(suite, base, instance, source, judge);
  }
}

async function judgeInstance(
  suite: string,
  base: string,
  instance: XmlElement,
  schema: SchemaSource,
  judge: Judge,
): Promise<void> {
  const expected = only11(instance) ? undefined : expectedOf(instance);
  const document = instance.child("instanceDocument");
  const path = document && posix.normalize(posix.join(base, hrefOf(document)));
  if (!expected || !path) return judge.leaveOut("instance of XSD 1.1, or whose verdict the suite leaves open");
  if (!existsSync(join(suite, path))) return judge.leaveOut("instance that is not in the folder");
  await judge.take({
    name: path,
    find: async () => {
      try {
        const bytes = readFileSync(join(suite, path));
        const checks = await runTask({ kind: "validate", bytes, schema, names: new Set() });
        return compared("instance", expected, checks.length > 0 ? "found invalid" : "");
      } catch (error) {
        return compared("instance", expected, refusal(error));
      }
    },
  });
}

/** The schema with all that it needs, or why it is refused. */
async function compiled(suite: string, main: string): Promise<{ source?: SchemaSource; reason: string }> {
  try {
    const files = new Map<string, SchemaFile>();
    const waiting = [main];
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (files.has(name) || !existsSync(join(suite, name))) continue;
      const file = readSchema(name, readFileSync(join(suite, name)));
      files.set(name, file);
      waiting.push(...file.needs);
    }
    const source = {
      key: main,
      main,
      files: closureOf(files.get(main) as SchemaFile, [...files.values()]),
    };
    await runTask({ kind: "validate", bytes: NOTHING, schema: source, names: new Set() });
    return { source, reason: "" };
  } catch (error) {
    return { reason: refusal(error) };
  }
}

function compared(what: string, expected: string, reason: string): string {
  if ((reason === "") === (expected === "valid")) return `${what}s: agrees (${expected})`;
  return `${what}s: ${expected} by the suite, but ${reason || "accepted"}`;
}

function refusal(error: unknown): string {
  if (!(error instanceof ImportClientError) || error.details?.reason === "thread") {
    releaseXmlThreads();
    throw error;
  }
  const text = error.text.en;
  if (/DOCTYPE/.test(text)) return "refused for its DOCTYPE";
  if (/outside its folder/.test(text)) return "refused for a reference out of its folder or to the network";
  if (/is not there/.test(text)) return "refused for a file that is not there";
  if (/cannot be used/.test(text)) return "refused by libxml2's schema compiler";
  return "refused as not well-formed, or in an encoding that is not read";
}

function hrefOf(element: XmlElement): string {
  return element.attributes.get("xlink:href") ?? "";
}

function only11(element: XmlElement): boolean {
  const version = element.attributes.get("version");
  return version !== undefined && !/\b1\.0\b/.test(version);
}

function expectedOf(test: XmlElement): "valid" | "invalid" | undefined {
  for (const expected of test.children.filter(({ name }) => name === "expected")) {
    const validity = expected.attributes.get("validity");
    if (!only11(expected) && (validity === "valid" || validity === "invalid")) return validity;
  }
  return undefined;
}
