import { textAt } from "../tree.js";
import type { FaultRule } from "./types.js";

function plain(name: string): string {
  return name.toLowerCase().replace(/\.pdf$/, "");
}

/**
 * In a 报关单 ZIP each EdocRealation has its PDF and each PDF its EdocRealation (faq 15). What the data centre answers is
 * not known, as the official client does not send such a ZIP; here it stays at 成功发往海关 (assumed).
 */
export const attachments: FaultRule = {
  id: "attachments",
  source: "faq 15; the outcome is assumed",
  check({ opened, document }) {
    if (document.family !== "dec" || !opened.zipped) return undefined;
    const named = document.body.children
      .filter(({ name }) => name === "EdocRealation")
      .map((edoc) => plain(textAt(edoc, "EdocID")));
    const present = document.attachments.filter((name) => name.toLowerCase().endsWith(".pdf")).map(plain);
    const lost = named.find((name) => !present.includes(name));
    if (lost !== undefined) return { kind: "stick", why: `EdocRealation without its PDF: ${lost}` };
    const stray = present.find((name) => !named.includes(name));
    return stray === undefined ? undefined : { kind: "stick", why: `PDF without EdocRealation: ${stray}` };
  },
};
