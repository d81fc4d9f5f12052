import { isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";
import { ImportClientError, neutral } from "../errors.js";
import { type FileKind, fileKind } from "../file-kind.js";
import { brokenLine, writtenIn } from "./real-encoding.js";

/** XML bytes with their encoding found out, and a view of them that a scanner can walk. */
export interface XmlSource {
  bytes: Buffer;
  /** WHATWG label: `utf-8`, `utf-16le`, `utf-16be`, `gb18030` (GB2312 and GBK are parts of it), `windows-1252` ... */
  encoding: string;
  /** As the XML declaration spells it, or empty. */
  declared: string;
  /** Markup as ASCII, one code unit for each `unit` bytes; text in it is read with `textAt`. */
  view: string;
  unit: 1 | 2;
  /** Decodes the code units from `start` up to `end` of the view. */
  textAt(start: number, end: number): string;
}

/** The byte order mark in GB18030, which some Windows editors write. */
const GB18030_MARK = "\x84\x31\x95\x33";
const DECLARATION = /^(?:\xef\xbb\xbf|\x84\x31\x95\x33)?<\?xml\s[^>]*?encoding\s*=\s*(["'])([A-Za-z][A-Za-z0-9._-]*)\1/;
const NOT_ASCII = /[\u0080-\uffff]/;

const UTF8 = /^utf-?8$/i;

/** Labels that all mean GB18030: a document may declare the older subset and use characters of the newer one. */
const CHINESE = /^(gb[-_]?2312(-80)?|gbk|gb18030|(?:cp|ms|windows-)936|x-gbk|euc-cn)$/i;

/** What a document's first bytes say about its encoding. */
export interface DetectedEncoding {
  /** As `XmlSource.encoding`. */
  encoding: string;
  declared: string;
  /** Length of the byte order mark. */
  bom: number;
  /** Two bytes make a code unit, as the bytes themselves show. */
  wide: boolean;
}

/** Finds the encoding from the byte order mark, then the declaration, then UTF-8 (XML 1.0, appendix F). */
export function detectEncoding(bytes: Buffer): DetectedEncoding {
  const head = bytes.toString("latin1", 0, 256);
  const wide = (encoding: "utf-16le" | "utf-16be", bom: number) => {
    const from = (encoding === "utf-16le" ? 0 : 1) + bom;
    // Of each pair of bytes the one that is not zero: a declaration is ASCII.
    let ascii = "";
    for (let at = from; at < head.length; at += 2) ascii += head[at];
    return { encoding, declared: DECLARATION.exec(ascii)?.[2] ?? "", bom, wide: true };
  };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return wide("utf-16le", 2);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return wide("utf-16be", 2);
  if (head.startsWith("<\0")) return wide("utf-16le", 0);
  if (head.startsWith("\0<")) return wide("utf-16be", 0);
  const declared = DECLARATION.exec(head)?.[2] ?? "";
  if (head.startsWith(GB18030_MARK)) return { encoding: "gb18030", declared, bom: 4, wide: false };
  if (head.startsWith("\xef\xbb\xbf")) return { encoding: "utf-8", declared, bom: 3, wide: false };
  const encoding = declared === "" || UTF8.test(declared) ? "utf-8" : declared.toLowerCase();
  return { encoding: CHINESE.test(declared) ? "gb18030" : encoding, declared, bom: 0, wide: false };
}

function decoderFor(encoding: string, declared: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  } catch (cause) {
    throw new ImportClientError(
      "SW-XSD",
      { zh: `XML 声明的编码 ${declared} 无法识别`, en: `the XML declares an encoding that is not known: ${declared}` },
      { cause, advice: { zh: "请用 UTF-8 或 GB18030 重新生成报文。", en: "Write the document in UTF-8 or GB18030." } },
    );
  }
}

function contradiction(bytes: Buffer, declared: string, cause?: unknown): ImportClientError {
  const real = writtenIn(bytes);
  const line = real === undefined && (declared === "" || UTF8.test(declared)) ? brokenLine(bytes) : undefined;
  if (line !== undefined) return brokenCharacter(line, cause);
  const label =
    declared === "" ? { zh: "UTF-8（没有声明编码时即为此）", en: "UTF-8 (none is declared)" } : neutral(declared);
  return new ImportClientError(
    "SW-XSD",
    {
      zh: `报文内容不是所声明的编码 ${label.zh}${real ? `，实际是 ${real}` : ""}`,
      en: `the bytes are not in the encoding that the document claims: ${label.en}${real ? `; they are ${real}` : ""}`,
    },
    {
      cause,
      advice: {
        zh: "请让 XML 声明中的 encoding 与文件实际编码一致（常见：声明 UTF-8 而实际为 GBK，或声明 UTF-16 而实际为 UTF-8）。",
        en: "Make the declared encoding and the file's real one agree (often: UTF-8 declared and GBK written, or UTF-16 declared and UTF-8 written).",
      },
    },
  );
}

/** A text in UTF-8 but for a character of which only a part is there: a field was cut after so many bytes, or the file was. */
function brokenCharacter(line: number, cause: unknown): ImportClientError {
  return new ImportClientError(
    "SW-XSD",
    {
      zh: `第 ${line} 行有不完整的字符：不是有效的 UTF-8`,
      en: `there is a broken character in line ${line}: it is not valid UTF-8`,
    },
    {
      cause,
      advice: {
        zh: "常见原因：字段按字节数截断，汉字只剩一半；或文件没有写完、混入了其他编码的文字。请按字符截断后重新生成。",
        en: "Often a field was cut after so many bytes, in the middle of a Chinese character; or the file was cut, or text in another encoding was put in. Cut by characters and write it again.",
      },
      details: { line },
    },
  );
}

const WIDE = /^(?:utf-?16|utf-?32|ucs-?[24]|iso-10646|(?:cs)?unicode)/i;

/** A file that is no XML at all, by what it is. */
export function noXml({ zh, en, archive }: FileKind): ImportClientError {
  return new ImportClientError(
    "SW-XSD",
    { zh: `文件不是 XML，而是${/^[\x21-\x7e]/.test(zh) ? " " : ""}${zh}`, en: `the file is no XML but ${en}` },
    {
      advice: archive
        ? {
            zh: "请用 ZIP 格式重新压缩（普通 deflate，不加密，不分卷，不含文件夹），其中放 XML 和 PDF。",
            en: "Pack XML and PDFs again as a ZIP: plain deflate, no password, one volume, no folder.",
          }
        : {
            zh: "请放入 XML 报文，或含该 XML 及其 PDF 的 ZIP；核对导出程序写的是哪个文件。",
            en: "Hand in the document's XML, or a ZIP of that XML and its PDFs; see which file the producer wrote.",
          },
      details: { reason: "no-xml" },
    },
  );
}

/** Encodings in which a plain `<` byte can be half of another character: the bytes could not be scanned as they are. */
const SHIFTING = /^(csiso2022|iso-2022|hz-gb-2312|utf-7)/;

/**
 * Opens XML bytes for scanning. Rejects with SW-XSD when the encoding is unknown or the bytes contradict it
 * (promises 5: "a wrong declaration is named"). `checked`: the bytes were opened before, they are not gone through again.
 */
export function openXml(bytes: Buffer, options: { checked?: boolean } = {}): XmlSource {
  // Nothing but white space and a byte order mark may stand before the first `<`.
  const stranger = bytes[0] === 0x3c ? undefined : fileKind(bytes);
  if (stranger) throw noXml(stranger);
  const { encoding, declared, bom, wide } = detectEncoding(bytes);
  // A declaration that could be read byte by byte is not in UTF-16, whatever it says.
  if (WIDE.test(declared) && !wide) throw contradiction(bytes, declared);
  // UTF-8 needs none, and one is dear to make.
  const decoder =
    encoding === "utf-8" ? undefined : decoderFor(SHIFTING.test(encoding) ? "replacement" : encoding, declared);
  let decoded = "";
  try {
    if (!decoder) {
      if (!options.checked && !isUtf8(bytes)) throw new Error("not UTF-8");
    } else if (wide || !options.checked) decoded = decoder.decode(bytes);
  } catch (cause) {
    throw contradiction(bytes, declared, cause);
  }
  if (wide) {
    return { bytes, encoding, declared, view: decoded, unit: 2, textAt: (start, end) => decoded.slice(start, end) };
  }
  // In UTF-8 and in GB18030 no byte of a longer character is `<`, `>`, `&` or a quote, so the bytes themselves can be
  // scanned, and every index in the view is a byte offset.
  const view = bytes.toString("latin1");
  const start = bom;
  return {
    bytes,
    encoding,
    declared,
    view,
    unit: 1,
    textAt(from, end) {
      const ascii = view.slice(Math.max(from, start), end);
      if (!NOT_ASCII.test(ascii)) return ascii;
      const part = bytes.subarray(Math.max(from, start), end);
      return decoder ? decoder.decode(part) : part.toString("utf8");
    },
  };
}
