import type { XmlDocument } from "libxml2-wasm" with { "resolution-mode": "import" };

/**
 * Documents that libxml2 has parsed to see whether they are well-formed, kept for the validation that mostly follows:
 * parsing is the larger half of it. At most this many, the oldest goes first; each is of a small document.
 */
const MOST = 16;

const waiting = new Map<Buffer, XmlDocument>();

/** Keeps a document for whoever validates the same buffer next. From now on it is disposed here or by its taker. */
export function keepParsed(bytes: Buffer, document: XmlDocument): void {
  takeParsed(bytes)?.dispose();
  waiting.set(bytes, document);
  if (waiting.size <= MOST) return;
  for (const oldest of waiting.keys()) {
    takeParsed(oldest)?.dispose();
    return;
  }
}

/** The document of a buffer, where it is still there; the taker disposes it. */
export function takeParsed(bytes: Buffer): XmlDocument | undefined {
  const document = waiting.get(bytes);
  waiting.delete(bytes);
  return document;
}

/** Gives back all memory. */
export function dropParsed(): void {
  for (const document of waiting.values()) document.dispose();
  waiting.clear();
}
