import { ImportClientError } from "../errors.js";
import { BOX_NAMES, type BoxName } from "../files/folders.js";
import { readXml } from "../xml/read.js";
import type { XmlElement } from "../xml/scan.js";
import { xmlWithoutPins } from "./pins.js";

/** One folder of the official client: `SubFormSetting`. */
export interface OfficialFolder {
  /** FormId, as it is spelled there: `DECCUS001`. */
  code: string;
  /** Key of the FormSetting that it stands in: `DEC`. */
  form: string;
  /** SystemId: who receives it; several where the file says `A|B`. */
  receivers: readonly string[];
  /** Paths as the file has them. */
  boxes: Partial<Record<BoxName, string>>;
  /** MaxDegreeOfParallelism. */
  parallel: number | undefined;
  isPdfCheck: boolean | undefined;
}

/** EncryptorSetting: card or HSM, without the PIN. */
export interface OfficialEncryptor {
  type: string;
  configFile: string;
  libraries: string;
  device: string;
  certificateIndex: string;
  certificateFile: string;
  cardId: string;
  address: string;
  port: string;
}

/** What `DFWJobSettings.xml` says, as far as its meaning is known (docs/domain/client.md). */
export interface OfficialSettings {
  folders: readonly OfficialFolder[];
  encryptor: OfficialEncryptor | undefined;
  /** Seconds, as far as is known. */
  timeInterval: number | undefined;
  retentionDays: number | undefined;
  logPath: string;
  notifiesByMail: boolean;
  notifiesByHttp: boolean;
  /** The file has a PIN. What it is, nobody looks. */
  hasPin: boolean;
  /** Settings that are there and of which nothing public says what they do; names alone. */
  notPublic: readonly string[];
  /** Names of further elements in it. */
  strange: readonly string[];
  /** SubFormSettings that cannot be used, and why. */
  skipped: readonly { code: string; reason: "no-code" | "repeated" | "no-boxes" }[];
}

/** Bytes of a file that is read; a real one has some 20 KB. */
export const LARGEST_SETTINGS = 1024 * 1024;
/** Folders, and names of strange elements that are told. */
const MOST_FOLDERS = 500;
const MOST_STRANGE = 50;

/** Known by name, with no public word about what they do (field facts, 6). */
const NOT_PUBLIC = ["RetNameAffixFlag", "SendBeforeEnable", "DisplayRow", "StpReceipt2File", "CreateCfgFile"];

const KNOWN = new Set(
  [
    ...["Settings", "FormSettings", "FormSetting", "SubFormSetting", "SubFormSettings", "UserPin", "EncryptorSetting"],
    ...["EncryptorConfigFile", "DeviceLibs", "Device", "CertIndex", "EportCertFile", "EportCardID", "IpAddr", "Port"],
    ...["Notification", "TimeInterval", "RetentionDays", "LogPath", "JobsAutoStart", ...NOT_PUBLIC],
  ].map((name) => name.toLowerCase()),
);

function refused(reason: string, zh: string, en: string): ImportClientError {
  return new ImportClientError(
    "SW-SETTINGS",
    { zh, en },
    {
      advice: {
        zh: "请选择官方客户端的 %LOCALAPPDATA%\\SIC\\UserSetting\\DFWJobSettings.xml，在官方客户端关闭时复制。",
        en: "Choose %LOCALAPPDATA%\\SIC\\UserSetting\\DFWJobSettings.xml of the official client, copied while that is closed.",
      },
      details: { reason },
    },
  );
}

/**
 * Reads the settings file of the official client (`DFWJobSettings.xml`) in any encoding, with or without byte order mark, however much
 * of it is missing. The PIN in it is blanked before anything looks at the rest. Rejects with SW-SETTINGS: too large, a DOCTYPE or
 * entities, not well-formed, another file, no folder in it (`details.reason`). What a parser quotes of the file is never repeated.
 */
export async function readOfficialSettings(bytes: Buffer): Promise<OfficialSettings> {
  if (bytes.length > LARGEST_SETTINGS) {
    const [size, limit] = [bytes.length, LARGEST_SETTINGS].map((count) => Math.ceil(count / 1024));
    throw refused(
      "size",
      `文件过大（${size} KB，上限 ${limit} KB）`,
      `the file is too large: ${size} KB, limit ${limit} KB`,
    );
  }
  if (bytes.length === 0) throw refused("empty", "文件是空的", "the file is empty");
  const { xml, hasPin } = xmlWithoutPins(bytes);
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml.toString("utf8"))) {
    throw refused(
      "entities",
      "文件含有 DOCTYPE 或实体，已拒绝",
      "the file has a DOCTYPE or entities, which is refused",
    );
  }
  const root = await readXml(xml).catch((error: unknown) => {
    // Its own words may quote the file, and with it what stands beside the PIN.
    const { line } = error instanceof ImportClientError ? error.details : {};
    const at = line === undefined ? { zh: "", en: "" } : { zh: `（第 ${line} 行）`, en: ` (line ${line})` };
    throw refused("damaged", `文件已损坏，不是完整的 XML${at.zh}`, `the file is damaged: not well-formed XML${at.en}`);
  });
  const forms = [...root.walk()].filter(({ name }) => isNamed(name, "FormSetting"));
  if (forms.length === 0) {
    throw refused(
      "other",
      "这不是官方客户端的设置文件：没有 FormSetting",
      "this is no settings file of the official client: it has no FormSetting",
    );
  }
  const { folders, skipped } = foldersOf(forms);
  const encryptor = [...root.walk()].find(({ name }) => isNamed(name, "EncryptorSetting"));
  const notification = [...root.walk()].find(({ name }) => isNamed(name, "Notification"));
  return {
    folders,
    skipped,
    encryptor: encryptor && encryptorOf(encryptor),
    timeInterval: numberOf(anywhere(root, "TimeInterval")),
    retentionDays: numberOf(anywhere(root, "RetentionDays")),
    logPath: anywhere(root, "LogPath"),
    notifiesByMail: flagOf(notification && settingIn(notification, "UseEmailNotification")) === true,
    notifiesByHttp: flagOf(notification && settingIn(notification, "UseHttpNotification")) === true,
    hasPin,
    notPublic: NOT_PUBLIC.filter((name) => hasAnywhere(root, name)),
    strange: strangeIn(root, notification),
  };
}

function foldersOf(forms: readonly XmlElement[]): Pick<OfficialSettings, "folders" | "skipped"> {
  const folders = new Map<string, OfficialFolder>();
  const skipped: { code: string; reason: "no-code" | "repeated" | "no-boxes" }[] = [];
  for (const form of forms) {
    const receivers = settingIn(form, "SystemId").split("|");
    for (const sub of form.walk()) {
      if (!isNamed(sub.name, "SubFormSetting") || folders.size >= MOST_FOLDERS) continue;
      const code = settingIn(sub, "FormId");
      const boxes: OfficialFolder["boxes"] = {};
      for (const box of BOX_NAMES) {
        const path = settingIn(sub, box);
        if (path !== "") boxes[box] = path;
      }
      const reason = !isCode(code)
        ? "no-code"
        : folders.has(code.toLowerCase())
          ? "repeated"
          : isBare(boxes)
            ? "no-boxes"
            : undefined;
      if (reason) {
        if (skipped.length < MOST_STRANGE) skipped.push({ code: code.slice(0, 64), reason });
        continue;
      }
      folders.set(code.toLowerCase(), {
        code,
        form: settingIn(form, "Key"),
        receivers: receivers
          .map((one) => one.trim())
          .filter((one) => /^[0-9A-Za-z]{1,16}$/.test(one) && one.toLowerCase() !== "none"),
        boxes,
        parallel: numberOf(settingIn(sub, "MaxDegreeOfParallelism")),
        isPdfCheck: flagOf(settingIn(sub, "IsPdfCheck")),
      });
    }
  }
  return { folders: [...folders.values()], skipped };
}

const isBare = (boxes: OfficialFolder["boxes"]) => Object.keys(boxes).length === 0;
const isCode = (code: string) => /^[^\\/:*?"<>|.\p{Cc}][^\\/:*?"<>|\p{Cc}]{0,63}$/u.test(code);

function encryptorOf(element: XmlElement): OfficialEncryptor {
  const of = (name: string) => settingIn(element, name);
  return {
    type: of("EncryptorType"),
    configFile: of("EncryptorConfigFile"),
    libraries: of("DeviceLibs"),
    device: of("Device"),
    certificateIndex: of("CertIndex"),
    certificateFile: of("EportCertFile"),
    cardId: of("EportCardID"),
    address: of("IpAddr"),
    port: of("Port"),
  };
}

const isNamed = (name: string, wanted: string) => name.toLowerCase() === wanted.toLowerCase();

/** An attribute or a child of this name, whichever case it has; empty when there is none. */
function settingIn(element: XmlElement, name: string): string {
  for (const [attribute, value] of element.attributes) if (isNamed(attribute, name)) return value.trim();
  return element.children.find((child) => isNamed(child.name, name))?.text.trim() ?? "";
}

function anywhere(root: XmlElement, name: string): string {
  const found = [...root.walk()].find((element) => isNamed(element.name, name));
  return found ? found.text.trim() : settingIn(root, name);
}

function hasAnywhere(root: XmlElement, name: string): boolean {
  for (const element of root.walk()) {
    if (isNamed(element.name, name)) return true;
    for (const attribute of element.attributes.keys()) if (isNamed(attribute, name)) return true;
  }
  return false;
}

/** What else is in it, by name; the words of the notification are known to be such. */
function strangeIn(root: XmlElement, notification: XmlElement | undefined): string[] {
  const names = new Set<string>();
  for (const element of root.walk()) {
    if (names.size >= MOST_STRANGE) break;
    if (KNOWN.has(element.name.toLowerCase()) || isWithin(element, notification)) continue;
    if (BOX_NAMES.some((box) => isNamed(element.name, box))) continue;
    if (element !== root) names.add(element.name.slice(0, 64));
  }
  return [...names];
}

function isWithin(element: XmlElement, outer: XmlElement | undefined): boolean {
  for (let at = element.parent; at; at = at.parent) if (at === outer) return true;
  return false;
}

function numberOf(text: string): number | undefined {
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

function flagOf(text: string | undefined): boolean | undefined {
  if (text === undefined || text === "") return undefined;
  return /^(?:true|1|yes|on)$/i.test(text);
}
