/**
 * What preflight costs beside libxml2's own parsing of the same bytes: a declaration of 20 items, medians of one run.
 *
 *     npx tsx bench/preflight.ts [rounds]
 *
 * With a DEC schema in ./schemas, libxml2's parse+validate is measured too and is what the whole is compared with.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { kindOf } from "../lib/business/index.js";
import { preflight } from "../lib/preflight/index.js";
import { scanXml } from "../lib/xml/scan.js";
import { assertWellFormed } from "../lib/xml/wellformed.js";
import { DEMO_IDENTITY, generateDocument } from "../test/support/generate-documents.js";

const ROUNDS = Number(process.argv[2] ?? 500);

function median(times: number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

function schemaFile(): string | undefined {
  const folder = join(__dirname, "..", "schemas");
  if (!existsSync(folder)) return undefined;
  const name = readdirSync(folder).find((file) => /^dec.*\.xsd$/i.test(file));
  return name === undefined ? undefined : join(folder, name);
}

async function main(): Promise<void> {
  const lib = await import("libxml2-wasm");
  const xml = generateDocument({ type: "DEC", rows: 20, unused: "absent", seed: 20 }).xml;
  const templates = generateDocument({ type: "DEC", rows: 20, unused: "self-closed", seed: 20 }).xml;
  const file = schemaFile();
  let validator: { validate(document: InstanceType<typeof lib.XmlDocument>): void; dispose(): void } | undefined;
  if (file !== undefined) {
    const schema = lib.XmlDocument.fromBuffer(readFileSync(file));
    validator = lib.XsdValidator.fromDoc(schema);
    schema.dispose();
  }

  const client = {
    environment: "test" as const,
    clientId: DEMO_IDENTITY.clientId,
    orgCode: DEMO_IDENTITY.orgCode,
    customsCode: DEMO_IDENTITY.customsCode,
  };
  const rules = (bytes: Buffer, root = scanXml(bytes)) => {
    const kind = kindOf(root)?.kind;
    const body = kind?.body(root) ?? root;
    return preflight({
      kind,
      root,
      body,
      business: "DecCus001",
      fileName: "a.xml",
      zipped: false,
      attachments: [],
      client,
    });
  };

  for (const [title, bytes] of [
    ["unused fields left out", xml],
    ["template with empty fields", templates],
  ] as const) {
    const steps: Record<string, (() => unknown)[]> = {
      "libxml2 parse": [() => lib.XmlDocument.fromBuffer(bytes).dispose()],
      ...(validator && {
        "libxml2 parse+validate": [
          () => {
            const document = lib.XmlDocument.fromBuffer(bytes);
            try {
              validator?.validate(document);
            } catch {
              // What it says does not matter here, only how long it takes.
            }
            document.dispose();
          },
        ],
      }),
      "well-formedness (ours)": [() => assertWellFormed(bytes)],
      "scan to a tree": [() => scanXml(bytes)],
      "rules alone": [],
      "well-formedness + scan + rules": [
        async () => {
          await assertWellFormed(bytes);
          rules(bytes);
        },
      ],
    };
    const times = new Map<string, number[]>();
    // In turns, so that whatever else the machine does falls on all of them alike; the first tenth warms up.
    for (let round = -ROUNDS / 10; round < ROUNDS; round++) {
      for (const [name, [step]] of Object.entries(steps)) {
        const root = step ? undefined : scanXml(bytes);
        const start = performance.now();
        const result = step ? step() : rules(bytes, root);
        if (result instanceof Promise) await result;
        const took = performance.now() - start;
        if (round < 0) continue;
        const list = times.get(name);
        if (list) list.push(took);
        else times.set(name, [took]);
      }
    }
    const base = median(times.get("libxml2 parse") ?? []);
    console.log(`\n${title}: ${bytes.length} bytes, ${[...scanXml(bytes).walk()].length} elements, ${ROUNDS} rounds`);
    for (const [name, list] of times) {
      const value = median(list);
      console.log(`  ${name.padEnd(32)} ${value.toFixed(3)} ms  ${(value / base).toFixed(2)} x libxml2 parse`);
    }
    const validated = times.get("libxml2 parse+validate");
    if (validated) {
      const whole =
        median(validated) + median(times.get("scan to a tree") ?? []) + median(times.get("rules alone") ?? []);
      console.log(`  validation + preflight: ${(whole / median(validated)).toFixed(2)} x libxml2 parse+validate`);
    } else console.log("  no DEC schema in ./schemas: validation not measured");
  }
  validator?.dispose();
}

void main();
