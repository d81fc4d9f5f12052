import assert from "node:assert/strict";
import { join } from "node:path";
import { inspect } from "../../../lib/business/inspect.js";
import type { Check } from "../../../lib/document.js";
import { SchemaStore } from "../../../lib/xml/xsd.js";
import { decXml, invtXml, manifestXml } from "../../../simulator/samples/index.js";
import { mutateTree } from "../../fuzz/mutate.js";
import { generateDocument } from "../../support/generate-documents.js";
import { Random } from "../../support/random.js";

const store = new SchemaStore([join(__dirname, "..", "..", "..", "schemas")]);

/** A comment behind the root makes the document a large one, and changes nothing else. */
const PADDING = Buffer.from(`\n<!-- ${"x".repeat(40_000)} -->`);

const checks = async (xml: Buffer) => store.validate(await inspect(xml, "a.xml"));

/** Without libxml2's own words: they name the namespace, which a copy is given. */
const brief = (found: readonly Check[] | undefined) =>
  found
    ?.map(({ severity, path, line, column, text }) => {
      return `${severity} ${path} ${line}:${column} ${text.en.replace(/ \(libxml2: .*/s, "")}`;
    })
    .sort();

describe("a small document, looked at as it is, and a large one, looked at in copies in a thread", () => {
  after(() => store.close());
  const seed = Number(process.env.FC_SEED ?? Date.now() % 0x7fffffff);

  it(`get the same findings (FC_SEED=${seed})`, async function () {
    this.timeout(60_000);
    const random = new Random(seed);
    const bases = [
      decXml({ goods: 2 }),
      invtXml({ goods: 2 }),
      manifestXml({ goods: 1 }),
      generateDocument({ type: "DEC", rows: 2, namespace: "none", lineEnd: "" }).xml,
      generateDocument({ type: "INV101", rows: 2, namespace: "prefixed", unused: "absent" }).xml,
    ];
    const seen = { clean: 0, findings: 0 };
    for (let number = 0; number < 250; number++) {
      const base = random.pick(bases);
      const xml = number < bases.length ? (bases[number] as Buffer) : mutateTree(base, random);
      const small = await checks(xml).catch(() => "refused" as const);
      if (small === "refused" || xml.length > 30_000) continue;
      const large = await checks(Buffer.concat([xml, PADDING]));
      assert.deepEqual(brief(small), brief(large), `case ${number}: ${xml.toString()}`);
      if (small?.length === 0) seen.clean++;
      else seen.findings++;
    }
    assert.ok(seen.clean > 2 && seen.findings > 20, JSON.stringify(seen));
  });
});
