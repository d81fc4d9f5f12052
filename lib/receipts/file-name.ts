import { extname } from "node:path";
import { businessAnswered } from "../business/index.js";
import type { Receipt } from "../document.js";
import { type NameForm, shortened, stampOf, timeOfStamp } from "../files/names.js";
import { looksLikeSeqNo } from "./record.js";

/** Bytes of a whole name; file systems allow 255, and a number or `.reason.json` may still be added. */
const MAX_BYTES = 200;
const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

/** The official prefixes, spelled as they are (domain 0, item 2). */
type Prefix = "Successed_" | "Failed_" | "Receipt_";

/** What the name of a receipt's file says of it. */
type Named = Pick<Receipt, "kind" | "ok"> &
  Partial<Pick<Receipt, "outcome" | "format" | "seqNo">> & {
    /** The message that brought it, for the official form. */
    messageId?: string;
  };

function prefixOf({ kind, ok, outcome }: Named): Prefix {
  if (kind === "business" || kind === "subscription" || outcome === "unknown") return "Receipt_";
  return ok ? "Successed_" : "Failed_";
}

/**
 * The official name of a receipt in InBox (domain 2, "File names"):
 * `Successed_<base>_<yyyyMMddHHmmssSSS>.xml` for a good import receipt, `Failed_` for a bad one and for a local failure,
 * `Receipt_` for a business receipt, a subscribed declaration, and for one whose code nobody knows. `about` is the document's file name, or, for a receipt that has no document, its key
 * or format. Whatever it holds, the result is a plain file name of at most 200 bytes. `at` in milliseconds since the epoch.
 *
 * In the official form (field 4) the stamp has 23 digits, `Successed_` and `Failed_` keep the ending of the document's file, and a business
 * receipt is `Receipt_<message id>_<stamp>.xml`, of a declaration `Receipt_DECCUS004_<18-digit number>_<message id>_<stamp>.xml`.
 */
export function receiptFileName(receipt: Named, about: string, at: number, form: NameForm = "own"): string {
  const head = prefixOf(receipt);
  const byMessage = form === "official" && head === "Receipt_";
  const ending = form === "official" && !byMessage ? endingOf(about) : ".xml";
  const tail = `_${stampOf(at, form)}${ending}`;
  const base = byMessage ? safeBase(messageName(receipt, about)) : safeBase(about, ending);
  return `${head}${shortened(base, MAX_BYTES - head.length - tail.length)}${tail}`;
}

/** Whether the name of a receipt's file follows from the receipt alone, whatever document it answers. */
export function isNamedByMessage(receipt: Named, form: NameForm): boolean {
  return form === "official" && prefixOf(receipt) === "Receipt_";
}

/** Names by which the official client calls a business receipt; programs split them by `_`, so the id of a declaration's has none. */
function messageName({ format = "", seqNo = "", messageId = "" }: Named, about: string): string {
  const name = businessAnswered(format)?.receiptName;
  return name === undefined || seqNo === ""
    ? messageId || about
    : [name, seqNo, (messageId || about).replaceAll("_", "-")].join("_");
}

/** What says of a file what is in it; a receipt is always XML. */
const CONTAINERS = new Set([".zip", ".pdf", ".json", ".tmp", ".temp", ".part"]);

/** The ending of a document's file, as its receipt gets it: one that begins with a letter, a business' own (`.INVT`) too. */
function endingOf(about: string): string {
  const ending = extname(about);
  return /^\.[A-Za-z][A-Za-z0-9]{0,9}$/.test(ending) && !CONTAINERS.has(ending.toLowerCase()) ? ending : ".xml";
}

/** Without path, separators, control and format characters, and without an ending of `.xml` or `.zip`, or the one that its name gets again. */
function safeBase(about: string, ending = ""): string {
  const whole = about.toWellFormed();
  const own = ending !== "" && whole.endsWith(ending);
  // Cut first: what follows looks at it several times, and nothing of it beyond these bytes is kept.
  const cleaned = shortened(own ? whole.slice(0, -ending.length) : whole.replace(/\.(?:xml|zip)$/i, ""), 4 * MAX_BYTES)
    .normalize("NFC")
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
  /** The original file's name without its ending, or what the official client puts in its place: a message id, numbers. */
  base: string;
  /** The 18-digit number of the data centre that stands in it; empty when none does. */
  seqNo: string;
  /** Milliseconds since the epoch, from the first 14 digits of the time stamp; undefined when they are no time. */
  at: number | undefined;
}

/** Longer texts are no names of files. */
const LONGEST = 1000;

/**
 * Reads the name of a receipt file, official or ours, or undefined when it is none. Compared without case; the stamp has
 * 14 to 23 digits of which the first 14 count, in China time (domain 2); a `(2)` for a taken name and any ending are allowed.
 * The official client's forms: `Successed_<sent name>_<stamp>.xml`, `Failed_…`, `Receipt_<message id>_<stamp>.xml`, and for a
 * declaration `Receipt_DECCUS004_<18-digit number>_<message id>_<stamp>.xml`.
 */
export function parseReceiptFileName(name: string): ReceiptFileName | undefined {
  const plain = lastName(name);
  if (plain.length > LONGEST) return undefined;
  const match = /^(successed|failed|receipt)_(.+)_(\d{14})\d{0,9}(?:\(\d+\))?(?:\.[^.]*)?$/is.exec(plain);
  if (!match) return undefined;
  const [, prefix = "", base = "", stamp = ""] = match;
  const lower = prefix.toLowerCase();
  return {
    kind: lower === "receipt" ? "business" : "import",
    ok: lower === "successed",
    base,
    seqNo: base.split("_").find(looksLikeSeqNo) ?? "",
    at: timeOfStamp(stamp),
  };
}

/** The last name of a path of any system. */
export function lastName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
