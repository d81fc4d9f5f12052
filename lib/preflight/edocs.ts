import type { XmlElement } from "../xml/scan.js";

/** EdocID; one producer writes EdocId (formats, "Conflicts between sources"). */
export function edocIdOf(edoc: XmlElement): XmlElement | undefined {
  return edoc.child("EdocID") ?? edoc.child("EdocId");
}

/** Names under which an attachment may lie in the ZIP: EdocID is the PDF's file name (domain 1.1). */
export function pdfNames(edocId: string): string[] {
  return /\.pdf$/i.test(edocId) ? [edocId] : [`${edocId}.pdf`, edocId];
}

/**
 * Does this EdocRealation announce a PDF? Structured documents (format S) and the electronic agency agreement
 * (10000001), whose EdocID is a number, have none; templates leave the whole element empty.
 */
export function announcesPdf(edoc: XmlElement): boolean {
  const id = edocIdOf(edoc)?.text.trim() ?? "";
  if (id === "") return false;
  if (/\.pdf$/i.test(id)) return true;
  return edoc.textAt("EdocFomatType").toUpperCase() !== "S" && edoc.textAt("EdocCode") !== "10000001";
}

/** Names compare in NFC: a ZIP made on macOS holds decomposed names. */
export function sameName(name: string): string {
  return name.normalize("NFC");
}
