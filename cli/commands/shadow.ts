import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { readFolderSettings } from "../../lib/business/folder-settings.js";
import { Files } from "../../lib/files/files.js";
import { makePath } from "../../lib/make-path.js";
import { readOfficialSettings } from "../../lib/migrate/official-settings.js";
import { mapped } from "../../lib/migrate/places.js";
import { reportText } from "../../lib/migrate/shadow/report-text.js";
import { Shadow, type ShadowFolder } from "../../lib/migrate/shadow/shadow.js";
import { PROFILE_NAMES } from "../../lib/signing/profiles/index.js";
import { toldFault } from "../../lib/system-fault.js";
import { mappingsOf } from "../mappings.js";
import { argumentsOf, type Command, type Terminal, wrong } from "../terminal.js";

const OPTIONS = {
  out: { type: "string" },
  settings: { type: "string" },
  map: { type: "string", multiple: true },
  once: { type: "boolean" },
  for: { type: "string" },
  since: { type: "string" },
  interval: { type: "string" },
  environment: { type: "string" },
  "client-id": { type: "string" },
  "org-code": { type: "string" },
  "customs-code": { type: "string" },
  region: { type: "string" },
  "sys-ids": { type: "string" },
  folders: { type: "string" },
  schemas: { type: "string" },
} as const;

const LIST = `  --out FOLDER                       ledger.db, report.json, report.zh.txt, report.en.txt
  --settings DFWJobSettings.xml      --map 'C:\\ImpPath=/mnt/imp'
  --once | --for HOURS               --since yyyy-MM-dd          --interval MILLISECONDS
  --environment test|production --client-id ID --org-code CODE --customs-code CODE --region CODE --sys-ids LIST
  --folders JSON                     --schemas FOLDER            --lang zh|en`;

/** Milliseconds between two reports while it looks on. */
const REPORT_EVERY = 60_000;

/** Beside the official client: looks at its boxes, says what ours would have done. */
export const shadow: Command = {
  name: "shadow",
  usage: {
    zh: `与正在运行的官方客户端并行，只看不动。
npx @single-window/node-red-import-client shadow 根目录 --out 文件夹 [选项]
  不改名、不用卡、不连服务器，不在根目录下写任何东西。
  根目录下已有的 SentBox、FailBox、InBox 也一并评判；--once 只看一遍。按 Ctrl-C 结束，报告在 --out 文件夹中。
${LIST}`,
    en: `Looks on beside the running official client and says what ours would have done.
npx @single-window/node-red-import-client shadow ROOT --out FOLDER [options]
  Renames nothing, uses no card and no broker, writes nothing below
  ROOT. What lies in SentBox, FailBox and InBox already is judged too; --once looks once. Ctrl-C ends it; the report is
  in the folder of --out.
${LIST}`,
  },
  async run(args, terminal) {
    const { values, positionals } = argumentsOf(args, OPTIONS);
    const [root = "", ...more] = positionals;
    if (more.length > 0 || (root === "") === (values.settings === undefined))
      throw wrong("请指定根目录，或用 --settings 指定设置文件", "name the root, or a settings file with --settings");
    const folders = values.settings === undefined ? [] : await foldersOf(values.settings, values.map ?? []);
    if (root !== "" && !existsSync(root)) throw wrong(`没有根目录 ${root}`, `there is no root ${root}`);
    const out = resolve(values.out ?? "shadow");
    const watched = [...(root === "" ? [] : [root]), ...folders.flatMap(({ boxes }) => Object.values(boxes))];
    assertOutside(out, watched);
    makePath(out);
    const environment = values.environment ?? process.env.SW_ENVIRONMENT ?? "test";
    if (environment !== "test" && environment !== "production")
      throw wrong("--environment 只能是 test 或 production", "--environment is test or production");
    const { env } = process;
    const running = await Shadow.open({
      root: root === "" ? "" : resolve(root),
      folders,
      out,
      client: {
        environment,
        clientId: values["client-id"] ?? env.SW_CLIENT_ID ?? "",
        orgCode: values["org-code"] ?? env.SW_ORG_CODE ?? "",
        customsCode: values["customs-code"] ?? env.SW_CUSTOMS_CODE ?? "",
        region: values.region ?? env.SW_REGION ?? "",
        sysIds: (values["sys-ids"] ?? "").split(/[,，\s]+/).filter(Boolean),
      },
      table: readFolderSettings(values.folders ?? "", PROFILE_NAMES),
      schemas: values.schemas ?? env.SW_SCHEMAS ?? "",
      since: sinceOf(values.since),
      interval: numberOf("interval", values.interval, 250),
      archiveInterval: 2000,
      onNotice: (text) => terminal.complain(text),
    });
    const files = new Files();
    const write = async () => {
      const report = await running.report();
      const text = reportText(report);
      await files.write(out, "report.json", Buffer.from(`${JSON.stringify(report, null, 2)}\n`));
      await files.write(out, "report.zh.txt", Buffer.from(text.zh));
      await files.write(out, "report.en.txt", Buffer.from(text.en));
      return text[terminal.language];
    };
    if (values.once) await running.once();
    else await lookOn(running, numberOf("for", values.for, 0) * 3_600_000, write, terminal);
    const text = await write();
    await running.stop();
    terminal.print(text);
    return 0;
  },
};

/** Until Ctrl-C, or so many milliseconds. */
async function lookOn(
  running: Shadow,
  milliseconds: number,
  write: () => Promise<string>,
  terminal: Terminal,
): Promise<void> {
  running.start();
  terminal.complain(terminal.language === "zh" ? "正在观察，按 Ctrl-C 结束" : "looking on; Ctrl-C ends it");
  const reports = setInterval(
    () => void write().catch((error: unknown) => terminal.complain(String(toldFault(error)))),
    REPORT_EVERY,
  );
  await new Promise<void>((done) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => done());
    if (milliseconds > 0) setTimeout(done, milliseconds);
  });
  clearInterval(reports);
  await running.idle();
}

async function foldersOf(file: string, map: readonly string[]): Promise<ShadowFolder[]> {
  const mappings = mappingsOf(map);
  const { folders } = await readOfficialSettings(readFileSync(file));
  return folders.map(({ code, boxes }) => ({
    code,
    boxes: Object.fromEntries(Object.entries(boxes).map(([box, path]) => [box, mapped(path, mappings)])),
  }));
}

/** Nothing of ours may come to lie below what is watched. */
function assertOutside(out: string, watched: readonly string[]): void {
  let above = out;
  while (!existsSync(above) && dirname(above) !== above) above = dirname(above);
  const real = join(realpathSync(above), out.slice(above.length));
  for (const path of watched) {
    if (!existsSync(path) || !statSync(path).isDirectory()) continue;
    const place = realpathSync(path);
    if (real === place || real.startsWith(place.endsWith(sep) ? place : place + sep)) {
      throw wrong(`--out ${out} 在被观察的文件夹 ${path} 之下`, `--out ${out} lies below ${path}, which is watched`);
    }
  }
}

function sinceOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00+08:00`) : Number.NaN;
  if (Number.isNaN(at)) throw wrong(`--since ${text}：应为 yyyy-MM-dd`, `--since ${text}: it has to be yyyy-MM-dd`);
  return at;
}

function numberOf(name: string, text: string | undefined, fallback: number): number {
  const number = text === undefined ? fallback : Number(text);
  if (!Number.isFinite(number) || number < 0)
    throw wrong(`--${name} ${text}：不是数字`, `--${name} ${text}: no number`);
  return number;
}
