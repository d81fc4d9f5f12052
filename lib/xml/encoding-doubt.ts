import { isAscii } from "node:buffer";
import { TextDecoder } from "node:util";
import { detectEncoding } from "./encoding.js";
import { isMostlyChinese, writtenIn } from "./real-encoding.js";

/** A declaration that does not say what the bytes are. */
export interface EncodingDoubt {
  /** As the document spells it. */
  declared: string;
  /** What the bytes are; empty where they only show that they are not what is declared. */
  real: string;
}

const ASCII = /^(?:us-)?ascii$|^(?:iso-?646|ansi_x3\.4)/i;
const UTF16 = /^(?:utf-?16|ucs-?2|iso-10646-ucs-2|(?:cs)?unicode)/i;

/**
 * Where a document's declaration names another encoding than its bytes show, and could be believed all the same: a receiver that
 * does so reads other characters. Undefined where they agree, where nothing is declared, and where there is only ASCII.
 */
export function encodingDoubt(bytes: Buffer): EncodingDoubt | undefined {
  const { encoding, declared, wide, bom } = detectEncoding(bytes);
  if (wide) return declared === "" || UTF16.test(declared) ? undefined : { declared, real: "UTF-16" };
  if (declared === "" || (encoding === "utf-8" && bom === 0)) return undefined;
  const named = labelled(declared);
  if (bom > 0) {
    const real = encoding === "utf-8" ? "UTF-8" : "GB18030";
    return named === undefined || named === encoding || (named === "gbk" && encoding === "gb18030")
      ? undefined
      : { declared, real };
  }
  if (named === undefined || isAscii(bytes)) return undefined;
  const real = writtenIn(bytes);
  if (encoding === "gb18030") return real === "UTF-8" && isMostlyChinese(bytes) ? { declared, real } : undefined;
  if (real === undefined) return ASCII.test(declared) ? { declared, real: "" } : undefined;
  // Japanese, Korean, and the traditional characters of Big5 have bytes of the same ranges.
  const single = /^(?:windows-|iso-8859|macintosh|koi8|ibm|x-mac)/.test(named);
  return single || (real === "UTF-8" && isMostlyChinese(bytes)) ? { declared, real } : undefined;
}

/** The encoding that a label stands for; undefined for one that nobody knows. */
function labelled(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
}
