import { openXml } from "./encoding.js";
import { IN_THREAD, loadLibXml, parseStrictly } from "./libxml.js";
import { keepParsed } from "./parsed.js";
import { scanXml, scanXmlInTurns, type XmlElement } from "./scan.js";
import { assertWellFormed } from "./wellformed.js";

/**
 * Reads an XML into a tree, after libxml2 has found it well-formed (promises 5). A large document is parsed in a thread
 * and scanned in turns, so that it does not hold up the event loop. `toValidate`: it will go to `SchemaStore.validate`
 * next, so libxml2's tree of a small one is kept for a while. Rejects with SW-XSD.
 */
export async function readXml(bytes: Buffer, options: { toValidate?: boolean } = {}): Promise<XmlElement> {
  if (bytes.length > IN_THREAD) {
    await assertWellFormed(bytes);
    return scanXmlInTurns(openXml(bytes, { checked: true }));
  }
  const lib = await loadLibXml();
  const source = openXml(bytes);
  const { toValidate = false } = options;
  const document = parseStrictly(lib, source, { dense: toValidate });
  if (toValidate) keepParsed(bytes, document);
  else document.dispose();
  return scanXml(source);
}
