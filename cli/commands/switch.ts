import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ImportClientError } from "../../lib/errors.js";
import { SYSTEM_DISK } from "../../lib/files/disk.js";
import { Files } from "../../lib/files/files.js";
import { timeOfStamp, timeStamp } from "../../lib/files/names.js";
import { type OpenDocument, Shadow } from "../../lib/migrate/shadow/shadow.js";
import { filesLying, handOver } from "../../lib/migrate/switch.js";
import { type LeftFile, readSwitchOver } from "../../lib/watch/switch-over.js";
import { argumentsOf, type Command, type Language, wrong } from "../terminal.js";

const OPTIONS = { at: { type: "string" }, anyway: { type: "boolean" } } as const;

/** Hands the taking of new files from one client to the other. */
export const switchOver: Command = {
  name: "switch",
  usage: {
    zh: `与官方客户端之间切换由谁取新文件。
npx @single-window/node-red-import-client switch status|to-ours|to-official 根目录 [--at "yyyy-MM-dd HH:mm"] [--anyway]
  status       列出未办结的单据：OutBox 中等待的、TempBox 中处理中的、已发送尚无导入回执的
  to-ours      从该时间（中国时间，默认现在）起由本软件取新文件；此刻 OutBox 中的文件留给官方客户端
  to-official  从该时间起交回官方客户端；本软件已取走的单据由本软件办结
  TempBox 中还有文件时拒绝切换，除非 --anyway。`,
    en: `Says who takes new files, the official client or ours, and changes it.
npx @single-window/node-red-import-client switch status|to-ours|to-official ROOT [--at "yyyy-MM-dd HH:mm"] [--anyway]
  status       lists the open documents: waiting in OutBox, on their way in TempBox, sent without an import receipt
  to-ours      from that time on (China time; now by default) ours takes new files; what lies in OutBox now is left to the
               official client
  to-official  gives the work back from that time on; what ours has taken it brings to its end
  While there are files in TempBox it refuses to switch, but with --anyway.`,
  },
  async run(args, { language, print }) {
    const { values, positionals } = argumentsOf(args, OPTIONS);
    const [act, given, ...more] = positionals;
    if (given === undefined || more.length > 0 || !["status", "to-ours", "to-official"].includes(act ?? "")) {
      throw wrong("用法：switch status|to-ours|to-official 根目录", "usage: switch status|to-ours|to-official ROOT");
    }
    const root = resolve(given);
    if (!existsSync(root)) throw wrong(`没有根目录 ${root}`, `there is no root ${root}`);
    // A date that is wrong is said before the boxes are read, which takes a while.
    const wanted = values.at === undefined ? undefined : timeOf(values.at);
    const say = (zh: string, en: string) => print(language === "zh" ? zh : en);
    const files = new Files(SYSTEM_DISK);
    const { outBox, tempBox } = filesLying(files, root);
    const sent = (await openDocuments(root)).filter(({ state }) => state === "sent");
    told(print, language, ["OutBox 中等待", "waiting in OutBox"], outBox);
    told(print, language, ["TempBox 中处理中", "on their way in TempBox"], tempBox);
    told(print, language, ["已发送，尚无导入回执", "sent, without an import receipt"], sent);
    const known = readSwitchOver(files.disk, root);
    if (known) {
      const at = shown(known.from);
      if (known.to === "ours")
        say(
          `自 ${at} 起由本软件取新文件，留给官方客户端 ${known.left.length} 个`,
          `from ${at} on ours takes new files; ${known.left.length} are left to the official client`,
        );
      else say(`自 ${at} 起由官方客户端取新文件`, `from ${at} on the official client takes new files`);
    } else say("尚未切换过", "nobody has switched yet");
    if (act === "status") return 0;
    if (tempBox.length > 0 && !values.anyway) {
      throw new ImportClientError(
        "SW-STATE",
        {
          zh: `TempBox 中还有 ${tempBox.length} 个文件在处理中，未切换`,
          en: `${tempBox.length} files are on their way in TempBox: not switched`,
        },
        {
          advice: {
            zh: "请等它们办结后再切换；确认它们不会再被处理时用 --anyway。",
            en: "Wait until they are done, then switch; with --anyway if nobody will work on them again.",
          },
        },
      );
    }
    const from = wanted ?? timeOf(undefined);
    const to = act === "to-ours" ? "ours" : "official";
    await handOver(files, root, to, from);
    print("");
    if (to === "ours") {
      say(
        `自 ${shown(from)} 起由本软件取新文件。请：
1. 在该时间之前停止官方客户端的自动导入（不要卸载）；
2. ${outBox.length} 个此刻在 OutBox 中的文件留给官方客户端；它不再处理的，请重新导出；
3. 部署流程并看“测试连接”；官方客户端已发送的单据，其回执由本软件对应到原单据的 InBox。
要交回时：switch to-official ${root}`,
        `From ${shown(from)} on ours takes new files. Now:
1. stop the official client's automatic import before that time (do not uninstall it);
2. the ${outBox.length} files that are in OutBox now are left to the official client; export again what it does not take;
3. deploy the flow and look at the connection test. Receipts for what the official client has sent go into the InBox of their documents.
To give the work back: switch to-official ${root}`,
      );
    } else {
      say(
        `自 ${shown(from)} 起由官方客户端取新文件。请：
1. 让 Node-RED 继续运行，直到 switch status 中没有本软件的未办结单据；
2. 然后停止流程，再启动官方客户端的自动导入：两个客户端不要同时接收同一个队列的回执。`,
        `From ${shown(from)} on the official client takes new files. Now:
1. let Node-RED run until switch status shows no open document of ours;
2. then stop the flow and start the official client's automatic import: not both at the same receive queue.`,
      );
    }
    return 0;
  },
};

/** The documents in SentBox that no import receipt in InBox answers; looked at without changing anything. */
async function openDocuments(root: string): Promise<OpenDocument[]> {
  const out = mkdtempSync(join(tmpdir(), "sw-switch-"));
  try {
    const shadow = await Shadow.open({
      ...{ root, folders: [], out, table: [], schemas: "", since: 0, interval: 250, archiveInterval: 2000 },
      client: { environment: "test", clientId: "", orgCode: "", customsCode: "" },
    });
    await shadow.once();
    const open = await shadow.openDocuments();
    await shadow.stop();
    return open;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

const MOST = 50;

function told(
  print: (text: string) => void,
  language: Language,
  [zh, en]: readonly [string, string],
  list: readonly (Pick<LeftFile, "folder" | "name"> | OpenDocument)[],
): void {
  print(`${language === "zh" ? zh : en}: ${list.length}`);
  for (const file of list.slice(0, MOST)) print(`  ${file.folder}/${"name" in file ? file.name : file.fileName}`);
  if (list.length > MOST) print("  …");
}

/** `2026-12-01 08:00` in China time. */
function shown(at: number): string {
  const stamp = timeStamp(at);
  return `${stamp.slice(0, 4)}-${stamp.slice(4, 6)}-${stamp.slice(6, 8)} ${stamp.slice(8, 10)}:${stamp.slice(10, 12)}`;
}

function timeOf(text: string | undefined): number {
  if (text === undefined) return Date.now();
  const digits = text.replace(/\D/g, "");
  const at = /^\d{4}-\d\d-\d\d( \d\d:\d\d)?$/.test(text) ? timeOfStamp(digits.padEnd(14, "0")) : undefined;
  if (at === undefined)
    throw wrong(`--at ${text}：应为 "yyyy-MM-dd HH:mm"`, `--at ${text}: it has to be "yyyy-MM-dd HH:mm"`);
  return at;
}
