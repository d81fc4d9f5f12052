import type { XmlElement } from "../xml/scan.js";

/** EdocID; one producer writes EdocId (formats, "Where sources disagree"). */
export function edocIdOf(edoc: XmlElement): XmlElement | undefined {
  return edoc.child("EdocID") ?? edoc.child("EdocId");
}

/** Names under which an attachment may lie in the ZIP: EdocID is the PDF's file name (domain 1.1). */
export function pdfNames(edocId: string): [string, ...string[]] {
  return isPdfName(edocId) ? [edocId] : [`${edocId}.pdf`, edocId];
}

export function isPdfName(name: string): boolean {
  return /\.pdf$/i.test(name);
}

/**
 * Does this EdocRealation announce a PDF? Structured documents (format S) and the electronic agency agreement
 * (10000001), whose EdocID is a number, have none; templates leave the whole element empty.
 */
export function announcesPdf(edoc: XmlElement): boolean {
  const id = edocIdOf(edoc)?.text.trim() ?? "";
  if (id === "") return false;
  if (isPdfName(id)) return true;
  return edoc.textAt("EdocFomatType").toUpperCase() !== "S" && edoc.textAt("EdocCode") !== "10000001";
}

/** File names of the PDFs that a 报关单 announces, each once, in the order of the document. */
export function announcedPdfs(declaration: XmlElement): string[] {
  const names = new Map<string, string>();
  for (const edoc of declaration.children) {
    if (edoc.name !== "EdocRealation" || !announcesPdf(edoc)) continue;
    const [name] = pdfNames(edocIdOf(edoc)?.text.trim() ?? "");
    if (!names.has(pdfKey(name))) names.set(pdfKey(name), name);
  }
  return [...names.values()];
}

/** Names compare in NFC: a ZIP made on macOS holds decomposed names. */
export function sameName(name: string): string {
  return name.normalize("NFC");
}

/** PDFs are looked for without regard to case too: an EdocID and its file often differ in it. */
export function pdfKey(name: string): string {
  return sameName(name).toLowerCase();
}
