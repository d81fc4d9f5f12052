import { extname } from "node:path";
import { sha256Of } from "../sha256.js";

/** China's clock is eight hours ahead of UTC all year round. */
const CHINA = 8 * 60 * 60 * 1000;

/**
 * China time as `yyyyMMddHHmmssSSS`, 17 digits, as the official client stamps its files (domain 2), whatever the zone of this
 * machine. `at` in milliseconds since the epoch.
 */
export function timeStamp(at: number): string {
  return new Date(at + CHINA).toISOString().replace(/\D/g, "");
}

/**
 * How files are named and stamped: our own way, or as the official client does (field 4), for programs that were written for it. Chosen by
 * settings of the import-client.
 */
export type NameForm = "own" | "official";

/**
 * The stamp of a file's name: 17 digits, in the official form 23. The six more are zeros until the name is taken: `numberedName` counts in
 * them, for programs that want 23 digits and nothing behind them.
 */
export function stampOf(at: number, form: NameForm): string {
  return form === "official" ? `${timeStamp(at)}000000` : timeStamp(at);
}

/** `2024-05-06`: the day in China of a time, as the official client calls the sub-folders of SentBox and FailBox (field 4). */
export function dayOf(at: number): string {
  return new Date(at + CHINA).toISOString().slice(0, 10);
}

/** Whether the name of a folder is that of a day. */
export function isDay(name: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(name);
}

/** Whether a text from outside is the name of one file or folder, and no path, and nothing that a file system refuses. */
export function isPlainName(text: string): boolean {
  return text !== "" && text !== "." && text !== ".." && Buffer.byteLength(text) <= 255 && !/[\\/\p{Cc}]/u.test(text);
}

/** `C:\\…`, `\\\\server\\share\\…`, or anything with a backslash: a path of Windows, whatever machine reads it. */
export function isWindowsPath(path: string): boolean {
  return /^[A-Za-z]:(?:[\\/]|$)/.test(path) || path.includes("\\");
}

/** Bytes of a name with something added: file systems allow 255, and `.tmp` or a number may still come. */
const MAX_BYTES = 240;

/** Cut to a length in UTF-8 bytes, never inside a character. */
export function shortened(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  let used = 0;
  let kept = "";
  for (const character of text) {
    used += Buffer.byteLength(character);
    if (used > bytes) break;
    kept += character;
  }
  return kept;
}

/** `a.zip` and `_x` -> `a_x.zip`; a base that would make the name too long is cut (promises 2, names of 255 bytes). */
function markedName(fileName: string, mark: string): string {
  const extension = shortened(extname(fileName), 40);
  const base = fileName.slice(0, fileName.length - extname(fileName).length);
  return `${shortened(base, MAX_BYTES - Buffer.byteLength(mark + extension))}${mark}${extension}`;
}

/** `a.zip` -> `a_20181023170901294.zip`: the name of a sent or failed file (design, "Boxes"). */
export function stampedName(fileName: string, at: number, form: NameForm = "own"): string {
  return markedName(fileName, `_${stampOf(at, form)}`);
}

/**
 * The time of a stamp's first 14 digits, `yyyyMMddHHmmss` in China time, in milliseconds since the epoch; undefined when they are no
 * time. Other programs write up to 23 digits (domain 2).
 */
export function timeOfStamp(stamp: string): number | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(stamp) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`);
  // The 31st of a month of 30 days is the next month's first to the parser.
  return Number.isNaN(at) || timeStamp(at).slice(0, 14) !== stamp.slice(0, 14) ? undefined : at;
}

/** `a_20181023170901294(2).zip` -> `a.zip` and its time: the other way round, also for the official client's stamps. */
export function withoutStamp(name: string): { fileName: string; at: number | undefined } {
  const match = /^(.+)_(\d{14})\d{0,9}(?:\(\d{1,6}\))?(\.[^.]*)?$/s.exec(name);
  const at = match ? timeOfStamp(match[2] as string) : undefined;
  return match && at !== undefined
    ? { fileName: `${match[1]}${match[3] ?? ""}`, at }
    : { fileName: name, at: undefined };
}

/** `a.zip`, 2 -> `a(2).zip`. */
export function bracketedName(fileName: string, number: number): string {
  return markedName(fileName, `(${number})`);
}

/**
 * For a name that is taken: `a.zip`, 2 -> `a(2).zip`. A name that ends in a stamp of 23 digits counts in the last six of them, so that it
 * is still one: `a_20240506070809123000000.zip`, 2 -> `a_20240506070809123000001.zip`.
 */
export function numberedName(fileName: string, number: number): string {
  const extension = extname(fileName);
  const base = fileName.slice(0, fileName.length - extension.length);
  const last = /^_\d{17}(\d{6})$/.exec(base.slice(-24))?.[1];
  const count = Number(last) + number - 1;
  return last === undefined || count > 999_999
    ? bracketedName(fileName, number)
    : `${base.slice(0, -6)}${String(count).padStart(6, "0")}${extension}`;
}

/** A document id and what its producer called the file: the name of a claimed file, which no other file can have. */
export function claimedName(id: string, fileName: string): string {
  const extension = shortened(extname(fileName), 40);
  const base = fileName.slice(0, fileName.length - extname(fileName).length);
  return `${id}__${shortened(base, MAX_BYTES - Buffer.byteLength(id + extension) - 2)}${extension}`;
}

/** The document id in the name of a claimed file; undefined for any other name. */
export function idInName(name: string): string | undefined {
  return /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})__/.exec(name)?.[1];
}

/** The file that says whose a box is that lies elsewhere than below the root. Programs that read boxes leave `.tmp` alone. */
export const BOX_MARKER = ".single-window.tmp";

/** What a file is called while it is copied to another volume; short, however long its own name is. */
export function halfName(wanted: string): string {
  return `.sw-${sha256Of(Buffer.from(wanted)).slice(0, 16)}.tmp`;
}

/** What a claimed file is called in OutBox while it is copied to a TempBox on another volume. */
export function parkedName(boxName: string): string {
  return `.${boxName}.tmp`;
}

/** The name in TempBox of a file that was being claimed, out of `parkedName`; undefined for any other name. */
export function parkedAs(name: string): string | undefined {
  return /^\.[0-9a-f-]{36}__.+\.tmp$/s.test(name) ? name.slice(1, -".tmp".length) : undefined;
}

/** What we put into a box for ourselves: no file of a producer. */
export function isOwnWork(name: string): boolean {
  return (
    name === BOX_MARKER ||
    /^\.sw-[0-9a-f]{16}\.tmp$|^\.[0-9a-f-]{36}\.gather$/.test(name) ||
    parkedAs(name) !== undefined
  );
}

/** What is half written in an InBox: a receipt or what stands beside it (`Files`), or a copy from another volume. */
export function isHalfReceipt(name: string): boolean {
  return /(?:\.[0-9a-f]{8}|\.json)\.tmp$|^\.sw-[0-9a-f]{16}\.tmp$/i.test(name);
}

/** What systems leave in every folder that somebody looks into. */
export function isNoise(fileName: string): boolean {
  return /^(?:\.ds_store|thumbs\.db|desktop\.ini|\._.*|\.nfs[0-9a-f]+|\.fuse_hidden[0-9a-f]+)$/i.test(fileName);
}

/** Files that a producer has not handed over yet: it renames them when it has finished (domain 2, "File names"). */
export function isUnfinishedName(fileName: string): boolean {
  return fileName.startsWith(".") || fileName.startsWith("~") || /\.(tmp|temp|part|crdownload)$/i.test(fileName);
}
