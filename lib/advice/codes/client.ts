import { CODES } from "../../codes.js";
import type { CodeEntry, CodeTable } from "../types.js";

/** Codes that tell somebody something and refuse no document. */
const NOTICES = new Set(["SW-UNKNOWN", "SW-CODE", "SW-OVERDUE", "SW-HOST"]);

function entries(list: (name: string) => boolean): CodeEntry[] {
  return Object.entries(CODES)
    .filter(([code]) => list(code))
    .map(([code, { meaning, cause, action, source }]) => ({
      code,
      outcome: NOTICES.has(code) ? "notice" : "refused",
      meaning,
      action,
      source,
      ...(cause && { cause }),
    }));
}

const isOurs = (code: string) => code.startsWith("SW-");

/** failCode of the official client (faq 10 to 13, domain B). Only these four are public. */
const failCode: CodeTable = { list: "failCode", formats: [], entries: entries((code) => !isOurs(code)) };

/** Codes of this package; those of a family (`SW-RULE-*`) stand behind those of their own name. */
const ownCodes: CodeTable = { list: "SW", formats: [], entries: entries(isOurs) };

export const tables: readonly CodeTable[] = [failCode, ownCodes];
