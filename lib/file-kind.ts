import type { Bilingual } from "./errors.js";

/** What a file is, when it is neither an XML nor a ZIP of documents. */
export interface FileKind extends Bilingual {
  /** Other files are packed in it. */
  archive: boolean;
}

type Sign = readonly [magic: string, zh: string, en: string, archive?: "archive", at?: number];

/** First bytes (latin1) by which programs tell their own files. None of them can begin an XML in any encoding. */
const SIGNS: readonly Sign[] = [
  ["PK\x03\x04", "ZIP 压缩包", "a ZIP archive", "archive"],
  ["PK\x05\x06", "空的 ZIP 压缩包", "an empty ZIP archive", "archive"],
  ["PK\x07\x08", "分卷 ZIP 压缩包", "one volume of a split ZIP archive", "archive"],
  ["Rar!\x1a\x07", "RAR 压缩包", "a RAR archive", "archive"],
  ["7z\xbc\xaf\x27\x1c", "7z 压缩包", "a 7z archive", "archive"],
  ["\x1f\x8b", "gzip 压缩文件", "a gzip file", "archive"],
  ["BZh", "bzip2 压缩文件", "a bzip2 file", "archive"],
  ["\xfd7zXZ\0", "xz 压缩文件", "an xz file", "archive"],
  ["MSCF", "CAB 压缩包", "a CAB archive", "archive"],
  ["ustar", "tar 归档", "a tar archive", "archive", 257],
  ["MZ", "Windows 程序（EXE，也可能是自解压包）", "a Windows program (EXE, perhaps a self-extracting archive)"],
  ["\x7fELF", "Linux 程序", "a Linux program"],
  ["%PDF-", "PDF 文件", "a PDF"],
  ["\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 Office 文件（XLS 或 DOC）", "an old Office file (XLS or DOC)"],
  ["{\\rtf", "RTF 文档", "an RTF document"],
  ["\xff\xd8\xff", "JPEG 图片", "a JPEG image"],
  ["\x89PNG\r\n", "PNG 图片", "a PNG image"],
  ["GIF8", "GIF 图片", "a GIF image"],
  ["II*\0", "TIFF 图片", "a TIFF image"],
  ["MM\0*", "TIFF 图片", "a TIFF image"],
  ["SQLite format 3\0", "SQLite 数据库", "an SQLite database"],
  ["\0\x05\x16\x07", "macOS 附加信息文件（._ 开头）", "macOS's extra data of a file (its name begins with ._)"],
];

/** Files of Office and the like are ZIPs with one entry that nobody else has. Names stand unpacked in a ZIP. */
const PACKED: readonly (readonly [entry: string, zh: string, en: string])[] = [
  ["xl/workbook.", "Excel 工作簿（XLSX）", "an Excel workbook (XLSX)"],
  ["word/document.xml", "Word 文档（DOCX）", "a Word document (DOCX)"],
  ["ppt/presentation.xml", "PowerPoint 文件（PPTX）", "a PowerPoint file (PPTX)"],
  ["OFD.xml", "OFD 版式文件", "an OFD document"],
];

const LOOKED_AT = 512;

/** What a file is by its first bytes, whatever its name says; undefined for what may be an XML, and for what nobody knows. */
export function fileKind(bytes: Uint8Array): FileKind | undefined {
  if (bytes.length === 0) return { zh: "空文件（0 字节）", en: "an empty file (0 bytes)", archive: false };
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = all.toString("latin1", 0, LOOKED_AT);
  for (const [magic, zh, en, archive, at = 0] of SIGNS) {
    if (!head.startsWith(magic, at)) continue;
    const office = magic === "PK\x03\x04" ? officeKind(all) : undefined;
    return office ?? { zh, en, archive: archive !== undefined };
  }
  const text = head.replace(/^\xef\xbb\xbf/, "").trimStart();
  if (/^\{\s*["}]|^\[\s*[[{"\]\d]/.test(text)) return { zh: "JSON 数据", en: "JSON data", archive: false };
  if (/^<(?:!doctype\s+html|html)[\s>]/i.test(text))
    return { zh: "网页（HTML）", en: "a web page (HTML)", archive: false };
  if (isEncodedXml(text)) return { zh: "Base64 编码后的 XML", en: "an XML in base64", archive: false };
  if (!/[^\0]/.test(head)) return { zh: "全部为零字节（没有内容）", en: "zero bytes without content", archive: false };
  return undefined;
}

/** A text without a tag in it, such as a CSV; undefined for all else. For bytes that were tried as XML already. */
export function textKind(bytes: Uint8Array): FileKind | undefined {
  const head = bytes.subarray(0, LOOKED_AT);
  const isText = !head.includes(0) && !head.includes(0x3c) && bytes.length > 0;
  return isText
    ? { zh: "文本文件（没有 XML 标签）", en: "a text file (there is no tag in it)", archive: false }
    : undefined;
}

/** `<` and three more bytes make four letters, of which the first is P. */
function isEncodedXml(text: string): boolean {
  const encoded = /^P[A-Za-z0-9+/]{15,60}/.exec(text)?.[0];
  return encoded !== undefined && /^<[?!A-Za-z_]/.test(Buffer.from(encoded, "base64").toString("latin1"));
}

/** What a ZIP is that a program made for itself; undefined for any other ZIP. */
export function officeKind(zip: Buffer): FileKind | undefined {
  const found = PACKED.find(([entry]) => zip.includes(entry, 0, "latin1"));
  return found && { zh: found[1], en: found[2], archive: false };
}
