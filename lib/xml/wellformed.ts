import { ImportClientError } from "../errors.js";
import { runTask } from "./run.js";

export interface WellFormedOptions {
  /** Bytes; larger ones are refused before anything parses them. Default 32 MiB. */
  maxBytes?: number;
  /** Milliseconds for a document large enough for a thread of its own. Default 20 s. */
  timeLimit?: number;
}

export const MAX_XML_BYTES = 32 * 1024 * 1024;

/** Refuses XML above a size, before it is parsed (promises 5). Throws SW-XSD. */
function assertXmlSize(bytes: Buffer, maxBytes = MAX_XML_BYTES): void {
  if (bytes.length <= maxBytes) return;
  throw new ImportClientError(
    "SW-XSD",
    {
      zh: `XML 过大：${bytes.length} 字节（上限 ${maxBytes}）`,
      en: `the XML is too large: ${bytes.length} bytes (limit ${maxBytes})`,
    },
    { advice: { zh: "请拆分报文。", en: "Split the document." }, details: { reason: "size" } },
  );
}

/**
 * Asserts that bytes are well-formed XML, by libxml2: size cap first, DOCTYPE refused, no entity substitution, no
 * network, depth at most 256, encodings UTF-8, UTF-16, GB2312/GBK/GB18030 and what else WHATWG knows. Rejects with SW-XSD,
 * `details.line` and `details.column` where known, and the words of libxml2 in both texts.
 */
export async function assertWellFormed(bytes: Buffer, options: WellFormedOptions = {}): Promise<void> {
  assertXmlSize(bytes, options.maxBytes);
  await runTask({ kind: "well-formed", bytes }, options.timeLimit);
}
