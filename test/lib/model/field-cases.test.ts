import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "../../../lib/business/inspect.js";
import type { Check } from "../../../lib/document.js";
import { SchemaStore } from "../../../lib/model/schema-store.js";
import { preflight } from "../../../lib/preflight/index.js";
import { DEMO_IDENTITY } from "../../../simulator/samples/index.js";

const CASES = join(__dirname, "..", "..", "fixtures", "field-cases");

/** What is refused all the same, and why it may be. Everything else in these documents is warned of at most. */
const REFUSED: Readonly<Record<string, readonly RegExp[]>> = {
  // Empty whole numbers: `For input string: ""` (faq 14).
  "09-dec-empty-optionals": [/ContrItem/, /ExgVersion/],
};

/** Documents as real producers write them, with made-up content: none is stopped without evidence. */
describe("documents as producers write them", () => {
  const store = new SchemaStore();
  after(() => store.close());

  async function checksOf(name: string): Promise<Check[]> {
    const { file, folder } = JSON.parse(readFileSync(join(CASES, name, "case.json"), "utf8"));
    const inspection = await inspect(readFileSync(join(CASES, name, file)), file);
    const { kind, root, body, zipped, attachments, xmlName } = inspection;
    const found = preflight({
      ...{ kind, root, body, zipped, attachments, business: folder, fileName: file, entry: xmlName },
      client: { environment: "test", ...DEMO_IDENTITY },
    });
    return [...((await store.validate(inspection)) ?? []), ...found];
  }

  for (const name of readdirSync(CASES).sort()) {
    it(name, async () => {
      const errors = (await checksOf(name)).filter(({ severity }) => severity === "error");
      const may = REFUSED[name] ?? [];
      assert.deepEqual(
        errors
          .map(({ rule, path, line, text }) => `${rule} ${path}:${line} ${text.en}`)
          .filter((error) => !may.some((pattern) => pattern.test(error))),
        [],
      );
      for (const pattern of may)
        assert.ok(
          errors.some(({ path }) => pattern.test(path)),
          String(pattern),
        );
    });
  }
});
