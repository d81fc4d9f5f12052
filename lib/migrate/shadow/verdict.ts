import { entryNameOf, isZip, writeZip, type ZipEntry } from "../../archive/index.js";
import { dec } from "../../business/dec.js";
import { announcedPdfs } from "../../business/edocs.js";
import { type FolderSetting, unknownType, wayOf } from "../../business/folder-settings.js";
import { inspect } from "../../business/inspect.js";
import { normaliseFile, type PackedFile, renamed } from "../../business/packing.js";
import { contextOf } from "../../compose/examine.js";
import { type Bilingual, type Fault, ImportClientError, neutral } from "../../errors.js";
import { faultOf } from "../../fault.js";
import type { SchemaStore } from "../../model/schema-store.js";
import { preflightInTurns } from "../../preflight/index.js";
import { faultOfChecks } from "../../preflight/refusal.js";
import type { PreflightContext } from "../../preflight/types.js";

/** What ours would have done with a document, had it been ours to send. */
export interface Verdict {
  /** `sent`: checked, packed, signed and sent. `waits`: for a setting. `repeated`: SW-DUP. */
  outcome: "sent" | "refused" | "waits" | "repeated";
  /** Why not; empty for `sent`. */
  code: string;
  text: Bilingual;
  advice?: Bilingual;
  warnings: number;
  messageType: string;
  /** As it stands, as a new ZIP, as a ZIP with its PDFs, as a ZIP whose headers were completed. */
  packed: "as-is" | "zip" | "gathered" | "rewritten" | "";
  /** Under which name it would have gone. */
  name: string;
  /** Signing profile; `none` = goes out unsigned. */
  profile: string;
  /** Where its bytes were read: before the official client took them, or after. */
  seenIn: "OutBox" | "SentBox" | "FailBox";
}

export interface JudgeSettings {
  client: PreflightContext["client"];
  folders: readonly FolderSetting[];
  schemas: SchemaStore;
}

/** A document as it lies in a box. */
export interface Seen {
  folder: string;
  fileName: string;
  bytes: Buffer;
  at: number;
  seenIn: Verdict["seenIn"];
  /** A PDF that lies beside it, by the name that an EdocRealation has; undefined where there is none. */
  pdf: (name: string) => Buffer | undefined;
}

/** mq-send's own limit, in bytes. */
const LARGEST = 32 * 1024 * 1024;

/**
 * Goes the way of the example flow, zip, validate-xsd, preflight, as far as it goes without card and broker. Never rejects for what the
 * bytes hold. What a card alone knows (its company, its number, its PIN) is not judged.
 */
export async function judge(seen: Seen, { client, folders, schemas }: JudgeSettings): Promise<Verdict> {
  const { folder, fileName, seenIn } = seen;
  const verdict: Verdict = {
    outcome: "sent",
    code: "",
    text: neutral(""),
    warnings: 0,
    messageType: "",
    packed: "",
    name: fileName,
    profile: "",
    seenIn,
  };
  const ends = (outcome: "refused" | "waits", { code, text, advice }: Fault): Verdict => ({
    ...verdict,
    outcome,
    code,
    text,
    ...(advice && { advice }),
  });
  try {
    const { file, packed } = await packedAs(seen, folders);
    const inspection = await inspect(file.bytes, file.name);
    Object.assign(verdict, { packed, name: file.name, messageType: inspection.kind?.type ?? "" });
    if (file.bytes.length > LARGEST) {
      const megabytes = Math.ceil(file.bytes.length / 1024 / 1024);
      return ends("refused", {
        code: "SW-SIZE",
        text: { zh: `${megabytes} MB，超过上限 32 MB`, en: `${megabytes} MB, more than 32 MB` },
      });
    }
    const bySchema = (await schemas.validate(inspection)) ?? [];
    const byRules = await preflightInTurns(contextOf(inspection, file.name, { business: folder, client }), {});
    verdict.warnings = [...bySchema, ...byRules].filter(({ severity }) => severity === "warning").length;
    const refused = [bySchema, byRules].find((checks) => checks.some(({ severity }) => severity === "error"));
    if (refused) return ends("refused", faultOfChecks(refused, "SW-XSD"));
    const way = wayOf(inspection, folder, folders);
    if (!way) return ends("waits", unknownType(inspection, folder));
    return { ...verdict, profile: way.signing };
  } catch (error) {
    if (!(error instanceof ImportClientError)) throw error;
    return ends(error.code === "SW-TYPE" || error.code === "SW-CONFIG" ? "waits" : "refused", faultOf(error));
  }
}

/** As folder-watch and zip would: with the PDFs that lie beside a bare 报关单, else as its type wants it. */
async function packedAs(
  seen: Seen,
  folders: readonly FolderSetting[],
): Promise<{ file: PackedFile; packed: Verdict["packed"] }> {
  const { bytes, fileName, at, folder } = seen;
  const gathered = isZip(bytes) ? undefined : await withPdfs(seen);
  if (gathered) return { file: gathered, packed: "gathered" };
  const file = await normaliseFile(bytes, fileName, { at, flatten: false, names: "utf-8", folder, folders });
  return { file, packed: file.bytes === bytes ? "as-is" : isZip(bytes) ? "rewritten" : "zip" };
}

/** A bare 报关单 with all PDFs that it names; undefined where it names none, or one is not there. */
async function withPdfs({ bytes, fileName, at, pdf }: Seen): Promise<PackedFile | undefined> {
  const inspection = await inspect(bytes, fileName);
  if (inspection.business !== dec) return undefined;
  const entries: Pick<ZipEntry, "name" | "bytes">[] = [{ name: entryNameOf(renamed(fileName, ".xml")), bytes }];
  for (const { name } of announcedPdfs(inspection.body)) {
    const found = pdf(name);
    if (!found) return undefined;
    entries.push({ name, bytes: found });
  }
  return entries.length > 1 ? { name: renamed(fileName, ".zip"), bytes: await writeZip(entries, { at }) } : undefined;
}
