import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { adviceFor, BUILT_IN } from "../../../lib/advice/index.js";
import { BUSINESSES } from "../../../lib/business/index.js";
import { FORMATS } from "../../../lib/receipts/index.js";
import { scanXml } from "../../../lib/xml/scan.js";
import { SHAPES, WRAPPERS } from "../../../simulator/answers/shapes/index.js";
import { CASES } from "../advice/faq-cases.js";
import { SAMPLES } from "./samples/index.js";

export const PAGE = join(__dirname, "..", "..", "..", "docs", "receipts.md");

/** What a format is, for people. */
const TITLES: Readonly<Record<string, string>> = {
  DecImportResponse: "报关单导入回执",
  DEC_RESULT: "报关单业务回执 (DEC_RESULT, DEC_DATA)",
  TRN_RESULT: "转关单业务回执",
  CommonResponseMessage: "金关二期导入回执 (both spellings)",
  INV200: "核注清单子报文入库回执",
  INV201: "核注清单审核回执",
  INV202: "报关单生成回执",
  INV211: "核注清单记账回执",
  SAS200: "特殊监管区子报文入库回执",
  SAS221: "核放单审核回执",
  SAS223: "核放单过卡回执",
  SAS224: "核放单查验回执",
  SAS251: "两步申报核放单审核回执",
  SAS253: "两步申报核放单过卡回执",
  EMS200: "账册子报文入库回执",
  EMS201: "档案库审核回执",
  EMS211: "账册审核回执",
  EMS221: "报核回执",
  EML211: "手册审核回执",
  BWS201: "物流账册审核回执",
  CMB201: "耗料单审核回执",
  SAS201: "业务申报表审核回执",
  SAS211: "出入库单审核回执",
  SAS231: "车辆审核回执",
  EXP302: "报关单放行信息（公路）",
  EXP312: "公路舱单回执",
  HTRES4: "舱单回执",
  CEBnn2:
    "跨境电商回执 (CEB312, 412, 512, 514, 622, 624, 626, 712, 214, 216, 304, 404, 506, 508, 510, 604, 606, 608, 702)",
  CEB900Message: "跨境电商报文格式错误回执",
  CEB816Message: "电子税单及其状态 (CEB816, CEB818)",
  CEB792Message: "汇总结果单",
  DxpRep: "DXP 传输回执",
  Receipt: "原产地证回执",
  FileRet: "原产地证导入 / 附件回执",
  ImportAgrResponse: "代理委托导入回执",
  ACD002: "代理委托业务回执",
  HzApprovalResult: "修撤单回执",
  Root: "客户端本地失败回执",
};

/** How the simulator names what `receipt.format` calls otherwise. */
function formatOf(shape: string): string {
  if (shape === "CommonResponeMessage") return "CommonResponseMessage";
  if (shape === "Receipt, Channel 6") return "Receipt";
  if (shape === "CEB818Message") return "CEB816Message";
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
  const types = BUSINESSES.flatMap(({ kinds }) => kinds)
    .filter(({ receipts }) => [...receipts.import, ...receipts.business].some((name) => formatOf(name) === format))
    .map(({ type }) => type);
  return [...new Set(types)].join(", ") || "any";
}

function formatTable(): string[] {
  const fixtures = new Map<string, string[]>();
  for (const { name, xml } of SAMPLES) {
    const root = scanXml(Buffer.from(xml));
    const format = FORMATS.find((candidate) => candidate.matches(root))?.format ?? "";
    fixtures.set(format, [...(fixtures.get(format) ?? []), name]);
  }
  return FORMATS.map(({ format }) => {
    const shapes = SHAPES.filter((shape) => formatOf(shape.format) === format);
    const variants = shapes.flatMap((shape) => Object.keys(shape.variants));
    const codes = [...new Set(shapes.flatMap((shape) => shape.codes))].filter(Boolean);
    return row(
      `\`${format}\`<br>${TITLES[format] ?? ""}`,
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

This page is written by \`npx tsx test/lib/receipts/page.ts\` from the fixtures, the simulator's table and the advice as it is
given; \`test/lib/receipts/page.test.ts\` fails when it is out of date.

See it run: \`npx tsx bench/receipt-parade.ts [format]\` gives every receipt below, in every variant and with every code, through a
real RabbitMQ and a real Node-RED into InBox, and prints how each was matched, its file, and the advice in Chinese and English.
\`test/process/receipt-parade.test.ts\` checks the same run, with an ERP made for the official client reading the InBoxes.

## Formats

Fixtures are in \`test/lib/receipts/samples/\`; \`formats.test.ts\` reads each, \`reading.test.ts\` cuts each at every byte. The simulator's
variants and codes are in \`simulator/answers/shapes/\`, written by code of its own.

| format | answers | fixtures | variants in the parade | codes in the parade |
| --- | --- | --- | --- | --- |
${formatTable().join("\n")}

Around any of them: ${Object.keys(WRAPPERS)
    .map((name) => `\`${name}\``)
    .join(", ")}; a ZIP of several for several documents. What no format
fits is kept in \`Others/InBox\` with its reason and leaves on output 2: ${Object.keys(unknown?.variants ?? {}).join(", ")}.

## What is promised, and its test

| promise | test |
| --- | --- |
| encodings, wrappers, ZIPs; cut at every byte never a success; no byte lost | \`test/lib/receipts/reading.test.ts\` |
| leading zeros, 18 digits, \`12E5\`, blanks, entities, CDATA survive in every format | \`test/lib/receipts/values.test.ts\` |
| matching as the keys change, by name and time as a last resort and said so | \`test/lib/receipts/match.test.ts\` |
| 10,000 receipts in random order, redelivered, over two routes: all right | \`test/lib/receipts/random-order.test.ts\` |
| official names, \`.tmp\` then rename, nothing overwritten, JSON beside, early receipts | \`test/lib/boxes/receipts.test.ts\` |
| every code explained, both meanings where sources disagree | \`test/lib/advice/codes.test.ts\` |
| a user's own advice file adds and overrides | \`test/lib/advice/load.test.ts\` |
| stored before acknowledged, redelivery, poison | \`test/nodes/suites/receiving.ts\`, \`storing.ts\` |
| everything together, through RabbitMQ and Node-RED | \`test/process/receipt-parade.test.ts\` |

## FAQ item and the advice shown

\`receipt.advice\` and the sidebar show this, each viewer in his language:

| 中文 | English |
| --- | --- |
| ![侧边栏：常见问题 18、19、20 的处理建议](advice.zh-CN.png) | ![The sidebar: advice on FAQ 18, 19 and 20](advice.png) |

| FAQ | what the receipt says | 中文 | English |
| --- | --- | --- | --- |
${adviceTable().join("\n")}

## Codes on which sources disagree

The advice gives both; an advice file of your own decides.

| code | first | other sources |
| --- | --- | --- |
${disagreements().join("\n")}
`;
}

if (require.main === module) writeFileSync(PAGE, receiptsPage());
