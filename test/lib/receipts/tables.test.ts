import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { type ParsedReceipt, readReceipts } from "../../../lib/receipts/index.js";

/**
 * A receipt built from each table of `formats/`, which was written without looking at the code that reads it. The code may
 * not need what a table has as optional, and has to find the numbers where the table has them.
 */

interface Leaf {
  path: string;
  text: string;
}

interface Table {
  name: string;
  type: string;
  leaves: readonly Leaf[];
}

const FORMATS = join(__dirname, "..", "..", "..", "formats");
const RESULT = /\/(?:manageResult|OpResult|RtnFlag)$/;
const RECEIPT = /^(?:[A-Z]{3}[23]\d\d|(?:INV|EMS|EML|BHL)141|EXP(?:302|304|306|308|310|311|312))$/;
const SENT = new Set(["EXP301", "EXP307"]);

/** A text that the field could hold, another one for each number. */
function textOf(type: string, path: string, index: number): string {
  const name = path.split("/").at(-1) ?? "";
  if (RESULT.test(path))
    return type.startsWith("EXP") ? (type === "EXP312" ? "NY" : "Y") : type.endsWith("200") ? "1" : "Y";
  if (name === "message_type") return type;
  if (/preent_?no|PreEntryId/i.test(name)) return String(202400000000000000n + BigInt(index));
  if (/date|time/i.test(name)) return "2024-02-03 04:05:06";
  if (/typecd|markcd|stucd|resutType|pocket/i.test(name)) return "1";
  return `${name}-${index}`;
}

function tableOf(file: string): Table | undefined {
  const name =
    file
      .split("/")
      .at(-1)
      ?.replace(/\.csv$/, "") ?? "";
  if (!RECEIPT.test(name) || SENT.has(name)) return undefined;
  const rows = parse(readFileSync(join(FORMATS, file)), { bom: true, columns: true }) as { path: string }[];
  const paths = rows.map(({ path }) => path);
  const parents = new Set(paths.map((path) => path.slice(0, path.lastIndexOf("/"))));
  const leaves = [...new Set(paths)].filter((path) => !parents.has(path) && !path.includes("@"));
  return { name, type: name, leaves: leaves.map((path, index) => ({ path, text: textOf(name, path, index) })) };
}

const TABLES = ["customs-side", "express"]
  .flatMap((folder) => readdirSync(join(FORMATS, folder)).map((file) => tableOf(`${folder}/${file}`)))
  .filter((table) => table !== undefined);

/** The elements of the leaves, in the order of the table. */
function written(leaves: readonly Leaf[]): string {
  let xml = "";
  let open: string[] = [];
  for (const { path, text } of leaves) {
    const steps = path.split("/");
    const leaf = steps.pop() as string;
    let common = 0;
    while (common < open.length && open[common] === steps[common]) common++;
    for (const step of open.slice(common).reverse()) xml += `</${step}>`;
    for (const step of steps.slice(common)) xml += `<${step}>`;
    open = steps;
    xml += `<${leaf}>${text}</${leaf}>`;
  }
  for (const step of open.reverse()) xml += `</${step}>`;
  return xml;
}

async function read(leaves: readonly Leaf[]): Promise<ParsedReceipt[]> {
  const { parts } = await readReceipts(Buffer.from(written(leaves)));
  assert.ok(parts[0]?.recognised, `${parts[0]?.reason?.text.en}`);
  return parts[0].receipts;
}

describe("receipts by their tables", () => {
  it("has a table for every receipt type that is known", () => {
    assert.ok(TABLES.length >= 40, `${TABLES.length}`);
  });

  for (const { name, leaves } of TABLES) {
    const resultless = !leaves.some(({ path }) => RESULT.test(path));
    const texts = new Set(leaves.map(({ text }) => text));
    const typed = name === "EML141" ? "EMS141" : name;

    it(`reads ${name} with its result and numbers`, async () => {
      const receipts = await read(leaves);
      for (const receipt of receipts) {
        assert.equal(receipt.format, typed);
        assert.equal(receipt.kind, "business");
        // CMB201 is an approval whose table has no approval in it.
        const outcome = name === "CMB201" ? "unknown" : "good";
        assert.equal(receipt.outcome, outcome, `${receipt.statusText} ${receipt.code}`);
        assert.equal(receipt.statusCode === "", resultless);
        for (const number of [receipt.clientKey, receipt.seqNo, receipt.customsNo, receipt.part]) {
          assert.ok(number === "" || texts.has(number), `${number} stands nowhere in it`);
        }
        // An agreement of 快件 is known by its parties alone.
        const keys = [receipt.seqNo, receipt.clientKey, receipt.customsNo].filter(Boolean);
        assert.ok(keys.length > 0 || name === "EXP308", "no number to match by");
      }
    });

    it(`reads ${name} with anything left out that is not what makes it that type, and guesses nothing`, async () => {
      const body = (path: string) => new RegExp(`(?:^|/)${typed}(?:/|$)`).test(path);
      await fc.assert(
        fc.asyncProperty(
          fc.infiniteStream(fc.integer({ min: 0, max: 99 })),
          fc.integer({ min: 5, max: 95 }),
          async (dice, share) => {
            const kept = leaves.filter(() => (dice.next().value as number) < share);
            fc.pre(kept.some(({ path }) => body(path)));
            const result = kept.some(({ path }) => RESULT.test(path));
            for (const receipt of await read(kept)) {
              assert.equal(receipt.format, typed);
              if (!resultless && !result) assert.equal(receipt.outcome, "unknown");
              for (const number of [receipt.clientKey, receipt.seqNo, receipt.customsNo]) {
                assert.ok(number === "" || texts.has(number), `${number} stands nowhere in it`);
              }
            }
          },
        ),
        { numRuns: 25 },
      );
    });
  }
});
