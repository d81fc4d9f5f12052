import type { Bilingual } from "../errors.js";

/** What yauzl and zlib say of a ZIP that is damaged, and our words for it. */
const DAMAGE: readonly (readonly [RegExp, zh: string, en: string])[] = [
  [
    /^End of central directory record signature not found/,
    "找不到 ZIP 的结尾记录：文件没有写完、传输中被截断，或根本不是 ZIP",
    "its end record is not there: it was not written to its end, was cut on its way, or is no ZIP",
  ],
  [
    /^Invalid comment length/,
    "ZIP 结尾之后还有多余的字节（文件被追加过内容，或传输时出错）",
    "there are bytes behind its end: something was appended, or it was damaged on its way",
  ],
  [
    /^multi-disk zip files are not supported/,
    "这是分卷 ZIP 的一部分，请不要分卷压缩",
    "it is one volume of a split ZIP: pack it in one file",
  ],
  [/^invalid central directory file header signature/, "ZIP 的目录已损坏", "its directory is damaged"],
  [/^invalid local file header signature/, "ZIP 内的文件头已损坏", "the header of an entry is damaged"],
  [/^extra field length exceeds/, "ZIP 内文件的附加信息已损坏", "the extra data of an entry is damaged"],
  [/zip64/i, "ZIP64 的信息已损坏", "its ZIP64 data is damaged"],
  [/^strong encryption/, "ZIP 已加密，请去掉密码", "it is encrypted: pack it without a password"],
  [
    /^file data overflows file bounds/,
    "ZIP 被截断，文件内容不完整",
    "it was cut off: the data of an entry is not all there",
  ],
  [/size mismatch/, "ZIP 内文件的大小前后不一致", "it gives two sizes for one entry"],
  [/^unexpected E(?:OF|nd of file)|^unexpected end of file|^zip file too large/, "ZIP 被截断", "it was cut off"],
  [
    /^(?:invalid|incorrect) |bytes behind the compressed data|^too many/,
    "压缩数据已损坏",
    "the compressed data is damaged",
  ],
];

/** A message about damage in both languages; the library's own words where we have none. */
export function damageWords(message: string): Bilingual {
  const found = DAMAGE.find(([pattern]) => pattern.test(message));
  if (!found) return { zh: `原因：${message}`, en: message };
  const [, zh, en] = found;
  return { zh, en };
}
