import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Recognised } from "./recognise.js";
import { libXml, parseXml } from "./tree.js";

/** The package's schemas that are made from official XSDs: those of 跨境电商 (notice 2018-113 and the texts of 2022). */
const MADE_FROM_OFFICIAL = ["CEB303Message", "CEB311Message", "CEB603Message", "CEB621Message"];
const OURS = join(__dirname, "..", "schemas");

function schemaOf({ type, body, root }: Recognised, folder: string): string | undefined {
  const names = [type, `${type}Message`, body.name, root.name];
  if (folder !== "") return names.map((name) => join(folder, `${name}.xsd`)).find((file) => existsSync(file));
  const own = names.find((name) => MADE_FROM_OFFICIAL.includes(name));
  return (
    own &&
    [OURS, join(OURS, "..", "..", "schemas")].map((at) => join(at, `${own}.xsd`)).find((file) => existsSync(file))
  );
}

/**
 * What libxml2 says against a document by its official XSD; undefined when it is valid, or when there is none for it. `folder`:
 * the official files, each named by its message type or its root (`DEC.xsd`, `DecMessage.xsd`); empty = the package's own.
 */
export async function againstOfficial(document: Recognised, folder: string): Promise<string | undefined> {
  const file = schemaOf(document, folder);
  if (!file) return undefined;
  const { XmlDocument, XsdValidator } = await libXml();
  const schema = XmlDocument.fromBuffer(readFileSync(file), { url: file });
  try {
    const validator = XsdValidator.fromDoc(schema);
    const xml = await parseXml(document.xml);
    try {
      validator.validate(xml);
      return undefined;
    } catch (error) {
      return (error as Error).message.replace(/\s+/g, " ").trim().slice(0, 400);
    } finally {
      xml.dispose();
      validator.dispose();
    }
  } finally {
    schema.dispose();
  }
}
