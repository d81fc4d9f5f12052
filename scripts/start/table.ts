import type { Followed } from "./follow.js";
import { isAsExpected } from "./follow.js";

/** Characters that a terminal gives two columns (East Asian wide and full-width forms, emoji). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}]|[\u{20000}-\u{3fffd}]/u;

/** Columns that a text takes in a terminal. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mn}|\p{Cf}|\p{Cc}/u.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

function padText(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}

/** Rows of equal length as a table with aligned columns; the first row is the heading. */
export function layTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => textWidth(row[column] ?? ""))));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => padText(cell, widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const [heading = [], ...rest] = rows;
  return [line(heading), widths.map((width) => "-".repeat(width)).join("  "), ...rest.map(line)].join("\n");
}

/** Text of a document can come from outside (a receipt): no control characters to the terminal. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, " ").trim();
}

/** `claimed > sending > sent > accepted, SentBox`. */
function wayOf({ document, events }: Followed): string {
  if (document === undefined) return "not seen / 未被领取";
  const states = ["claimed", "sending", "unknown", "held", "sent", "accepted", "rejected", "failed"];
  const way = events
    .map(({ event }) => event)
    .filter((event, index, all) => states.includes(event) && all[index - 1] !== event);
  if (way.at(-1) !== document.state) way.push(document.state);
  return `${way.join(" > ")} | ${document.box}`;
}

/** `Successed L G P R`. */
export function receiptsOf({ receipts }: Followed): string {
  return [...receipts]
    .sort((one, other) => one.id - other.id)
    .map(({ kind, ok, statusCode, code, format }) => {
      if (kind === "import") return ok ? "Successed" : `Failed(${code})`;
      if (kind === "local") return `Failed(${code})`;
      return plain(statusCode || code || format);
    })
    .join(" ");
}

/** The table of the demo, and under it, for each refused sample, its code and the advice in both languages. */
export function sampleTable(all: readonly Followed[]): string {
  const rows = all.map((followed, index) => {
    const { sample, document } = followed;
    return [
      String(index + 1),
      `${sample.folder}/${sample.fileName}`,
      wayOf(followed),
      receiptsOf(followed) || "-",
      document?.statusText ? plain(document.statusText) : plain(document?.code ?? ""),
      isAsExpected(followed) ? "ok" : "UNEXPECTED",
    ];
  });
  const table = layTable([["#", "样例 sample", "经过 way | box", "回执 receipts", "结果 result", ""], ...rows]);
  const titles = all.map(({ sample }, index) => `${index + 1}  ${sample.title.zh} / ${sample.title.en}`);
  return [table, "", ...titles, ...all.flatMap(refusal)].join("\n");
}

function refusal(followed: Followed, index: number): string[] {
  const { document, receipts } = followed;
  if (document === undefined || (document.state !== "failed" && document.state !== "rejected")) return [];
  const receipt = receipts.findLast(({ ok }) => !ok);
  const lines = ["", `${index + 1}  ${document.code}: ${plain(receipt?.text || document.text)}`];
  if (receipt?.advice) lines.push(`   zh  ${plain(receipt.advice.zh)}`, `   en  ${plain(receipt.advice.en)}`);
  return lines;
}
