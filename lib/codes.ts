import type { CodeMeaning } from "./code-line.js";
import { DOCUMENT_CODES } from "./document-codes.js";
import type { Fault, FaultKind } from "./errors.js";
import { SURROUNDING_CODES } from "./surrounding-codes.js";

export type { CodeMeaning } from "./code-line.js";

/** Every code of the official client and of this package. `X-*` stands for all that begin with `X-`. */
export const CODES = { ...DOCUMENT_CODES, ...SURROUNDING_CODES };

const byName: Readonly<Record<string, CodeMeaning | undefined>> = CODES;

/** What the system says of disk, files, memory and network: never the document's fault. */
const SYSTEM_CODES = new Set([
  ...["ENOSPC", "EDQUOT", "EROFS", "EIO", "EMFILE", "ENFILE", "ENOMEM", "EBUSY", "EACCES", "EPERM", "ESTALE", "EXDEV"],
  ...["ENOENT", "ENOTDIR"],
  ...["ENOTCONN", "ENETDOWN", "ENETUNREACH", "EHOSTDOWN", "EHOSTUNREACH", "ECONNREFUSED", "ECONNRESET", "ECONNABORTED"],
  ...["ETIMEDOUT", "EPIPE", "EAI_AGAIN", "ENOTFOUND"],
]);

/** The table's entry for a code: its own, else that of the longest `X-*` that it begins with; undefined for a stranger's code. */
export function meaningOf(name: string): CodeMeaning | undefined {
  const own = Object.hasOwn(CODES, name) ? byName[name] : undefined;
  if (own) return own;
  for (let end = name.lastIndexOf("-"); end > 0; end = name.lastIndexOf("-", end - 1)) {
    const family = byName[`${name.slice(0, end)}-*`];
    if (family) return family;
  }
  return undefined;
}

/** What a fault means for its document. A code that is nobody's here, from a flow's own nodes, fails it. */
export function kindOf({ code: name, kind }: Pick<Fault, "code" | "kind">): FaultKind {
  return kind ?? (SYSTEM_CODES.has(name) ? "waits" : (meaningOf(name)?.kind ?? "fails"));
}
