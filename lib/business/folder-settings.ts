import { ImportClientError } from "../errors.js";
import { configError, settingRows } from "../settings.js";
import type { Inspection } from "./inspect.js";

/** How documents of a folder go out whose type is not known, and who receives whatever lies in it. */
export interface FolderSetting {
  /** Folder code, matched without case. */
  folder: string;
  /** Signing profile; `none` = sent unsigned; empty = not set: such documents wait. */
  profile: string;
  /** As a ZIP, or as it is. */
  pack: "zip" | "bare";
  /** Receiver that a DxpMsg of ours names; empty = what is known of the folder. */
  receiver: string;
}

/** Sent without a signature of ours. */
export const UNSIGNED = "none";

/** Longest values by formats/dxpmsg.csv, and what folder codes may hold. */
const RECEIVER = /^[0-9A-Za-z]{0,16}$/;
const FOLDER = /^[^\\/:*?"<>|\p{Cc}]{1,64}$/u;

/**
 * The table of the import-client node: JSON, a list of rows with `folder`, `profile`, `pack`, `receiver`. `profiles`: names of
 * the signing profiles that there are. Throws SW-CONFIG, naming the row, for what is no such table.
 */
export function readFolderSettings(text: string, profiles: readonly string[]): FolderSetting[] {
  const settings: FolderSetting[] = [];
  for (const of of settingRows(text, wrong)) {
    const setting = {
      folder: of("folder"),
      profile: of("profile"),
      pack: of("pack") || "bare",
      receiver: of("receiver"),
    };
    const { folder, profile, pack, receiver } = setting;
    if (!FOLDER.test(folder)) throw wrong(folder, "不是文件夹代码", "that is no folder code");
    if (profile !== "" && profile !== UNSIGNED && !profiles.includes(profile)) {
      throw wrong(folder, `没有签名方式 ${profile}`, `there is no signing profile ${profile}`);
    }
    if (pack !== "zip" && pack !== "bare") throw wrong(folder, `封装方式 ${pack}`, `neither zip nor bare: ${pack}`);
    if (!RECEIVER.test(receiver)) throw wrong(folder, `接收方 ${receiver}`, `receiver ${receiver}`);
    if (settingOf(settings, folder)) throw wrong(folder, "重复", "it is there twice");
    settings.push({ folder, profile, pack, receiver });
  }
  return settings;
}

function wrong(folder: string, zh: string, en: string): ImportClientError {
  const at = folder === "" ? { zh: "", en: "" } : { zh: ` ${folder}`, en: ` ${folder}` };
  return configError("folders", `业务文件夹表${at.zh}：${zh}`, `table of folders${at.en}: ${en}`);
}

/** The row of a folder. */
export function settingOf(settings: readonly FolderSetting[], folder: string): FolderSetting | undefined {
  const code = folder.toLowerCase();
  return settings.find((row) => row.folder.toLowerCase() === code);
}

/** How a document goes out. */
export interface Way {
  /** Signing profile, or `UNSIGNED`. */
  signing: string;
  zip: "required" | "optional";
  /** By the row of its folder. */
  set?: true;
}

/**
 * By its type, else by the row of its folder, which goes first where what is known of the type is a guess. A DxpMsg that a
 * producer made goes out as it came. Undefined where neither says it.
 */
export function wayOf(
  document: Pick<Inspection, "kind" | "wrapped">,
  folder: string,
  settings: readonly FolderSetting[],
): Way | undefined {
  if (document.wrapped) return { signing: UNSIGNED, zip: "optional" };
  const { kind } = document;
  const row = kind && !kind.guessed ? undefined : settingOf(settings, folder);
  if (row && row.profile !== "")
    return { signing: row.profile, zip: row.pack === "zip" ? "required" : "optional", set: true };
  return kind && { signing: kind.signing, zip: kind.zip };
}

/** The row of its folder names a way to sign that has no place in this document: it waits, for the row is at fault. */
export function unsuitedProfile(
  document: Pick<Inspection, "root" | "body">,
  folder: string,
  profile: string,
): ImportClientError {
  const type = shownType(document);
  return new ImportClientError(
    "SW-TYPE",
    {
      zh: `文件夹 ${folder} 设置的签名方式 ${profile} 不适用于该报文：${type}`,
      en: `the signing profile ${profile}, set for the folder ${folder}, finds no place in this message: ${type}`,
    },
    {
      advice: {
        zh: `请在“导入客户端”节点的“未知类型的报文”中为 ${folder} 选择其它签名方式（如 detached 或 none），然后部署；在此之前单据等待。`,
        en: `Choose another signing profile for ${folder} in the import-client node, under Types that are not known, such as detached or none, then deploy. Until then the document waits.`,
      },
      details: { root: document.root.qualifiedName, reason: "type" },
    },
  );
}

/** Root, namespace and message type of a document, as texts say them. */
function shownType({ root, body }: Pick<Inspection, "root" | "body">): string {
  const type = root.find("message_type")?.text.trim() || root.find("MessageType")?.text.trim() || "";
  const parts = [root.qualifiedName, root.namespace && `{${root.namespace}}`, body !== root && body.name, type];
  return parts
    .filter((part) => typeof part === "string" && part !== "")
    .map((part) => (part as string).slice(0, 120))
    .join(" ");
}

/** Neither its type nor its folder says how it goes out: it waits, for it is not the document that is at fault. */
export function unknownType(document: Pick<Inspection, "root" | "body">, folder: string): ImportClientError {
  const type = shownType(document);
  return new ImportClientError(
    "SW-TYPE",
    {
      zh: `不知道该类报文如何签名和封装：${type}（文件夹 ${folder}）`,
      en: `it is not known how this type of message is signed and packed: ${type} (folder ${folder})`,
    },
    {
      advice: {
        zh: `不是报文的，请选择“结束，移到 FailBox”；是报文的，请在“导入客户端”节点的“未知类型的报文”中添加 ${folder}，选择签名方式、ZIP 或原样、接收方，然后部署；在此之前单据等待。`,
        en: `If it is no document, end it. If it is one, add ${folder} in the import-client node, under Types that are not known: signing profile, ZIP or as it is, receiver; then deploy. Until then the document waits.`,
      },
      details: { root: document.root.qualifiedName, reason: "type" },
    },
  );
}
