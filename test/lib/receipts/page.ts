import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { adviceFor, BUILT_IN } from "../../../lib/advice/index.js";
import { FORMATS } from "../../../lib/receipts/index.js";
import { answersOf } from "../../../lib/receipts/record.js";
import { scanXml } from "../../../lib/xml/scan.js";
import { SHAPES, WRAPPERS } from "../../../simulator/answers/shapes/index.js";
import { CASES } from "../advice/faq-cases.js";
import { SAMPLES } from "./samples/index.js";

export const PAGE = join(__dirname, "..", "..", "..", "docs", "receipts.md");

/** How the simulator names what `receipt.format` calls otherwise. */
function formatOf(shape: string): string {
  if (shape === "CommonResponeMessage") return "CommonResponseMessage";
  if (shape === "Receipt, Channel 6") return "Receipt";
  if (shape === "CEB818Message") return "CEB816Message";
  if (shape === "MT9999") return "HTRES4";
  if (shape === "BHL251") return "Package";
  return /^CEB(?!900|816|792)\d{3}Message$/.test(shape) ? "CEBnn2" : shape;
}

const cell = (text: string) =>
  text
    .replace(/\s*\n\s*/g, " ")
    .replaceAll("|", "\\|")
    .replaceAll("<", "&lt;");
const listed = (texts: readonly string[]) => [...new Set(texts)].map(cell).join("<br>");
const row = (...cells: readonly string[]) => `| ${cells.join(" | ")} |`;

function answered(format: string): string {
  // The cross-border family is named one by one where it is answered.
  const names =
    format === "CEBnn2" ? SHAPES.map((shape) => shape.format).filter((name) => formatOf(name) === format) : [format];
  return [...new Set(names.flatMap(answersOf))].join(", ") || "any";
}

function formatTable(): string[] {
  const fixtures = new Map<string, string[]>();
  for (const { name, xml } of SAMPLES) {
    const root = scanXml(Buffer.from(xml));
    const format = FORMATS.find((candidate) => candidate.matches(root))?.format ?? "";
    fixtures.set(format, [...(fixtures.get(format) ?? []), name]);
  }
  return FORMATS.map(({ format, title }) => {
    const shapes = SHAPES.filter((shape) => formatOf(shape.format) === format);
    const variants = shapes.flatMap((shape) => Object.keys(shape.variants));
    const codes = [...new Set(shapes.flatMap((shape) => shape.codes))].filter(Boolean);
    return row(
      `\`${format}\`<br>${title.zh}<br>${title.en}`,
      answered(format),
      listed(fixtures.get(format) ?? []),
      variants.length > 0 ? listed(variants) : "fixtures only",
      codes.map((code) => `\`${code}\``).join(" "),
    );
  });
}

function adviceTable(): string[] {
  return CASES.map(({ item, query }) => {
    const advice = adviceFor(query);
    return row(item, cell(query.text), cell(advice?.zh ?? ""), cell(advice?.en ?? ""));
  });
}

/** Every receipt that is read, by its own name: the cross-border ones that one format reads are named one by one. */
export function receiptNames(): string[] {
  const family = SHAPES.map(({ format }) => format).filter((name) => name.startsWith("CEB"));
  return [
    ...new Set([...FORMATS.map(({ format }) => format).filter((name) => name !== "CEBnn2"), ...family, "MT9999"]),
  ];
}

/** Every code list, as it is shown: what is not in it is unknown. */
function codeTable(): string[] {
  const lists = new Set(BUILT_IN.tables.map(({ list }) => list));
  return [...lists].flatMap((list) =>
    BUILT_IN.tables
      .filter((table) => table.list === list && table.entries.length > 0)
      .map(({ formats, family, entries }) => {
        const codes = entries.map(({ code, outcome, meaning }) => {
          const mark = outcome === "good" ? "" : ` (${outcome})`;
          return `\`${code}\` ${meaning.zh} · ${meaning.en}${mark}`;
        });
        const whose = formats.length > 0 ? formats.map((format) => `\`${format}\``).join(" ") : "";
        const others = family ? `\`${family.source}\` that has no list of its own` : "";
        return row(list, cell([whose, others].filter(Boolean).join(", ") || "any"), listed(codes));
      }),
  );
}

function disagreements(): string[] {
  return BUILT_IN.tables.flatMap(({ list, entries }) =>
    entries
      .filter(({ otherwise }) => otherwise)
      .map(({ code, meaning, otherwise }) =>
        row(`${list} \`${code}\``, `${meaning.zh} / ${meaning.en}`, `${otherwise?.zh} / ${otherwise?.en}`),
      ),
  );
}

/** `docs/receipts.md`, made of the fixtures, the simulator's table and the advice as it is given. */
export function receiptsPage(): string {
  const unknown = SHAPES.find(({ format }) => format === "unknown");
  return `# Receipts: formats, variants, tests, advice

See it run: \`npx tsx bench/receipt-parade.ts [format]\` gives every receipt below, in every variant and with every code, through a
real RabbitMQ and a real Node-RED into InBox, and prints how each was matched, its file, and the advice in Chinese and English.
\`test/process/receipt-parade.test.ts\` checks the same run, with an ERP made for the official client reading the InBoxes.

## Formats

Fixtures are in \`test/lib/receipts/samples/\`; \`formats.test.ts\` reads each, \`reading.test.ts\` cuts each at every byte. The simulator's
variants and codes are in \`simulator/answers/shapes/\`, written by code of its own. ${receiptNames().length} receipts are known by name, those that
\`CEBnn2\` stands for among them; any other of the \`Package\` envelope and of the manifests is read by what its family has in common.

| format | answers | fixtures | variants in the parade | codes in the parade |
| --- | --- | --- | --- | --- |
${formatTable().join("\n")}

Around any of them: ${Object.keys(WRAPPERS)
    .map((name) => `\`${name}\``)
    .join(", ")}; a ZIP of several for several documents. What no format
fits is kept in \`Others/InBox\` with its reason and leaves on output 2: ${Object.keys(unknown?.variants ?? {}).join(", ")}.

## Code lists

A code that stands in none of them says nothing of success: the receipt's \`outcome\` is \`unknown\`, it is shown as what it
is, and no document changes its state for it. What is not marked is good. \`test/lib/advice/codes.test.ts\` compares the lists
with \`formats/codes.csv\` and with what the simulator gives.

| list | receipts, or a field of theirs | codes |
| --- | --- | --- |
${codeTable().join("\n")}

## What is promised, and its test

| promise | test |
| --- | --- |
| encodings, wrappers, ZIPs; cut at every byte never a success; no byte lost | \`test/lib/receipts/reading.test.ts\` |
| leading zeros, 18 digits, \`12E5\`, blanks, entities, CDATA survive in every format | \`test/lib/receipts/values.test.ts\` |
| matching as the keys change, by name and time as a last resort and said so | \`test/lib/intake/match.test.ts\` |
| 10,000 receipts in random order, redelivered, over two routes: all right | \`test/lib/intake/random-order.test.ts\` |
| official names, \`.tmp\` then rename, nothing overwritten, JSON beside, early receipts | \`test/lib/intake/store.test.ts\` |
| every table in \`formats/\` that is a receipt's is read, with any optional element left out | \`test/lib/receipts/tables.test.ts\` |
| a code that no table has is no success and no failure | \`test/lib/receipts/unknown-codes.test.ts\` |
| every code explained, both meanings where sources disagree | \`test/lib/advice/codes.test.ts\` |
| a user's own advice file adds and overrides | \`test/lib/advice/load.test.ts\` |
| stored before acknowledged, redelivery, poison | \`test/nodes/suites/receiving.ts\`, \`storing.ts\` |
| everything together, through RabbitMQ and Node-RED | \`test/process/receipt-parade.test.ts\` |

## FAQ item and the advice shown

\`receipt.advice\` and the sidebar show this, each viewer in his language:

| 中文 | English |
| --- | --- |
| ![侧栏：常见问题 18、19、20 的处理建议](advice.zh-CN.png) | ![The sidebar: advice on FAQ 18, 19 and 20](advice.png) |

| FAQ | what the receipt says | 中文 | English |
| --- | --- | --- | --- |
${adviceTable().join("\n")}

## Codes on which sources disagree

The advice gives both; an advice file of your own decides.

| code | first | other sources |
| --- | --- | --- |
${disagreements().join("\n")}

---

This page is written by \`npx tsx test/lib/receipts/page.ts\` from the fixtures, the simulator's table and the advice as it is
given; \`test/lib/receipts/page.test.ts\` fails when it is out of date.
`;
}

if (require.main === module) writeFileSync(PAGE, receiptsPage());
