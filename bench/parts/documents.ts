import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeZip } from "../../lib/archive/index.js";
import { DEMO_IDENTITY, decXml, type Edoc, edocName, freshKey } from "../../simulator/samples/index.js";

/** What a run is made of: the bare XML of a 报关单 with 20 items, its ZIP, or a ZIP of 5 MB with PDFs. */
export type Shape = "16 KB bare" | "16 KB ZIP" | "5 MB ZIP";

const PDF_SIZE = 1_250_000;

/** A PDF of a size, whose pages cannot be packed. */
function largePdf(): Buffer {
  const pages = 8;
  const objects = Array.from({ length: pages }, (_, page) => `${page + 3} 0 obj<</Type/Page/Parent 2 0 R>>endobj\n`);
  const kids = objects.map((_, page) => `${page + 3} 0 R`).join(" ");
  return Buffer.concat([
    Buffer.from(
      `%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[${kids}]/Count ${pages}>>endobj\n`,
    ),
    Buffer.from(objects.join("")),
    Buffer.from("99 0 obj<<>>stream\n"),
    randomBytes(PDF_SIZE),
    Buffer.from("\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"),
  ]);
}

/** Writes so many documents, all different, into a folder. Resolves to their names and bytes in all. */
export async function writeDocuments(
  folder: string,
  shape: Shape,
  count: number,
): Promise<{ names: string[]; bytes: number }> {
  mkdirSync(folder, { recursive: true });
  const names: string[] = [];
  let bytes = 0;
  for (let index = 0; index < count; index++) {
    const key = freshKey();
    const edocs: Edoc[] =
      shape !== "5 MB ZIP"
        ? []
        : Array.from({ length: 4 }, (_, number) => {
            const code = `0000000${number + 1}`;
            return { id: edocName(DEMO_IDENTITY.region, code), code, bytes: largePdf() };
          });
    const xml = decXml({ key, operType: "G", edocs });
    const pdfs = edocs.map(({ id, bytes: pdf }) => ({ name: id, bytes: pdf }));
    const zipped = shape !== "16 KB bare";
    const payload = zipped ? await writeZip([{ name: `${key}.xml`, bytes: xml }, ...pdfs], { at: Date.now() }) : xml;
    const name = `${key}.${zipped ? "zip" : "xml"}`;
    writeFileSync(join(folder, name), payload);
    names.push(name);
    bytes += payload.length;
  }
  return { names, bytes };
}
