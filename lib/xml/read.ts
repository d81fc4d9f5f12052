import { openXml } from "./encoding.js";
import { IN_THREAD, type LibXml, loadLibXml, parseStrictly } from "./libxml.js";
import { scanXml, scanXmlInTurns, type XmlElement } from "./scan.js";
import { assertWellFormed } from "./wellformed.js";

/**
 * Reads an XML into a tree, after libxml2 has found it well-formed (promises 5). A large document is parsed in a thread
 * and scanned in turns, so that it does not hold up the event loop. Rejects with SW-XSD.
 */
export async function readXml(bytes: Buffer): Promise<XmlElement> {
  if (bytes.length > IN_THREAD) {
    await assertWellFormed(bytes);
    return scanXmlInTurns(openXml(bytes, { checked: true }));
  }
  return readNow(await loadLibXml(), bytes);
}

/** The same at once, for bytes that are few. Throws SW-XSD. */
export function readNow(lib: LibXml, bytes: Buffer): XmlElement {
  const source = openXml(bytes);
  parseStrictly(lib, source, { dense: true }).dispose();
  return scanXml(source);
}
