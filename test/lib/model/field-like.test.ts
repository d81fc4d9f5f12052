import assert from "node:assert/strict";
import { inspect } from "../../../lib/business/inspect.js";
import { type Model, modelOf } from "../../../lib/model/model.js";
import { SchemaStore } from "../../../lib/model/schema-store.js";
import { preflight } from "../../../lib/preflight/index.js";
import { DEMO_IDENTITY } from "../../../simulator/samples/index.js";
import { fieldLike } from "../../support/field-like.js";
import { generateDocument } from "../../support/generate-documents.js";
import type { GenerateOptions } from "../../support/generated/options.js";
import { Random } from "../../support/random.js";

const TYPES: readonly GenerateOptions["type"][] = ["DEC", "INV101", "SAS121", "ICP101", "MT1401", "MT2401", "MT2101"];

/** Options of a good document that nobody has asked anything special of. */
function options(random: Random): GenerateOptions {
  return {
    type: random.pick(TYPES),
    seed: random.between(0, 0x7fffffff),
    rows: random.between(1, 4),
    namespace: random.pick(["default", "prefixed", "none"] as const),
    wrapped: random.between(0, 3) === 0,
    encoding: random.pick(["utf-8", "utf-8-bom"] as const),
    unused: random.pick(["absent", "self-closed", "open-close"] as const),
    cdata: random.between(0, 1) === 0,
    modification: false,
    tailFirst: random.between(0, 1) === 0,
    lineEnd: random.pick(["\n", "\r\n", ""] as const),
    pdfs: 0,
  };
}

describe("a document of which nobody has said that it is wrong", () => {
  const seed = Number(process.env.FC_SEED ?? Date.now() % 0x7fffffff);
  const rounds = Number(process.env.SW_ROUNDS ?? 700);
  const store = new SchemaStore();
  after(() => store.close());

  it(`is not refused, in ${rounds} of them (FC_SEED=${seed}, SW_ROUNDS)`, async function () {
    this.timeout(rounds * 20 + 20_000);
    let warned = 0;
    for (let round = 0; round < rounds; round++) {
      const random = new Random(seed + round);
      const made = generateDocument(options(random), DEMO_IDENTITY);
      const xml = fieldLike(made.xml, modelOf(made.type) as Model, random, 12);
      const inspection = await inspect(xml, made.xmlName);
      const { kind, root, body, zipped, attachments } = inspection;
      const checks = (await store.validate(inspection)) ?? [];
      const found = preflight({
        ...{ kind, root, body, zipped, attachments, business: made.business, fileName: made.xmlName },
        client: { environment: "test", ...DEMO_IDENTITY },
      });
      const all = [...checks, ...found];
      assert.deepEqual(
        all.filter(({ severity }) => severity === "error").map(({ rule, path, text }) => `${rule} ${path} ${text.en}`),
        [],
        `round ${round}, ${made.type}: ${xml.toString()}`,
      );
      if (all.length > 0) warned++;
    }
    assert.ok(warned > rounds / 2, String(warned));
  });
});
