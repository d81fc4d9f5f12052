import { extname } from "node:path";
import { entryNameOf, headersOf, isZip, readZip, writeZip } from "../archive/index.js";
import { ImportClientError } from "../errors.js";
import { type FolderSetting, wayOf } from "./folder-settings.js";
import { type Inspection, inspect } from "./inspect.js";

export interface PackingOptions {
  /** Time in every header of a written ZIP, milliseconds since the epoch: fixed, so that a repeat is identical. */
  at: number;
  /** Drop folders inside a ZIP when names stay unique, instead of refusing it (faq 3). */
  flatten: boolean;
  names: "utf-8" | "gbk";
  /** Who knows already what these bytes are. */
  inspect?: typeof inspect;
  /** The document's folder, and the table that says how types go that are not known. */
  folder?: string;
  folders?: readonly FolderSetting[];
}

export interface PackedFile {
  name: string;
  bytes: Buffer;
}

/** A file name with another extension. */
export function renamed(fileName: string, extension: string): string {
  return fileName.slice(0, fileName.length - extname(fileName).length) + extension;
}

/**
 * What the message type wants: a type that is taken as ZIP only is packed (faq 16), a ZIP whose headers lack method,
 * sizes, CRC or time is written again (faq 17), everything else stays byte for byte. Rejects with SW-ZIP or SW-XSD.
 */
export async function normaliseFile(bytes: Buffer, fileName: string, options: PackingOptions): Promise<PackedFile> {
  if (isZip(bytes)) {
    const entries = await readZip(bytes, { flatten: options.flatten });
    const headers = await headersOf(bytes);
    const flat = headers.every(({ name }) => !/[\\/]/.test(name));
    if (flat && headers.every(({ complete }) => complete)) return { name: fileName, bytes };
    return { name: fileName, bytes: await writeZip(entries, options) };
  }
  const document = await (options.inspect ?? inspect)(bytes, fileName);
  const way = wayOf(document, options.folder ?? "", options.folders ?? []);
  return way?.zip === "required" ? packed(bytes, fileName, options) : { name: fileName, bytes };
}

/** Always a ZIP: a bare XML becomes the only entry of one that is named like it. A DxpMsg is a wrapper already and stays. */
export async function packFile(bytes: Buffer, fileName: string, options: PackingOptions): Promise<PackedFile> {
  if (isZip(bytes)) return normaliseFile(bytes, fileName, options);
  const { wrapped } = await (options.inspect ?? inspect)(bytes, fileName);
  return wrapped ? { name: fileName, bytes } : packed(bytes, fileName, options);
}

async function packed(bytes: Buffer, fileName: string, options: PackingOptions): Promise<PackedFile> {
  return {
    name: renamed(fileName, ".zip"),
    bytes: await writeZip([{ name: entryNameOf(renamed(fileName, ".xml")), bytes }], options),
  };
}

/**
 * As `inspect`, of a ZIP as it would be without its folders: what it is does not depend on them, and whether they may be
 * there is the flow's to say, by `normaliseFile`. `inspectIt`: who knows already what these bytes are. Rejects with SW-ZIP or SW-XSD.
 */
export async function inspectFlattened(
  bytes: Buffer,
  fileName: string,
  inspectIt: PackingOptions["inspect"] = inspect,
): Promise<Inspection> {
  try {
    return await inspectIt(bytes, fileName);
  } catch (error) {
    if (!(error instanceof ImportClientError) || !["folder", "absolute"].includes(error.details.reason ?? ""))
      throw error;
    const flat = await normaliseFile(bytes, fileName, { at: 0, flatten: true, names: "utf-8" });
    return await inspectIt(flat.bytes, fileName);
  }
}

/** The document's XML out of a ZIP; a bare XML stays. */
export async function unpackFile(bytes: Buffer, fileName: string, options: PackingOptions): Promise<PackedFile> {
  if (!isZip(bytes)) return { name: fileName, bytes };
  const { xmlName, xml, wrapped } = await (options.inspect ?? inspect)(bytes, fileName);
  return wrapped ? { name: fileName, bytes } : { name: xmlName, bytes: xml };
}
