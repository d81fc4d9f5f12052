/**
 * What it costs to check a declaration of 20 items (15 to 17 KB), beside libxml2 alone:
 *
 *     npx tsx bench/preflight.ts [rounds]
 *
 * "libxml2" parses the bytes and validates them with our DEC.xsd, all in libxml2-wasm, and throws its findings away.
 * "ours" is the whole way that a document takes through the nodes: `inspect` (encoding, DOCTYPE, well-formed by libxml2,
 * tree with places, business, key), `SchemaStore.validate` and `preflightInTurns` with every rule, down to the finished findings.
 * Not in it: reading the file, the ledger, Node-RED's own message passing. Both take turns in each round, on bytes that
 * neither has seen; the ratio is the median of the rounds' ratios.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "../lib/business/inspect.js";
import type { Check } from "../lib/document.js";
import { SchemaStore } from "../lib/model/schema-store.js";
import { preflightInTurns } from "../lib/preflight/index.js";
import { DEMO_IDENTITY, decXml } from "../simulator/samples/index.js";
import { generateDocument } from "../test/support/generate-documents.js";

const ROUNDS = Number(process.argv[2] ?? 1_000);
const SCHEMAS = join(__dirname, "..", "schemas");

const KEY = { key: "C20240101000000001" };

/** What we check; `alone` is what libxml2 gets beside it where that cannot be the same: it knows no document without namespace. */
const DOCUMENTS: readonly { title: string; xml: Buffer; alone?: Buffer }[] = [
  { title: "as the schema has it", xml: decXml(KEY) },
  { title: "without namespace (libxml2: with it)", xml: decXml({ ...KEY, namespace: "none" }), alone: decXml(KEY) },
  { title: "a template: unused fields empty, fields out of order in every row", xml: template() },
];

function template(): Buffer {
  return generateDocument({ type: "DEC", rows: 20, unused: "self-closed", seed: 20 }).xml;
}

function quantile(values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * part)] as number;
}
const median = (values: readonly number[]) => quantile(values, 0.5);

interface Times {
  inspect: number;
  validate: number;
  rules: number;
  findings: readonly Check[];
}

async function ours(xml: Buffer, store: SchemaStore): Promise<Times> {
  const start = performance.now();
  const inspection = await inspect(xml, "a.xml");
  const inspected = performance.now();
  const checks = (await store.validate(inspection)) ?? [];
  const validated = performance.now();
  const { kind, root, body, zipped, attachments } = inspection;
  const { region: _region, ...identity } = DEMO_IDENTITY;
  const found = await preflightInTurns({
    ...{ kind, root, body, zipped, attachments, business: "DecCus001", fileName: "a.xml" },
    client: { environment: "test", ...identity },
  });
  const end = performance.now();
  return {
    inspect: inspected - start,
    validate: validated - inspected,
    rules: end - validated,
    findings: [...checks, ...found],
  };
}

async function main(): Promise<void> {
  const lib = await import("libxml2-wasm");
  const schema = lib.XmlDocument.fromBuffer(readFileSync(join(SCHEMAS, "DEC.xsd")));
  const validator = lib.XsdValidator.fromDoc(schema);
  const alone = (xml: Buffer): number => {
    const start = performance.now();
    const document = lib.XmlDocument.fromBuffer(xml);
    try {
      validator.validate(document);
    } catch {
      // What it says does not matter here, only how long it takes.
    }
    document.dispose();
    return performance.now() - start;
  };
  const store = new SchemaStore();
  for (const { title, xml, alone: other = xml } of DOCUMENTS) {
    const base: number[] = [];
    const steps: Times[] = [];
    // The first rounds warm up.
    for (let round = -Math.ceil(ROUNDS / 5); round < ROUNDS; round++) {
      // What was read once is remembered by its buffer: a copy is new.
      const copy = Buffer.from(xml);
      const first = round % 2 === 0 ? alone(other) : undefined;
      const times = await ours(copy, store);
      const libxml2 = first ?? alone(other);
      if (round < 0) continue;
      base.push(libxml2);
      steps.push(times);
    }
    const whole = steps.map((step) => step.inspect + step.validate + step.rules);
    const ratios = whole.map((time, round) => time / (base[round] as number));
    const ms = (values: readonly number[]) => `${median(values).toFixed(3)} ms`;
    const findings = steps[0]?.findings ?? [];
    const errors = findings.filter(({ severity }) => severity === "error").length;
    console.log(`\n${title}: ${xml.length} bytes, ${errors} errors, ${findings.length - errors} warnings`);
    console.log(`  libxml2 parse+validate  ${ms(base)}`);
    console.log(
      `  ours                    ${ms(whole)}  (inspect ${ms(steps.map((step) => step.inspect))}, ` +
        `validate ${ms(steps.map((step) => step.validate))}, rules ${ms(steps.map((step) => step.rules))})`,
    );
    console.log(
      `  ratio                   ${median(ratios).toFixed(2)}  (a quarter of the rounds below ${quantile(ratios, 0.25).toFixed(2)}, a quarter above ${quantile(ratios, 0.75).toFixed(2)})`,
    );
  }
  validator.dispose();
  schema.dispose();
  await store.close();
}

void main();
