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

/** A PDF as a 报关单 announces it. */
export interface AnnouncedPdf {
  name: string;
  /** Its bytes, as EdocSize says; 0 where it says nothing that is a number. */
  size: number;
}

/** The PDFs that a 报关单 announces, each once, in the order of the document. */
export function announcedPdfs(declaration: XmlElement): AnnouncedPdf[] {
  const found = new Map<string, AnnouncedPdf>();
  for (const edoc of declaration.children) {
    if (edoc.name !== "EdocRealation" || !announcesPdf(edoc)) continue;
    const [name] = pdfNames(edocIdOf(edoc)?.text.trim() ?? "");
    if (!found.has(pdfKey(name))) found.set(pdfKey(name), { name, size: edocSizeOf(edoc) });
  }
  return [...found.values()];
}

/** The bytes that EdocSize says; 0 where it says nothing that is a number. Some producers may count otherwise: it never stops a document. */
export function edocSizeOf(edoc: XmlElement): number {
  const text = edoc.textAt("EdocSize").trim();
  return /^\d{1,12}$/.test(text) ? Number(text) : 0;
}

/** Names compare in NFC: a ZIP made on macOS holds decomposed names. */
export function sameName(name: string): string {
  return name.normalize("NFC");
}

/** PDFs are looked for without regard to case too: an EdocID and its file often differ in it. */
export function pdfKey(name: string): string {
  return sameName(name).toLowerCase();
}
