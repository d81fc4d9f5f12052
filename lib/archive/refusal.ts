import { type Bilingual, type FaultDetails, ImportClientError } from "../errors.js";

const REPACK: Bilingual = {
  zh: "请重新打包：所有文件放在 ZIP 根目录，不含文件夹、不加密，使用普通 deflate 压缩。",
  en: "Pack it again: all files at the top of the ZIP, no folder, no encryption, plain deflate.",
};

/** An SW-ZIP fault. `entry` is repeated in `details` for programs. */
export function zipRefused(
  zh: string,
  en: string,
  parts: { entry?: string; reason?: string; cause?: unknown; advice?: Bilingual } = {},
): ImportClientError {
  const details: FaultDetails = {};
  if (parts.entry !== undefined) details.entry = parts.entry;
  if (parts.reason !== undefined) details.reason = parts.reason;
  return new ImportClientError("SW-ZIP", { zh, en }, { cause: parts.cause, advice: parts.advice ?? REPACK, details });
}
