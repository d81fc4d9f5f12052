import type { Receipt } from "../document.js";
import { shortened, timeOfStamp, timeStamp } from "../files/names.js";

/** Bytes of a whole name; file systems allow 255, and a number or `.reason.json` may still be added. */
const MAX_BYTES = 200;
const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

/** The official prefixes, spelled as they are (domain 0, item 2). */
type Prefix = "Successed_" | "Failed_" | "Receipt_";

function prefixOf({ kind, ok }: Pick<Receipt, "kind" | "ok">): Prefix {
  if (kind === "business") return "Receipt_";
  return ok ? "Successed_" : "Failed_";
}

/**
 * The official name of a receipt in InBox (domain 2, "File names"):
 * `Successed_<base>_<yyyyMMddHHmmssSSS>.xml` for a good import receipt, `Failed_` for a bad one and for a local failure,
 * `Receipt_` for a business receipt. `about` is the document's file name, or, for a receipt that has no document, its key
 * or format. Whatever it holds, the result is a plain file name of at most 200 bytes. `at` in milliseconds, local time.
 */
export function receiptFileName(receipt: Pick<Receipt, "kind" | "ok">, about: string, at: number): string {
  const head = prefixOf(receipt);
  const tail = `_${timeStamp(at)}.xml`;
  return `${head}${shortened(safeBase(about), MAX_BYTES - head.length - tail.length)}${tail}`;
}

/** Without path, separators, control and format characters, and without an ending of `.xml` or `.zip`. */
function safeBase(about: string): string {
  const cleaned = about
    .toWellFormed()
    .normalize("NFC")
    .replace(/\.(?:xml|zip)$/i, "")
    .replace(/[\\/:*?"<>|\ufffd]/g, "_")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "")
    .replace(/^[\s.]+/, "");
  // From the end: an expression would try again at each of many blanks.
  let end = cleaned.length;
  while (/[\s.]/.test(cleaned.charAt(end - 1))) end--;
  const name = cleaned.slice(0, end);
  if (name === "") return "unknown";
  return RESERVED.test(name) ? `_${name}` : name;
}

/** What the name of a file in InBox says. */
export interface ReceiptFileName {
  kind: "import" | "business";
  /** For `import`: Successed_ or Failed_. A business receipt's name says nothing of it. */
  ok: boolean;
  /** The original file's name without its ending. */
  base: string;
  /** Milliseconds, from the first 14 digits of the time stamp; undefined when they are no time. */
  at: number | undefined;
}

/**
 * Reads the name of a receipt file, official or ours, or undefined when it is none. Compared without case; the stamp has
 * 14 to 22 digits of which the first 14 count (domain 2); a `(2)` for a taken name and any ending are allowed.
 */
export function parseReceiptFileName(name: string): ReceiptFileName | undefined {
  const plain = name.replace(/^.*[\\/]/s, "");
  const match = /^(successed|failed|receipt)_(.+)_(\d{14})\d{0,8}(?:\(\d+\))?(?:\.[^.]*)?$/is.exec(plain);
  if (!match) return undefined;
  const [, prefix = "", base = "", stamp = ""] = match;
  const lower = prefix.toLowerCase();
  return { kind: lower === "receipt" ? "business" : "import", ok: lower === "successed", base, at: timeOfStamp(stamp) };
}
