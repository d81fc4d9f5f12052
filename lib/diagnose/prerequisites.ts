import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import type { ClientSettings } from "../client/settings.js";
import { type Bilingual, ImportClientError } from "../errors.js";
import { backendByName, type CardNeeds } from "../signing/backends.js";
import { missingPackage, stateOf } from "./packages.js";
import type { Finding } from "./step.js";

/** The oldest Node.js that this package runs on (package.json, engines). */
const OLDEST_NODE = [20, 19] as const;

/** Something that is not on this machine, and the setting that names it, if any does. */
export interface Missing {
  setting: string;
  text: Bilingual;
  advice: Bilingual;
}

/**
 * What has to be on this machine before anything works, each missing one named (faq 4): Node.js, the optional packages that
 * the chosen card and ledger need, the card's module and files, the folders and files that the settings name. Rejects with
 * SW-PREREQUISITE, naming all that is missing.
 */
export async function checkPrerequisites(
  client: ClientSettings | undefined,
  card: CardNeeds | undefined,
  node = process.versions.node,
): Promise<Finding> {
  const { missing, found } = await prerequisitesOf(client, card, node);
  if (missing.length === 0) return { text: { zh: `齐全：${found.join("、")}`, en: `all there: ${found.join(", ")}` } };
  throw new ImportClientError(
    "SW-PREREQUISITE",
    { zh: missing.map(({ text }) => text.zh).join("；"), en: missing.map(({ text }) => text.en).join("; ") },
    {
      advice: {
        zh: [...new Set(missing.map(({ advice }) => advice.zh))].join(" "),
        en: [...new Set(missing.map(({ advice }) => advice.en))].join(" "),
      },
    },
  );
}

/** The variables that the examples take a path from. */
const VARIABLES: Readonly<Record<string, string>> = { module: "SW_PKCS11_MODULE", keyFile: "SW_CARD_KEYFILE" };

function howToSet(variable: string | undefined): Bilingual {
  if (variable === undefined)
    return { zh: "请在“IC 卡/加密机”节点中填写，然后部署。", en: "Set it in the card node and deploy." };
  return {
    zh: `请在“IC 卡/加密机”节点中填写，或设置它所取自的环境变量（示例中为 ${variable}），然后部署；进程的环境变量须重启 Node-RED。`,
    en: `Set it in the card node, or the variable that it is taken from (${variable} in the example) and deploy; a variable of the process needs a restart.`,
  };
}

/** The same as lists: what is missing, and what is there. */
export async function prerequisitesOf(
  client: ClientSettings | undefined,
  card: CardNeeds | undefined,
  node = process.versions.node,
): Promise<{ missing: Missing[]; found: string[] }> {
  const missing: Missing[] = [];
  const found: string[] = [`Node.js ${node}`];
  const [major = 0, minor = 0] = node.split(".").map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    missing.push({
      setting: "",
      text: { zh: `Node.js 版本过低：${node}`, en: `Node.js is too old: ${node}` },
      advice: { zh: "请升级到 Node.js 20.19 以上。", en: "Update to Node.js 20.19 or later." },
    });
  }
  const packageNeeded = async (name: string, what: Bilingual, native = false) => {
    const state = await stateOf(name);
    if (state === "there") found.push(name);
    else missing.push(missingPackage({ name, what, native, state }));
  };
  const pathNeeded = async (setting: string, path: string, kind: "file" | "folder", what: Bilingual) => {
    if (path === "") {
      missing.push({
        setting,
        text: {
          zh: `没有填写${/^[A-Z]/.test(what.zh) ? " " : ""}${what.zh}的路径`,
          en: `the path of ${what.en} is not set`,
        },
        advice: howToSet(VARIABLES[setting]),
      });
    } else if (await isThere(path, kind)) found.push(path);
    else {
      missing.push({
        setting,
        text: { zh: `${what.zh}不存在或不可读：${path}`, en: `${what.en} is not there or cannot be read: ${path}` },
        advice: {
          zh: "请安装或改正该路径，并检查读取权限。",
          en: "Install it or correct the path, and check the right to read it.",
        },
      });
    }
  };
  for (const needed of (card && backendByName(card.backend)?.prerequisites(card)) ?? []) {
    if ("package" in needed) await packageNeeded(needed.package, needed.what, needed.native);
    else await pathNeeded(needed.setting, needed.file, "file", needed.what);
  }
  if (card?.certificateFile) {
    await pathNeeded("certificateFile", card.certificateFile, "file", { zh: "证书文件", en: "the certificate file" });
  }
  if (client?.schemas)
    await pathNeeded("schemas", client.schemas, "folder", { zh: "XSD 文件夹", en: "the folder of XSDs" });
  if (client?.advice) await pathNeeded("advice", client.advice, "file", { zh: "建议文件", en: "the file of advice" });
  if (/^postgres/.test(client?.ledger ?? ""))
    await packageNeeded("pg", { zh: "PostgreSQL 台账", en: "for a PostgreSQL ledger" });
  return { missing, found };
}

async function isThere(path: string, kind: "file" | "folder"): Promise<boolean> {
  try {
    await access(path, constants.R_OK);
    const found = await stat(path);
    return kind === "folder" ? found.isDirectory() : found.isFile();
  } catch {
    return false;
  }
}
