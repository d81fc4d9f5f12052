import { basename, join } from "node:path";
import { isZip, readZip } from "../archive/index.js";
import type { Bilingual } from "../errors.js";
import type { Disk } from "../files/disk.js";
import { sha256Of } from "../sha256.js";
import { saidOf } from "../system-fault.js";
import { AUDIT_FOLDER } from "./chain.js";
import { type AuditEntry, type ChainFault, readChain, reasonOf } from "./entry.js";
import { CHAIN, MANIFEST, type Manifest } from "./manifest.js";
import { checkSignatures, type FoundSignature } from "./signatures.js";

/** What is wrong with an archive or a chain, or what could not be looked at. */
export interface Finding {
  /** A warning does not say that anything was changed. */
  severity: "error" | "warning";
  text: Bilingual;
}

/** One archive of a document, or one chain in a root. */
export interface Checked {
  path: string;
  kind: "archive" | "chain";
  findings: Finding[];
  /** The chain's last entry that holds. */
  head: { number: number; hash: string } | undefined;
  /** Of an archive. */
  document?: { id: string; fileName: string; state: string };
  signatures?: FoundSignature[];
  /** Entries of the chain about this document; of a chain all. */
  decisions: AuditEntry[];
}

/** Folders below the one that is named are looked into so deep. */
const DEEPEST = 6;
const LIMITS = { entries: 5000, totalBytes: 1024 * 1024 * 1024, ratio: 2000 };

/** Events that a person's decision makes, and what the audit calls that decision. */
const DECIDED: Readonly<Record<string, string>> = { resend: "resend", override: "override", released: "release" };

/** `released` by its time, which no person decided. */
const BY_TIME = "暂缓时间已到";

/**
 * Checks every archive (ZIP, or unpacked) and every audit folder in a folder and below: hashes of all files, the chain of decisions,
 * signatures with the certificates in the archive, and that all chains tell the same. Needs nothing but the folder. Rejects with what the
 * file system says of the folder itself.
 */
export async function verifyFolder(disk: Disk, folder: string): Promise<Checked[]> {
  const checked: Checked[] = [];
  const chains: { path: string; entries: AuditEntry[]; faults: readonly ChainFault[]; checked: Checked }[] = [];
  for await (const found of foundIn(disk, folder, 0)) {
    const one: Checked = { path: found.path, kind: found.kind, findings: [], head: undefined, decisions: [] };
    checked.push(one);
    try {
      const files = await found.files();
      const { entries, faults } = readChain(linesOf(files));
      for (const finding of chainFindings(faults)) one.findings.push(finding);
      const last = entries.at(-1);
      one.head = last && { number: last.number, hash: last.hash };
      chains.push({ path: found.path, entries, faults, checked: one });
      if (found.kind === "chain") one.decisions = entries;
      else await checkArchive(one, files, entries);
    } catch (error) {
      const { zh, en } = saidOf(error);
      one.findings.push(wrong(`无法读取：${zh}`, `it cannot be read: ${en}`));
    }
  }
  compareChains(chains);
  return checked;
}

type Files = ReadonlyMap<string, Buffer>;
interface Found {
  path: string;
  kind: "archive" | "chain";
  files(): Promise<Files>;
}

async function* foundIn(disk: Disk, folder: string, depth: number): AsyncGenerator<Found> {
  const entries = disk.list(folder);
  const names = new Set(entries.map(({ name }) => name));
  const all = () => entries.filter(({ kind }) => kind === "file").map(({ name }) => name);
  const read = async (wanted: readonly string[]) =>
    new Map(wanted.map((name) => [name, disk.read(join(folder, name))] as const));
  if (names.has(MANIFEST)) yield { path: folder, kind: "archive", files: () => read(all()) };
  else if (basename(folder) === AUDIT_FOLDER) {
    yield { path: folder, kind: "chain", files: () => read(all().filter((name) => /^\d{6,12}\.json$/.test(name))) };
    return;
  }
  for (const { name, kind } of entries) {
    const path = join(folder, name);
    if (kind === "folder" && depth < DEEPEST) yield* foundIn(disk, path, depth + 1);
    if (kind !== "file" || !/^SW-archive_.*\.zip$/i.test(name)) continue;
    yield { path, kind: "archive", files: async () => unpacked(await disk.readLarge(path)) };
  }
}

async function unpacked(bytes: Buffer): Promise<Files> {
  if (!isZip(bytes)) throw new Error("it is no ZIP");
  return new Map((await readZip(bytes, LIMITS)).map(({ name, bytes: content }) => [name, content]));
}

/** The chain's lines: one file in an archive, one file an entry in a root. A number without a file is a line without text. */
function linesOf(files: Files): string[] {
  const whole = files.get(CHAIN);
  if (whole) return whole.toString("utf8").replace(/\n$/, "").split("\n");
  const lines: string[] = [];
  for (const [name, bytes] of files) {
    const number = Number(/^(\d{6,12})\.json$/.exec(name)?.[1] ?? 0);
    if (number > 0 && number <= 10_000_000) lines[number - 1] = bytes.toString("utf8").trimEnd();
  }
  return Array.from(lines, (line) => line ?? "");
}

function wrong(zh: string, en: string): Finding {
  return { severity: "error", text: { zh, en } };
}

function doubt(zh: string, en: string): Finding {
  return { severity: "warning", text: { zh, en } };
}

/** One for each fault; entries that are missing in a row are one, however many they are. */
function* chainFindings(faults: readonly ChainFault[]): Generator<Finding> {
  for (let index = 0; index < faults.length; index++) {
    const fault = faults[index] as ChainFault;
    let last = fault.place;
    if (fault.why === "missing")
      while (faults[index + 1]?.why === "missing" && faults[index + 1]?.place === last + 1) {
        last++;
        index++;
      }
    if (last === fault.place) yield chainFinding(fault);
    else
      yield wrong(
        `审计第 ${fault.place} 至 ${last} 条缺失`,
        `entries ${fault.place} to ${last} of the audit are missing`,
      );
  }
}

function chainFinding({ place, why }: ChainFault): Finding {
  if (why === "missing") return wrong(`审计第 ${place} 条缺失`, `entry ${place} of the audit is missing`);
  if (why === "changed") return wrong(`审计第 ${place} 条被改动`, `entry ${place} of the audit was changed`);
  if (why === "number") return wrong(`审计第 ${place} 条编号不符`, `entry ${place} of the audit has another number`);
  return wrong(
    `审计第 ${place} 条与前一条不相连：之前有条目被改动、删除或插入`,
    `entry ${place} of the audit is not linked to the one before: one was changed, removed or put in`,
  );
}

async function checkArchive(checked: Checked, files: Files, chain: readonly AuditEntry[]): Promise<void> {
  const { findings } = checked;
  const bytes = files.get(MANIFEST);
  if (!bytes) throw new Error(`there is no ${MANIFEST}`);
  const manifest = readManifest(bytes);
  const { document, events } = manifest;
  checked.document = { id: document.id, fileName: document.fileName, state: document.state };
  checked.decisions = chain.filter((entry) => entry.document === document.id);
  if (chain.length === 0) findings.push(wrong("没有审计记录", "there is no audit"));
  const handedOut = checked.decisions.some(({ what, how }) => what === "export" && how === sha256Of(bytes));
  if (!handedOut)
    findings.push(
      wrong(
        `${MANIFEST} 与审计中的导出记录不符，已被改动`,
        `${MANIFEST} is not the one that the audit says was exported`,
      ),
    );
  checkFiles(manifest, files, findings);
  for (const text of manifest.missing)
    findings.push(doubt(`导出时缺少：${text}`, `was not there at the export: ${text}`));
  for (const { event, text, at } of events) {
    const what = DECIDED[event];
    if (!what || text === BY_TIME) continue;
    if (checked.decisions.some((entry) => entry.what === what && entry.reason === reasonOf(text))) continue;
    const before = chain[0] === undefined || at < Date.parse(chain[0].at);
    const zh = `${new Date(at).toISOString()} 的决定 ${event} 不在审计中`;
    const en = `the decision ${event} of ${new Date(at).toISOString()} does not stand in the audit`;
    findings.push(before ? doubt(`${zh}（早于审计开始）`, `${en} (it is from before the audit began)`) : wrong(zh, en));
  }
  await checkSent(checked, manifest, files);
}

/** Throws for what is none. */
function readManifest(bytes: Buffer): Manifest {
  const manifest = JSON.parse(bytes.toString("utf8")) as Manifest;
  const { version, document, files, events, receipts, missing } = manifest;
  const whole = version === 1 && document && [files, events, receipts, missing].every(Array.isArray);
  if (!whole) throw new Error(`${MANIFEST} is of another version, or none`);
  return manifest;
}

function checkFiles({ document, files: listed }: Manifest, files: Files, findings: Finding[]): void {
  const known = new Set([MANIFEST, CHAIN]);
  for (const { name, kind, sha256 } of listed) {
    known.add(name);
    const bytes = files.get(name);
    if (!bytes) findings.push(wrong(`缺少文件 ${name}`, `the file ${name} is missing`));
    else if (sha256Of(bytes) !== sha256) findings.push(wrong(`文件 ${name} 已被改动`, `the file ${name} was changed`));
    else if (kind === "document" && sha256 !== document.sha256)
      findings.push(wrong(`${name} 不是当初取走的单据`, `${name} is not the document that was claimed`));
  }
  for (const name of files.keys())
    if (!known.has(name)) findings.push(wrong(`多出文件 ${name}`, `the file ${name} does not belong there`));
}

async function checkSent(checked: Checked, { document, sent, files: listed }: Manifest, files: Files): Promise<void> {
  const { findings } = checked;
  checked.signatures = [];
  if (!sent) return;
  const name = listed.find(({ sha256 }) => sha256 === sent.sha256)?.name;
  const body = name === undefined ? undefined : files.get(name);
  if (!body || sha256Of(body) !== sent.sha256) {
    findings.push(
      doubt(
        "没有当时发送的内容，签名无法核验",
        "the bytes that were sent are not there: their signature cannot be checked",
      ),
    );
    return;
  }
  const certificates = listed.flatMap(({ name: file, kind }) => (kind === "certificate" && files.get(file)) || []);
  checked.signatures = await checkSignatures(body, sent, certificates);
  for (const { where, verdict, notBefore, notAfter } of checked.signatures) {
    if (verdict === "bad") findings.push(wrong(`签名不符：${where}`, `the signature does not hold: ${where}`));
    else if (verdict === "no-certificate")
      findings.push(
        doubt(`没有证书，签名无法核验：${where}`, `there is no certificate to check the signature with: ${where}`),
      );
    else if (document.sentAt < notBefore || document.sentAt > notAfter)
      findings.push(
        wrong(`发送时证书不在有效期内：${where}`, `the certificate was not valid when it was sent: ${where}`),
      );
  }
}

/** Every chain is the beginning of the longest one that belongs to the same client. */
function compareChains(
  chains: readonly { path: string; entries: AuditEntry[]; faults: readonly ChainFault[]; checked: Checked }[],
): void {
  const ownerOf = (entries: readonly AuditEntry[]) =>
    `${entries[0]?.environment} ${entries[0]?.clientId} ${entries[0]?.at}`;
  const longest = new Map<string, { path: string; entries: AuditEntry[] }>();
  for (const chain of chains) {
    const known = longest.get(ownerOf(chain.entries));
    if (!known || known.entries.length < chain.entries.length) longest.set(ownerOf(chain.entries), chain);
  }
  for (const { path, entries, checked } of chains) {
    const other = longest.get(ownerOf(entries));
    if (!other || other.path === path) continue;
    const hashes = new Map(other.entries.map(({ number, hash }) => [number, hash]));
    const differs = entries.find(({ number, hash }) => hashes.get(number) !== hash);
    if (!differs) continue;
    checked.findings.push(
      wrong(
        `审计第 ${differs.number} 条与 ${other.path} 中的不同：其中一份被改动`,
        `entry ${differs.number} of the audit is another one in ${other.path}: one of them was changed`,
      ),
    );
  }
}
