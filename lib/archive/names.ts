import { TextDecoder } from "node:util";
import { crc32 } from "node:zlib";
import type { ImportClientError } from "../errors.js";
import { zipRefused } from "./refusal.js";

const ASCII = /^[\x20-\x7e]*$/;
// Names come from outside and end up in texts and in a file system: no control character, and none that reorders text.
const CONTROL = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;
const UNICODE_PATH = 0x7075;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const gb18030 = new TextDecoder("gb18030", { fatal: true });

function decode(decoder: TextDecoder, raw: Buffer): string | undefined {
  try {
    return decoder.decode(raw);
  } catch {
    return undefined;
  }
}

/** The name in Info-ZIP's Unicode Path field, when it belongs to these name bytes. */
function unicodePath(raw: Buffer, extraFields: readonly { id: number; data: Buffer }[]): string | undefined {
  const field = extraFields.find((candidate) => candidate.id === UNICODE_PATH)?.data;
  if (!field || field.length < 6 || field[0] !== 1 || field.readUInt32LE(1) !== crc32(raw)) return undefined;
  return decode(utf8, field.subarray(5));
}

/**
 * The name of an entry. With the UTF-8 flag the bytes must be UTF-8. Without it: ASCII, else the Unicode Path field,
 * else UTF-8 where the bytes are that (macOS sets no flag), else GB18030 (Chinese Windows).
 */
export function decodeName(
  raw: Buffer,
  utf8Flag: boolean,
  extraFields: readonly { id: number; data: Buffer }[],
): string {
  const ascii = raw.toString("latin1");
  if (ASCII.test(ascii)) return ascii;
  const name = utf8Flag
    ? decode(utf8, raw)
    : (unicodePath(raw, extraFields) ?? decode(utf8, raw) ?? decode(gb18030, raw));
  if (name === undefined) {
    const meant = utf8Flag ? decode(gb18030, raw) : undefined;
    if (meant !== undefined) {
      throw zipRefused(
        `ZIP 内文件名标明为 UTF-8，实际是 GBK：${shown(meant)}`,
        `the name of a ZIP entry is marked as UTF-8 and is GBK: ${shown(meant)}`,
        {
          entry: shown(meant),
          reason: "name",
          advice: {
            zh: "请用其他压缩程序重新打包（名称用 UTF-8 并带标志，或用 GBK 而不带标志），或改用英文文件名。",
            en: "Pack it with another program (names in UTF-8 with its flag, or in GBK without it), or name the files in ASCII.",
          },
        },
      );
    }
    throw zipRefused(
      `ZIP 内文件名编码无法识别：${raw.toString("hex")}`,
      `the name of a ZIP entry is in no known encoding: ${raw.toString("hex")}`,
      { reason: "name" },
    );
  }
  return name;
}

/** The text of a name for messages: control characters made visible. */
export function shown(name: string): string {
  return name.replace(CONTROL, (character) => {
    return `\\u${(character.codePointAt(0) as number).toString(16).padStart(4, "0")}`;
  });
}

/** Files that Windows and macOS leave in folders, of what they look like: never a document, nor an attachment of one. */
export function isFolderLitter(name: string): boolean {
  return /^(?:\.ds_store|thumbs\.db|ehthumbs\.db|desktop\.ini|\._.*|~\$.*)$/i.test(name);
}

/** A name without the `/` or `./` in front that some programs write: with folders dropped it means the same. */
export function withoutLeadingSlash(name: string): string {
  return name.replace(/^\.?[\\/](?=[^\\/])/, "");
}

/**
 * The name of an entry for a bare file that we pack: the file's, without the marks that a copy from a dialog leaves in it and
 * without what would be a drive. A good document is not refused for its file's name.
 */
export function entryNameOf(fileName: string): string {
  return fileName.replace(CONTROL, "").replace(/^([a-zA-Z]):/, "$1_");
}

/** Refuses names that no file system should be asked for. Folders are the caller's matter. */
export function assertSafeName(name: string): void {
  const entry = shown(name);
  if (name === "" || name.search(CONTROL) !== -1) {
    throw zipRefused(
      `ZIP 内文件名含有控制字符或为空：${entry}`,
      `a ZIP entry's name is empty or has control characters: ${entry}`,
      { entry, reason: "name" },
    );
  }
  if (/^[a-zA-Z]:/.test(name) || /^[\\/]/.test(name)) {
    throw zipRefused(`ZIP 内文件名是绝对路径：${entry}`, `a ZIP entry's name is an absolute path: ${entry}`, {
      entry,
      reason: "absolute",
      advice: {
        zh: "ZIP 内只放文件名，不要带路径；开头只有“/”的，可在“ZIP 打包”节点中选中“去掉目录层级”。",
        en: "Write names without a path into the ZIP; where only a / stands in front, turn on the option that drops folders.",
      },
    });
  }
  const climbs = (path: string) => path.split(/[\\/]/).some((part) => part === ".." || part === ".");
  if (climbs(name)) {
    // Some programs write all names from where they stand.
    if (/^\.[\\/][^\\/]/.test(name) && !climbs(name.slice(2))) throw folderRefused(entry);
    throw zipRefused(`ZIP 内文件名含有 “..”：${entry}`, `a ZIP entry's name climbs out of its folder: ${entry}`, {
      entry,
      reason: "climbs",
    });
  }
}

/** FAQ 3: XML and PDFs lie at the top of the ZIP; a folder is what the official client does not send. */
export function assertFlatName(name: string): void {
  if (/[\\/]/.test(name)) throw folderRefused(shown(name));
}

function folderRefused(entry: string): ImportClientError {
  return zipRefused(
    `ZIP 内含有文件夹，不能发送：${entry}`,
    `the ZIP has a folder, which the Single Window does not take: ${entry}`,
    {
      entry,
      reason: "folder",
      advice: {
        zh: "请把 XML 和 PDF 直接选中后压缩，不要压缩其所在的文件夹；或在“ZIP 打包”节点中选中“去掉目录层级”。",
        en: "Zip the XML and the PDFs themselves, not the folder they are in; or turn on the option that drops folders.",
      },
    },
  );
}

let gbkPairs: Map<string, number> | undefined;

/** GBK bytes of a name. Refuses characters that GBK does not have. */
export function encodeGbk(name: string): Buffer {
  if (!gbkPairs) {
    // Node can decode GBK but not encode it; the table is the decoder's own, turned round.
    gbkPairs = new Map();
    const decoder = new TextDecoder("gbk");
    for (let lead = 0x81; lead <= 0xfe; lead++) {
      for (let trail = 0x40; trail <= 0xfe; trail++) {
        if (trail === 0x7f) continue;
        const character = decoder.decode(Uint8Array.of(lead, trail));
        if (character.length === 1 && character !== "\ufffd" && !gbkPairs.has(character)) {
          gbkPairs.set(character, (lead << 8) | trail);
        }
      }
    }
  }
  const bytes: number[] = [];
  for (const character of name) {
    const code = character.codePointAt(0) as number;
    if (code < 0x80) {
      bytes.push(code);
      continue;
    }
    const pair = gbkPairs.get(character);
    if (pair === undefined) {
      throw zipRefused(
        `文件名中的字符 ${character} 不能用 GBK 表示：${name}`,
        `the name has a character that GBK lacks (${character}): ${name}`,
        { entry: name, reason: "name" },
      );
    }
    bytes.push(pair >> 8, pair & 0xff);
  }
  return Buffer.from(bytes);
}
