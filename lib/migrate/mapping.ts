import { receiverOfFolder } from "../business/receivers.js";
import { OFFICIAL } from "../client/names-settings.js";
import { isWindowsPath } from "../files/names.js";
import type { OfficialSettings } from "./official-settings.js";
import { mapped, type Places } from "./places.js";
import type { Answers, PlanDraft } from "./plan-draft.js";

const FOLDER = "SubFormSetting";

/** Root and boxes. A path of Windows is kept as it is, and said, on a machine that has no such paths. */
export function mapPlaces(
  draft: PlanDraft,
  { folders }: OfficialSettings,
  { root, elsewhere, missing }: Places,
  { root: given = "", mappings = [] }: Answers,
  platform: string,
): void {
  const here = given || mapped(root, mappings);
  const codes = folders.map(({ code }) => code).join(", ");
  draft.say("taken", `${FOLDER} FormId`, `业务文件夹：${codes}`, `folders: ${codes}`);
  const all = given !== "" && root !== "" ? [...mappings, { from: root, to: given }] : mappings;
  if (here !== "") {
    const same = here === root;
    draft.set("import-client", "root", here, {
      kind: same ? "taken" : "mapped",
      from: `${FOLDER} OutBox …`,
      value: root,
      text: same
        ? { zh: `根目录 ${root}`, en: `root folder ${root}` }
        : {
            zh: `根目录 ${root || "（各业务不同）"}，本机为 ${here}`,
            en: `root folder ${root || "(none in common)"}, on this machine ${here}`,
          },
    });
  } else
    draft.say(
      "left",
      `${FOLDER} OutBox …`,
      "各文件夹没有共同的根目录，需要另设一个",
      "the folders have no root in common: one has to be set",
    );
  for (const { folder, boxes } of elsewhere) {
    const list = Object.entries(boxes)
      .map(([box, path]) => `${box} ${mapped(path, all)}`)
      .join("; ");
    draft.items.push({
      kind: "mapped",
      from: `${FOLDER} ${folder}`,
      to: "import-client.boxPaths",
      value: list,
      text: { zh: `不在根目录下的文件夹：${list}`, en: `boxes outside of the root: ${list}` },
    });
  }
  if (elsewhere.length > 0) {
    const rows = elsewhere.flatMap(({ folder, boxes }) =>
      Object.entries(boxes).map(([box, path]) => ({ folder, box, path: mapped(path, all) })),
    );
    draft.values["import-client"].boxPaths = JSON.stringify(rows);
  }
  for (const { folder, boxes } of missing) {
    draft.say(
      "left",
      `${FOLDER} ${folder}`,
      `文件中没有 ${boxes.join("、")}，使用根目录下的`,
      `the file does not name ${boxes.join(", ")}: the ones below the root are used`,
    );
  }
  const foreign = [
    here,
    ...elsewhere.flatMap(({ boxes }) => Object.values(boxes).map((path) => mapped(path, all))),
  ].filter(isWindowsPath);
  if (platform !== "win32" && foreign.length > 0) {
    const paths = [...new Set(foreign)].slice(0, 5).join(", ");
    draft.say(
      "mapped",
      "OutBox …",
      `${paths} 是 Windows 的路径，本机不是 Windows：原样保留；请在部署前改为共享在本机挂载的位置（--root、--map）`,
      `${paths}: paths of Windows, which this machine is not. They are kept as they are: say where the share is mounted here (--root, --map) before you deploy`,
    );
  }
}

/** Receivers that are others than what is known of the folder, and folders that are not in the file's list. */
export function mapFolders(draft: PlanDraft, { folders, skipped }: OfficialSettings): void {
  const rows: { folder: string; profile: string; pack: string; receiver: string }[] = [];
  for (const { code, receivers } of folders) {
    const known = receiverOfFolder(code);
    if (receivers.length === 0) continue;
    if (receivers.includes(known)) {
      const others = receivers.filter((one) => one !== known);
      draft.say(
        "taken",
        `FormSetting SystemId (${code})`,
        `接收方 ${known}${others.length > 0 ? `（文件中还有 ${others.join("、")}）` : ""}`,
        `receiver ${known}${others.length > 0 ? ` (the file has ${others.join(", ")} too)` : ""}`,
      );
      continue;
    }
    const receiver = receivers[0] as string;
    rows.push({ folder: code, profile: "", pack: "bare", receiver });
    draft.items.push({
      kind: "mapped",
      from: `FormSetting SystemId (${code})`,
      to: "import-client.folders",
      value: receivers.join("|"),
      text: { zh: `接收方 ${receiver} 写入业务文件夹表`, en: `receiver ${receiver} goes into the table of folders` },
    });
  }
  if (rows.length > 0) draft.values["import-client"].folders = JSON.stringify(rows);
  for (const { code, reason } of skipped) {
    const why = {
      "no-code": ["没有可用的 FormId", "it has no FormId that can be used"],
      repeated: ["重复，使用第一个", "it is there twice: the first one is used"],
      "no-boxes": ["没有任何文件夹路径", "it has no path of any box"],
    }[reason] as [string, string];
    draft.say("left", `${FOLDER} ${code}`, why[0], why[1]);
  }
}

/** How often and how many: TimeInterval, MaxDegreeOfParallelism, IsPdfCheck, RetentionDays. */
export function mapLimits(draft: PlanDraft, { folders, timeInterval, retentionDays }: OfficialSettings): void {
  if (timeInterval !== undefined && timeInterval > 0) {
    draft.set("folder-watch", "interval", String(timeInterval), {
      kind: "mapped",
      from: "TimeInterval",
      value: String(timeInterval),
      text: {
        zh: `每 ${timeInterval} 秒查看一次 OutBox（官方单位按秒理解；可以更短，本软件默认 2 秒）`,
        en: `OutBoxes are looked at every ${timeInterval} s (its unit is taken for seconds; it may be shorter, ours has 2)`,
      },
    });
  }
  const limited = folders.filter(({ parallel }) => parallel !== undefined && parallel > 0);
  if (limited.length > 0) {
    const value = limited.map(({ code, parallel }) => `${code}=${parallel}`).join(", ");
    draft.set("mq-send", "perBusiness", value, {
      kind: "mapped",
      from: "MaxDegreeOfParallelism",
      value,
      text: { zh: `每个业务同时发送的数量：${value}`, en: `sends at a time of each folder: ${value}` },
    });
  }
  const checked = folders.map(({ isPdfCheck }) => isPdfCheck).filter((flag) => flag !== undefined);
  if (checked.length > 0) {
    if (checked.some(Boolean))
      draft.say("taken", "IsPdfCheck", "PDF 检查打开，与本软件默认相同", "PDFs are checked, as ours does by default");
    else {
      const rules = ["pdf-size", "pdf-page-size", "pdf-without-edoc", "edoc-name"];
      draft.set("preflight", "rules", JSON.stringify(Object.fromEntries(rules.map((rule) => [rule, "warning"]))), {
        kind: "mapped",
        from: "IsPdfCheck",
        value: "false",
        text: {
          zh: `PDF 检查关闭：规则 ${rules.join("、")} 只警告`,
          en: `PDFs are not checked: the rules ${rules.join(", ")} only warn`,
        },
      });
    }
  }
  if (retentionDays !== undefined && retentionDays > 0) {
    draft.set("import-client", "retentionDays", String(retentionDays), {
      kind: "taken",
      from: "RetentionDays",
      value: String(retentionDays),
      text: {
        zh: `保留 ${retentionDays} 天。请注意：本软件到期后会删除 SentBox、FailBox 中的文件和日志`,
        en: `kept for ${retentionDays} days. Mind: ours deletes files in SentBox and FailBox, and logs, after that time`,
      },
    });
  }
}

export function mapLog(draft: PlanDraft, { logPath }: OfficialSettings, platform: string): void {
  if (logPath === "") return;
  const usable = !logPath.includes("%") && isWindowsPath(logPath) === (platform === "win32");
  if (usable) {
    draft.set("import-client", "logDir", logPath, {
      kind: "taken",
      from: "LogPath",
      value: logPath,
      text: { zh: `日志文件夹 ${logPath}`, en: `log folder ${logPath}` },
    });
  } else {
    draft.say(
      "left",
      "LogPath",
      `${logPath} 属于官方客户端的 Windows 用户，本软件的日志在 <根目录>/.log`,
      `${logPath} belongs to the official client's user of Windows; our log is in <root>/.log`,
    );
  }
}

export function mapNotification(draft: PlanDraft, { notifiesByMail, notifiesByHttp }: OfficialSettings): void {
  if (!notifiesByMail && !notifiesByHttp) return;
  const ways = [notifiesByMail && "e-mail", notifiesByHttp && "HTTP"].filter(Boolean).join(", ");
  draft.say(
    "left",
    "Notification",
    `通知（${ways}）：请导入示例 04-notify 并填写地址；邮件密码不读取`,
    `notices (${ways}): import the example 04-notify and set the addresses; the mail password is not read`,
  );
}

export function mapRest(draft: PlanDraft, { notPublic, strange }: OfficialSettings): void {
  for (const name of notPublic)
    draft.say("unknown", name, "没有公开资料说明其作用，未采用", "nothing public says what it does: it is not taken");
  if (strange.length > 0)
    draft.say(
      "unknown",
      strange.join(", "),
      "本软件不认识这些设置，未采用",
      "ours does not know these settings: they are not taken",
    );
}

/** What programs that were written for the official client look for (field facts, 4 and 5); each is a setting. */
export function mapNames(draft: PlanDraft): void {
  const { receiptNames, datedFolders, localReceipts } = OFFICIAL;
  const from = "SentBox, FailBox, InBox";
  draft.set("import-client", "receiptNames", receiptNames, {
    kind: "mapped",
    from,
    text: { zh: "回执和已发送文件使用官方的文件名", en: "receipts and sent files have the official names" },
  });
  draft.set("import-client", "datedFolders", datedFolders, {
    kind: "mapped",
    from,
    text: { zh: "SentBox、FailBox 按日期分子文件夹", en: "SentBox and FailBox have a sub-folder for each day" },
  });
  draft.set("import-client", "localReceipts", localReceipts, {
    kind: "mapped",
    from,
    text: {
      zh: "本地拒绝的回执为 Root（可在 import-client 中改为各业务自己的格式）",
      en: "local refusals are a Root (import-client can give the business's own form)",
    },
  });
}
