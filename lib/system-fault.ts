import { basename, dirname } from "node:path";
import { type Bilingual, bothLanguages, codeOf, ImportClientError, messageOf, neutral, withAdvice } from "./errors.js";
import { accountHere } from "./host.js";

type Text = readonly [zh: string, en: string];

/** What the file system says, in words, and what a person does about it. */
interface Meaning {
  what: Text;
  advice: Text;
}

/** The user lacks a right: the advice names the user and the folder. */
const NO_RIGHT: Text = ["没有权限", "no permission"];
const FULL: Text = [
  "请清理磁盘或扩大配额；有空间后自动继续，单据不会失败。",
  "Make room on the disk or raise the quota; work then goes on by itself, no document fails.",
];
const SHARE: Text = [
  "请检查磁盘或网络共享；恢复后自动继续，单据不会失败。",
  "See to the disk or network share; work goes on by itself when it is back, no document fails.",
];
const HELD: Text = [
  "请结束占用它的程序（备份、杀毒、编辑器）；放开后自动继续，单据不会失败。",
  "End the program that holds it (backup, virus scanner, editor); work then goes on by itself, no document fails.",
];
const PATHS: Text = [
  "请核对路径：该位置的文件夹或文件缺失、被移走或被别的东西占住；恢复后自动继续，单据不会失败。",
  "Check the path: what belongs there is missing, was moved away, or something else stands in its place; work goes on by itself when it is right again, no document fails.",
];
const HANDLES: Text = [
  "请提高运行 Node-RED 的账户可打开的文件数（ulimit -n），并查看哪个程序打开了过多文件；随后自动继续，单据不会失败。",
  "Raise how many files the account of Node-RED may have open (ulimit -n), and see which program has so many open; work then goes on by itself, no document fails.",
];

const MEANINGS: Readonly<Record<string, Meaning>> = {
  EROFS: {
    what: ["磁盘或共享只读", "the disk or share is read-only"],
    advice: [
      "请以可写方式重新挂载；随后自动继续，单据不会失败。",
      "Mount it for writing; work then goes on by itself, no document fails.",
    ],
  },
  ENOSPC: { what: ["磁盘已满", "the disk is full"], advice: FULL },
  EDQUOT: { what: ["磁盘配额已用完", "the disk quota is used up"], advice: FULL },
  EIO: { what: ["磁盘或共享读写错误", "the disk or share failed to read or write"], advice: SHARE },
  ESTALE: {
    what: ["网络共享已失效，需重新挂载", "the network share has gone stale and has to be mounted anew"],
    advice: SHARE,
  },
  ENODEV: { what: ["磁盘不在", "the disk is not there"], advice: SHARE },
  ENXIO: { what: ["磁盘不在", "the disk is not there"], advice: SHARE },
  EBUSY: { what: ["被其他程序占用", "another program holds it"], advice: HELD },
  ETXTBSY: { what: ["被其他程序占用", "another program holds it"], advice: HELD },
  ENOTDIR: { what: ["路径中有一处不是文件夹", "a part of the path is no folder"], advice: PATHS },
  EISDIR: { what: ["那里是文件夹，不是文件", "a folder stands there, not a file"], advice: PATHS },
  ENOENT: { what: ["不存在", "it is not there"], advice: PATHS },
  EEXIST: { what: ["该名称已存在", "something of this name is there already"], advice: PATHS },
  ENOTEMPTY: { what: ["文件夹不为空", "the folder is not empty"], advice: PATHS },
  ELOOP: { what: ["符号链接绕成了圈", "symbolic links lead in a circle"], advice: PATHS },
  ENAMETOOLONG: {
    what: ["名称或路径过长", "its name or path is too long"],
    advice: ["请缩短文件名或根目录的路径。", "Shorten the file's name, or the path of the root."],
  },
  EXDEV: { what: ["两处不在同一磁盘上", "the two places are not on one volume"], advice: PATHS },
  EMFILE: { what: ["打开的文件过多", "too many files are open"], advice: HANDLES },
  ENFILE: { what: ["系统中打开的文件过多", "too many files are open on this machine"], advice: HANDLES },
};

const RIGHTS = new Set(["EACCES", "EPERM"]);

/** System calls of the network and of processes: not the file system's. */
const OTHERS = /^(?:connect|listen|bind|accept|getaddrinfo|getnameinfo|spawn|kill|shutdown|setTTY)/;

/** What was to be done, by the name that Node gives the system call. */
const DOING: Readonly<Record<string, Text>> = {
  open: ["打开", "opened"],
  read: ["读取", "read"],
  write: ["写入", "written"],
  fsync: ["写入", "written"],
  ftruncate: ["写入", "written"],
  close: ["写入", "written"],
  opendir: ["列出", "listed"],
  scandir: ["列出", "listed"],
  readdir: ["列出", "listed"],
  stat: ["查看", "looked at"],
  lstat: ["查看", "looked at"],
  fstat: ["查看", "looked at"],
  statfs: ["查看", "looked at"],
  access: ["读写", "read and written"],
  realpath: ["查看", "looked at"],
  rename: ["移动", "moved"],
  link: ["建立", "made"],
  copyfile: ["复制", "copied"],
  unlink: ["删除", "removed"],
  rm: ["删除", "removed"],
  rmdir: ["删除", "removed"],
  mkdir: ["建立", "made"],
  chmod: ["设置权限", "given rights"],
};
const USED: Text = ["使用", "used"];

/** Calls that work on the folder above a name, not on what the name stands for. */
const ABOVE = new Set(["rename", "link", "unlink", "rm", "rmdir", "mkdir", "stat", "lstat", "copyfile"]);
const FOLDERS = new Set(["opendir", "scandir", "readdir"]);
/** Where only the owner of a file may take it away, in a folder with the sticky bit. */
const TAKES_AWAY = new Set(["rename", "unlink", "rm"]);

interface SystemError {
  syscall?: unknown;
  path?: unknown;
  dest?: unknown;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const both = ([zh, en]: Text): Bilingual => ({ zh, en });

/** In Node-RED's log and in what Catch gives, an error is what it says of itself: with its code, in both languages, and what to do. */
class SystemRefusal extends ImportClientError {
  override toString(): string {
    return `${this.code} ${bothLanguages(withAdvice(this))}`;
  }
}

/**
 * What the file system refused, as a fault with code (SW-FOLDER), words and advice in both languages; `details.inner` keeps the system's
 * own code, `details.folder` names where it is to be mended. One place for all of it: nobody is shown an errno alone. Undefined for
 * whatever is no fault of the file system. `place`: where it was met, for a fault that has no path itself.
 */
export function systemFault(error: unknown, place = ""): ImportClientError | undefined {
  if (error instanceof ImportClientError) return undefined;
  const code = codeOf(error) ?? "";
  const known = error as SystemError;
  const syscall = text(known?.syscall);
  const path = text(known?.path);
  if (OTHERS.test(syscall)) return undefined;
  const rights = RIGHTS.has(code);
  const meaning = MEANINGS[code];
  // Programs say ENOENT of their own as well: only that of a path is the system's.
  if (!(rights || meaning) || (code === "ENOENT" && path === "")) return undefined;
  const dest = text(known.dest);
  const folder = folderOf(syscall, path);
  const where = path || place;
  const doing = DOING[syscall] ?? USED;
  const what = rights ? NO_RIGHT : (meaning?.what ?? NO_RIGHT);
  const on = where ? { zh: `${where} `, en: `${where} ` } : { zh: "文件", en: "a file " };
  const to = dest ? { zh: `（移到 ${dest}）`, en: ` to ${dest}` } : { zh: "", en: "" };
  return new SystemRefusal(
    "SW-FOLDER",
    {
      zh: `${on.zh}不能${doing[0]}${to.zh}：${what[0]}（${code}）`,
      en: `${on.en}cannot be ${doing[1]}${to.en}: ${what[1]} (${code})`,
    },
    {
      cause: error,
      kind: "waits",
      advice: rights ? rightsAdvice(code, syscall, path || place, dest) : both(meaning?.advice ?? SHARE),
      details: { inner: code, ...(where && { path: where }), ...((folder || place) && { folder: folder || place }) },
    },
  );
}

/** Why something failed, in words that go into a sentence: the file system's in both languages, whatever else was said as it is. */
export function saidOf(error: unknown): Bilingual {
  return systemFault(error)?.text ?? neutral(messageOf(error));
}

/** The same, or the error as it is. */
export function toldFault(error: unknown, place?: string): unknown {
  return systemFault(error, place) ?? error;
}

/** The folder whose state decides whether it can be done. */
function folderOf(syscall: string, path: string): string {
  if (path === "") return "";
  return FOLDERS.has(syscall) || basename(path) === "" ? path : dirname(path);
}

/** Who Node-RED runs as, and what it may not: a person gives exactly that. */
function rightsAdvice(code: string, syscall: string, path: string, dest: string): Bilingual {
  const user = accountHere();
  const own = ABOVE.has(syscall) && path !== "" ? dirname(path) : path;
  const folders = [...new Set([own, dest && dirname(dest)].filter(Boolean))];
  const on = folders.join(", ");
  const sticky = code === "EPERM" && TAKES_AWAY.has(syscall);
  return {
    zh: `请给运行 Node-RED 的用户 ${user.zh} 对 ${on || "该文件夹"} 的读写权限${
      sticky
        ? "；文件夹带粘滞位（chmod +t）时只有文件的主人能移走文件：请去掉粘滞位（chmod -t），或让该用户拥有该文件夹"
        : ""
    }；权限改好后自动继续，单据不会失败。`,
    en: `Give the user ${user.en}, which Node-RED runs as, the right to read and write ${on || "this folder"}${
      sticky
        ? "; in a folder with the sticky bit (chmod +t) only a file's owner may move it away: take the bit off (chmod -t), or let this user own the folder"
        : ""
    }; work then goes on by itself, no document fails.`,
  };
}
