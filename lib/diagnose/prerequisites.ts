import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import type { ClientSettings } from "../client/settings.js";
import { type Bilingual, ImportClientError } from "../errors.js";
import { backendByName, type CardNeeds } from "../signing/backends.js";
import type { Finding } from "./step.js";

/** The oldest Node.js that this package runs on (package.json, engines). */
const OLDEST_NODE = [20, 19] as const;

interface Missing {
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
  const missing: Missing[] = [];
  const found: string[] = [`Node.js ${node}`];
  const [major = 0, minor = 0] = node.split(".").map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    missing.push({
      text: { zh: `Node.js 版本过低：${node}`, en: `Node.js is too old: ${node}` },
      advice: { zh: "请升级到 Node.js 20.19 以上。", en: "Update to Node.js 20.19 or later." },
    });
  }
  const packageNeeded = async (name: string, forWhat: Bilingual) => {
    if (await isInstalled(name)) found.push(name);
    else {
      missing.push({
        text: { zh: `缺少 ${name}（${forWhat.zh}）`, en: `${name} is missing (${forWhat.en})` },
        advice: {
          zh: `请在 Node-RED 用户目录中执行 npm install ${name}，然后重启 Node-RED。`,
          en: `Run npm install ${name} in Node-RED's user directory, then restart Node-RED.`,
        },
      });
    }
  };
  const pathNeeded = async (path: string, kind: "file" | "folder", what: Bilingual) => {
    if (path === "") {
      missing.push({
        text: { zh: `没有填写${what.zh}的路径`, en: `the path of ${what.en} is not set` },
        advice: {
          zh: "请在 card 节点中填写，或设置它所取自的环境变量（示例中为 SW_PKCS11_MODULE、SW_CARD_KEYFILE），然后重启。",
          en: "Set it in the card node, or the variable that it is taken from (SW_PKCS11_MODULE or SW_CARD_KEYFILE in the example) and restart.",
        },
      });
    } else if (await isThere(path, kind)) found.push(path);
    else {
      missing.push({
        text: { zh: `${what.zh}不存在或不可读：${path}`, en: `${what.en} is not there or cannot be read: ${path}` },
        advice: {
          zh: "请安装或改正该路径，并检查读取权限。",
          en: "Install it or correct the path, and check the right to read it.",
        },
      });
    }
  };
  for (const needed of (card && backendByName(card.backend)?.prerequisites(card)) ?? []) {
    if ("package" in needed) await packageNeeded(needed.package, needed.what);
    else await pathNeeded(needed.file, "file", needed.what);
  }
  if (card?.certificateFile) {
    await pathNeeded(card.certificateFile, "file", { zh: "证书文件", en: "the certificate file" });
  }
  if (client?.schemas) await pathNeeded(client.schemas, "folder", { zh: "XSD 文件夹", en: "the folder of XSDs" });
  if (client?.advice) await pathNeeded(client.advice, "file", { zh: "建议文件", en: "the file of advice" });
  if (/^postgres/.test(client?.ledger ?? ""))
    await packageNeeded("pg", { zh: "PostgreSQL 台账", en: "for a PostgreSQL ledger" });
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

/** Loads it, since a native package may be there and not be built for this Node.js. */
async function isInstalled(name: string): Promise<boolean> {
  try {
    await import(name);
    return true;
  } catch {
    return false;
  }
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
