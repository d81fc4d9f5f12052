import type { Bilingual } from "../../errors.js";
import { timeStamp } from "../../files/names.js";
import type { Difference, DifferenceRow, ShadowReport, Theirs } from "./report.js";

const KIND: Record<Difference, Bilingual> = {
  "stopped-by-us": { zh: "本软件会拦下，而海关已接受", en: "ours would have stopped it, customs took it" },
  "waits-with-us": { zh: "本软件会等待设置", en: "ours would have waited for a setting" },
  "not-seen-by-us": {
    zh: "被退回或失败，本软件发送前看不出来",
    en: "refused or failed, and ours would not have seen why",
  },
  "stopped-unanswered": { zh: "本软件会拦下，尚无回执", en: "ours would have stopped it, no answer yet" },
  "caught-by-us": {
    zh: "被退回或失败，本软件发送前就会指出",
    en: "refused or failed, and ours would have said so before sending",
  },
};

const THEIRS: Record<Theirs, Bilingual> = {
  accepted: { zh: "已接受", en: "accepted" },
  rejected: { zh: "被退回", en: "refused" },
  failed: { zh: "发送失败（FailBox）", en: "failed (FailBox)" },
  sent: { zh: "已发送，尚无导入回执", en: "sent, no import receipt yet" },
  gone: { zh: "已离开 OutBox，去向未见", en: "left OutBox, not seen since" },
  waiting: { zh: "仍在 OutBox", en: "still in OutBox" },
};

const OURS: Record<string, Bilingual> = {
  sent: { zh: "发送", en: "sent" },
  refused: { zh: "拦下", en: "refused" },
  waits: { zh: "等待设置", en: "waits for a setting" },
  repeated: { zh: "视为重复", en: "taken for a repeat" },
};

const PACKED: Record<string, Bilingual> = {
  "as-is": { zh: "原样", en: "as it is" },
  zip: { zh: "压缩为 ZIP", en: "as a ZIP" },
  gathered: { zh: "与 PDF 合成 ZIP", en: "as a ZIP with its PDFs" },
  rewritten: { zh: "ZIP 头补全", en: "ZIP with completed headers" },
};

/** Rows that the text shows; the JSON has them all. */
const SHOWN = 200;

/** The report for a person, one text a language. */
export function reportText(report: ShadowReport): Bilingual {
  return { zh: inLanguage(report, "zh"), en: inLanguage(report, "en") };
}

function inLanguage(report: ShadowReport, language: keyof Bilingual): string {
  const say = (zh: string, en: string) => (language === "zh" ? zh : en);
  const { documents, ours, theirs, differences, receipts } = report;
  const stopped = differences["stopped-by-us"];
  const list = (counts: Record<string, number>, words: Record<string, Bilingual> = {}) =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .sort(([, one], [, other]) => other - one)
      .map(([name, count]) => `${words[name]?.[language] ?? name} ${count}`)
      .join(say("，", ", ")) || say("无", "none");
  const lines = [
    say(
      `${documents} 份单据，其中 ${stopped} 份海关已接受而本软件会拦下`,
      `${documents} documents, ${stopped} that we would have stopped although customs took them`,
    ),
    say(
      `时间 ${clock(report.from)} 至 ${clock(report.to)}（中国时间）`,
      `from ${clock(report.from)} to ${clock(report.to)} (China time)`,
    ),
    "",
    say(`官方客户端：${list(theirs, THEIRS)}`, `official client: ${list(theirs, THEIRS)}`),
    say(`本软件会：${list(ours, OURS)}`, `ours would have: ${list(ours, OURS)}`),
    say(`打包：${list(report.packed, PACKED)}`, `packed: ${list(report.packed, PACKED)}`),
    say(`签名方式：${list(report.profiles)}`, `signed as: ${list(report.profiles)}`),
    say(`报文类型：${list(report.messageTypes)}`, `message types: ${list(report.messageTypes)}`),
    say(`读取位置：${list(report.seenIn)}`, `read in: ${list(report.seenIn)}`),
    say(
      `回执 ${receipts.read} 份，对应到单据 ${receipts.matched}（${list(receipts.by)}），没有对应 ${receipts.unmatched}，无法识别的文件 ${receipts.unread}`,
      `receipts ${receipts.read}, matched ${receipts.matched} (${list(receipts.by)}), without a document ${receipts.unmatched}, files not recognised ${receipts.unread}`,
    ),
  ];
  for (const file of receipts.unreadFiles) lines.push(`  ${file}`);
  if (report.sentAsHandedIn + report.sentOtherwise > 0) {
    lines.push(
      say(
        `SentBox 中与放入时相同的文件 ${report.sentAsHandedIn}，不同的 ${report.sentOtherwise}`,
        `files in SentBox that are what was handed in ${report.sentAsHandedIn}, that are not ${report.sentOtherwise}`,
      ),
    );
  }
  lines.push("", say(`不同之处：${list(differences, KIND)}`, `differences: ${list(differences, KIND)}`));
  for (const row of report.rows.slice(0, SHOWN)) lines.push(...rowLines(row, language));
  if (report.rows.length > SHOWN) lines.push(say(`……其余见 report.json`, `… the others are in report.json`));
  lines.push(
    "",
    say(
      "未检查：卡（企业、卡号、密码、证书有效期）、消息服务器、签名本身。没有设置企业代码时，与企业有关的规则不检查。",
      "Not looked at: the card (company, number, PIN, validity), the broker, the signature itself. Rules about the company are not checked without its codes.",
    ),
    "",
  );
  return lines.join("\n");
}

function rowLines(
  { kind, folder, fileName, messageType, clientKey, ours, theirs }: DifferenceRow,
  language: keyof Bilingual,
): string[] {
  const said = [theirs.code, theirs.text].filter(Boolean).join(" ");
  const lines = [
    `- ${KIND[kind][language]}: ${folder}/${fileName} ${[messageType, clientKey].filter(Boolean).join(" ")}`,
    `    ${language === "zh" ? "官方" : "official"}: ${THEIRS[theirs.outcome][language]}${said ? ` (${said})` : ""}`,
    `    ${language === "zh" ? "本软件" : "ours"}: ${OURS[ours.outcome]?.[language]}${ours.code ? ` ${ours.code} ${ours.text[language].replaceAll("\n", "\n      ")}` : ""}`,
  ];
  if (ours.advice) lines.push(`    → ${ours.advice[language]}`);
  return lines;
}

/** `2026-11-27 21:05` in China time. */
function clock(at: number): string {
  const [, year, month, day, hour, minute] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)/.exec(timeStamp(at)) ?? [];
  return `${year}-${month}-${day} ${hour}:${minute}`;
}
