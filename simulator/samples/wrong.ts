import JSZip from "jszip";

/** How a bad ZIP is bad; all entries are otherwise readable. */
export interface BadZipOptions {
  /** Puts every entry into this folder (faq 3). */
  folder?: string;
  /** Writes sizes behind the data instead of in the local header (faq 17). */
  dataDescriptors?: boolean;
  /** Milliseconds since the epoch. */
  at?: number;
}

/** A ZIP that our own writer refuses to write. */
export async function badZip(
  entries: readonly { name: string; bytes: Buffer }[],
  options: BadZipOptions = {},
): Promise<Buffer> {
  const zip = new JSZip();
  const date = new Date(options.at ?? Date.now());
  for (const { name, bytes } of entries) {
    zip.file(options.folder === undefined ? name : `${options.folder}/${name}`, bytes, { date });
  }
  return await zip.generateAsync({
    type: "nodebuffer",
    compression: "DEFLATE",
    streamFiles: options.dataDescriptors ?? false,
  });
}
