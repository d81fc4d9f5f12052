import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { type Checked, verifyFolder } from "../../lib/audit/verify.js";
import { SYSTEM_DISK } from "../../lib/files/disk.js";
import { argumentsOf, type Command, type Language, wrong } from "../terminal.js";

const LIST = "  --json                             --lang zh|en";

/** Checks archives and the audit of decisions, years later and without the client that made them. */
export const audit: Command = {
  name: "audit",
  usage: {
    zh: `核验多年前的归档和审计记录。
npx @single-window/node-red-import-client audit verify 文件夹 [选项]
  核验文件夹及其下的归档（SW-archive_*.zip 或解开的）和审计记录（.audit）：文件摘要、决定链、签名与归档内的证书、
  各份审计是否一致。不需要台账，也不需要联网。有不符返回 1，没有可核验的返回 2。
${LIST}`,
    en: `Checks archives and the audit, years later too.
npx @single-window/node-red-import-client audit verify FOLDER [options]
  Checks the archives (SW-archive_*.zip, or unpacked) and the audit (.audit) in a folder and below: hashes, the chain of
  decisions, signatures with the certificates in the archive, and that all copies of the audit agree. Needs no ledger and
  no network. Exit code 1 when something does not hold, 2 when there is nothing to check.
${LIST}`,
  },
  async run(args, terminal) {
    const { values, positionals } = argumentsOf(args, { json: { type: "boolean" } });
    const [what, folder = "", ...more] = positionals;
    if (what !== "verify" || folder === "" || more.length > 0)
      throw wrong("用法：audit verify 文件夹", "it is called as: audit verify FOLDER");
    if (!existsSync(folder)) throw wrong(`没有文件夹 ${folder}`, `there is no folder ${folder}`);
    if (!statSync(folder).isDirectory())
      throw wrong(
        `${folder} 是文件；请给出它所在的文件夹，其中和以下的归档与审计记录都会核验`,
        `${folder} is a file: name the folder that it lies in, all archives and audits in it and below are checked`,
      );
    const checked = await verifyFolder(SYSTEM_DISK, resolve(folder));
    if (values.json) terminal.print(JSON.stringify(checked, null, 2));
    else for (const one of checked) terminal.print(textOf(one, terminal.language));
    if (checked.length === 0) {
      terminal.complain(
        terminal.language === "zh" ? "没有归档，也没有审计记录" : "there is neither an archive nor an audit",
      );
      return 2;
    }
    return checked.some(holdsNot) ? 1 : 0;
  },
};

const holdsNot = ({ findings }: Checked) => findings.some(({ severity }) => severity === "error");

function textOf(checked: Checked, language: Language): string {
  const zh = language === "zh";
  const { path, kind, findings, head, document, signatures = [], decisions } = checked;
  const bad = holdsNot(checked);
  const verdict = bad ? (zh ? "不符" : "BAD ") : zh ? "相符" : "ok  ";
  const lines = [`${verdict} ${path}`];
  if (document) lines.push(`  ${zh ? "单据" : "document"} ${document.id} ${document.fileName} ${document.state}`);
  for (const { where, algorithm, verdict: held, holder, certificateNumber, notAfter } of signatures) {
    const until = notAfter > 0 ? new Date(notAfter).toISOString().slice(0, 10) : "";
    lines.push(
      `  ${zh ? "签名" : "signature"} ${held}: ${[where, algorithm, holder, certificateNumber, until].filter(Boolean).join(", ")}`,
    );
  }
  if (document && signatures.length === 0) lines.push(zh ? "  没有签名" : "  no signature");
  for (const { number, at, what, how, who, via, reason } of kind === "archive" ? decisions : [])
    lines.push(
      `  ${number} ${at} ${[what, what === "export" ? "" : how, who, via].filter(Boolean).join(" ")} ${reason}`.trimEnd(),
    );
  if (head) lines.push(`  ${zh ? "审计末条" : "audit ends with"} ${head.number} ${head.hash}`);
  for (const { severity, text } of findings) lines.push(`  ${severity === "error" ? "!" : "?"} ${text[language]}`);
  // Names and reasons come from outside: no line, colour or direction of theirs.
  return lines.map((line) => line.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, " ")).join("\n");
}
