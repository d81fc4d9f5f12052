import { extname } from "node:path";
import { shown } from "../archive/names.js";
import type { ZipEntry } from "../archive/types.js";
import { writeZip } from "../archive/write.js";
import { decisionOf, NOBODY, type Person } from "../audit/entry.js";
import { type ArchivedFile, type ArchivedSend, CHAIN, MANIFEST, type Manifest } from "../audit/manifest.js";
import { wireOf } from "../boxes/sent-bytes.js";
import { messageOf, unknownDocument } from "../errors.js";
import { timeStamp } from "../files/names.js";
import type { DocumentRow } from "../ledger/index.js";
import { sha256InTurns, sha256Of } from "../sha256.js";
import { Turn } from "../turn.js";
import { packageVersion } from "../version.js";
import { filesOf, safeName } from "./document-files.js";
import type { ImportClient } from "./import-client.js";

export interface DocumentArchive {
  /** `SW-archive_<file's name>_<time>.zip`. */
  fileName: string;
  bytes: Buffer;
}

/** An archive beyond this is not made in memory: what is too large stays out, and the manifest says so. */
const LARGEST = 200 * 1024 * 1024;

/**
 * One document for the shelf, as a ZIP: its file, the bytes that were sent with the signature, its receipts, the certificates, what the
 * ledger knows, and the audit chain; `npx … audit verify` checks it years later, without this client. That it was handed out is an entry of
 * the chain, with the manifest's hash. Rejects with SW-UNKNOWN-DOCUMENT, SW-AUDIT.
 */
export async function archiveDocument(client: ImportClient, id: string, by: Person = NOBODY): Promise<DocumentArchive> {
  const story = await client.ledger.story(id);
  if (!story) throw unknownDocument();
  const { document, events, receipts } = story;
  const now = client.clock.now();
  const gathered = await gather(client, document, [...filesOf(client, document, receipts)]);
  const { wire: _, ...row } = document;
  const manifest: Manifest = {
    version: 1,
    product: `@single-window/node-red-import-client ${packageVersion()}`,
    madeAt: new Date(now).toISOString(),
    environment: client.settings.environment,
    clientId: client.settings.clientId,
    document: row,
    sent: sendOf(document),
    files: gathered.files,
    missing: gathered.missing,
    events,
    receipts,
  };
  const bytes = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`, "utf8");
  const { fileName: file, sha256 } = document;
  const how = sha256Of(bytes);
  await client.audit.enter(decisionOf({ ...by, what: "export", how, document: id, file, sha256, reason: "" }));
  const chain = `${(await client.audit.lines()).join("\n")}\n`;
  const entries = [{ name: MANIFEST, bytes }, { name: CHAIN, bytes: Buffer.from(chain, "utf8") }, ...gathered.entries];
  const name = safeName(file.slice(0, file.length - extname(file).length));
  return { fileName: `SW-archive_${name}_${timeStamp(now)}.zip`, bytes: await writeZip(entries, { at: now }) };
}

/** Of the message that was published, what is to be proved; null of a document that was not sent. */
function sendOf(row: DocumentRow): ArchivedSend | null {
  const wire = wireOf(row);
  if (!wire || row.sentAt === 0) return null;
  const header = (name: string) => String(wire.properties.headers?.[name] ?? "");
  const value = header("signature");
  const signature = value === "" ? null : { algorithm: header("signatureAlgorithm"), value, ...certificateOf(header) };
  const { messageId = "" } = wire.properties;
  return { sha256: wire.body, messageId, wrapped: wire.wrapped ?? false, signature };
}

function certificateOf(header: (name: string) => string) {
  return { certificate: header("certificate"), certificateNumber: header("certificateNumber") };
}

async function gather(
  client: ImportClient,
  document: DocumentRow,
  wanted: readonly { kind: ArchivedFile["kind"]; name: string; path: string }[],
): Promise<{ entries: ZipEntry[]; files: ArchivedFile[]; missing: string[] }> {
  const { disk } = client.files;
  const entries: ZipEntry[] = [];
  const files: ArchivedFile[] = [];
  const missing: string[] = [];
  const turn = new Turn(client.clock);
  let total = 0;
  const add = async (kind: ArchivedFile["kind"], name: string, bytes: Buffer) => {
    const entry = { name: safeName(name), bytes };
    entries.push(entry);
    files.push({ name: entry.name, kind, size: bytes.length, sha256: await sha256InTurns(bytes, client.clock) });
  };
  const sent = wireOf(document);
  for (const { kind, name, path } of wanted) {
    await turn.over();
    // What went out as it was claimed lies there once.
    if (kind === "sent" && (!sent || sent.body === document.sha256)) continue;
    try {
      const size = disk.facts(path)?.size;
      if (size === undefined) throw new Error("it is not there");
      total += size;
      if (total > LARGEST) throw new Error(`${size} bytes, too large`);
      await add(kind, name, await disk.readLarge(path));
    } catch (error) {
      missing.push(`${shown(name)}: ${messageOf(error)}`);
    }
  }
  if (document.box === "none") missing.push(`document_${shown(document.fileName)}: removed after its retention`);
  for (const { name, bytes } of client.audit.certificates()) await add("certificate", `certificate_${name}`, bytes);
  return { entries, files, missing };
}
