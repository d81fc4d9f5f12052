import type { Strange, Unreadable } from "../boxes/out-box.js";
import type { Standing } from "../client/standing.js";
import { type Bilingual, codeOf, type Fault, ImportClientError, messageOf, neutral } from "../errors.js";
import { saidOf, systemFault } from "../system-fault.js";

const MEGABYTE = 1024 * 1024;

/** Remembered are at most this many places at a time; beyond it some may be said twice. */
const MOST = 1000;

/** Names of files that one notice lists. */
const LISTED = 5;

/**
 * Says what is wrong with a place once, until the place is well again or something else is wrong with it. What many places meet in the same
 * words, a root that another process has say, is one fault, and so is what the file system refuses in one folder, of however many files; it
 * stands in `status` until none of them meets it any more.
 */
export class Notices {
  /** What was said of each place that is not well. */
  private readonly said = new Map<string, string>();
  private readonly told = new Set<string>();
  /** By OutBox: the files in it that cannot be read, as they were said. */
  private readonly unread = new Map<string, ReadonlySet<string>>();

  /** `owner` tells this one's standing faults from those of others. */
  constructor(
    private readonly report: (error: ImportClientError) => void,
    private readonly standing: Pick<Standing, "set" | "clear">,
    private readonly owner: string,
  ) {}

  /** How much of it is not well yet. */
  get size(): number {
    return new Set(this.said.values()).size + this.unread.size;
  }

  /** A fault of a place: a folder, a file, a round. The ledger's is handed on each time, since nothing works without it: the client says it once. */
  fault(place: string, error: unknown): void {
    const fault = asFault(place, error);
    const key = keyOf(fault);
    const known = this.isSaid(key);
    if (this.said.get(place) !== key) {
      this.well(place);
      // What others have met as well is not said again for that: one place less remembers it.
      if (this.said.size > MOST && !this.isSaid(key)) this.close();
      if (this.said.size <= MOST) this.said.set(place, key);
    }
    if (known && fault.code !== "SW-LEDGER") return;
    this.standing.set(this.owner + key, fault, { hinders: fault.code === "SW-FOLDER" });
    this.report(fault);
  }

  /** The same of what nobody can tell to be over: it is said once, and does not stand. */
  once(place: string, fault: ImportClientError): void {
    if (this.told.has(place)) return;
    if (this.told.size > MOST) this.told.clear();
    this.told.add(place);
    this.report(fault);
  }

  well(place: string): void {
    const key = this.said.get(place);
    if (key === undefined) return;
    this.said.delete(place);
    if (!this.isSaid(key)) this.standing.clear(this.owner + key);
  }

  /** Of the places that begin so, those that are not there any more are well. */
  keep(beginning: string, isThere: (place: string) => boolean): void {
    for (const place of this.said.keys()) if (place.startsWith(beginning) && !isThere(place)) this.well(place);
  }

  /** A business folder is not watched any more: nothing of it is not well. */
  leave(code: string): void {
    this.well(code);
    this.keep(`${code}/`, () => false);
    this.unreadable(`${code}/OutBox`, []);
  }

  /** The files in an OutBox that cannot be read, all of them: each is said once, with the others that were found with it. */
  unreadable(place: string, files: readonly Unreadable[]): void {
    const before = this.unread.get(place);
    const key = `${this.owner}${place} unreadable`;
    if (files.length === 0) {
      if (before && this.unread.delete(place)) this.standing.clear(key);
      return;
    }
    this.unread.set(place, new Set(files.map(({ name }) => name)));
    this.standing.set(key, notRead(place, files));
    const found = files.filter(({ name }) => !before?.has(name));
    if (found.length > 0) this.report(notRead(place, found));
  }

  /** That there is no folder to watch stands in `status` until there is one; nobody has to be told of it in the log. */
  noFolder(isSo: boolean, root: string): void {
    const key = `${this.owner}no folder`;
    if (isSo) this.standing.set(key, noFolder(root));
    else this.standing.clear(key);
  }

  /** Something that lies in an OutBox and is not taken; whoever asks has seen to it that each is said once. */
  oddity(place: string, { name, reason }: Strange): void {
    const text = at(`${place}/${name}`, ODD[reason]);
    this.report(new ImportClientError("SW-OUTBOX", text, { details: { name, reason } }));
  }

  /** Nobody watches any more. */
  close(): void {
    for (const place of [...this.said.keys()]) this.well(place);
    for (const place of [...this.unread.keys()]) this.unreadable(place, []);
    this.noFolder(false, "");
  }

  private isSaid(key: string): boolean {
    for (const said of this.said.values()) if (said === key) return true;
    return false;
  }
}

function asFault(place: string, error: unknown): ImportClientError {
  if (error instanceof ImportClientError) return error;
  const text = neutral(messageOf(error));
  return (
    systemFault(error, place) ?? new ImportClientError(codeOf(error) ?? "SW-OUTBOX", at(place, text), { cause: error })
  );
}

/** The same of all files that meet it in one folder, and of all places that meet it in the same words; what is a place's own names it. */
function keyOf({ code, text, details: { inner, folder } }: ImportClientError): string {
  return code === "SW-FOLDER" && inner && folder ? `${inner} ${folder}` : `${code} ${text.zh}`;
}

/** A new root has none: all is green, and nothing is ever taken. */
export function noFolder(root: string): Fault {
  return {
    code: "SW-FOLDER",
    text: {
      zh: `报文根目录 ${root} 下还没有业务文件夹，没有可以领取报文的 OutBox`,
      en: `there is no business folder in the root ${root} yet, so no OutBox to take documents from`,
    },
    advice: {
      zh: "双击 folder watch 节点，点“客户端”旁的铅笔，在“新建业务文件夹”中选择（报关单为 DecCus001），部署后自动建立；也可自行建立“根目录/业务代码/OutBox”。",
      en: "Double-click folder watch, then the pencil beside Client; choose them at Folders to make (DecCus001 for customs declarations) and deploy. Or make root/code/OutBox by hand.",
    },
  };
}

/** Files of an OutBox that are locked, or that the user of this process may not read. */
function notRead(place: string, files: readonly Unreadable[]): ImportClientError {
  const [first] = files;
  const refused = systemFault(first?.error, place);
  const why = saidOf(first?.error);
  const names = files.slice(0, LISTED).map(({ name }) => name);
  const list = `${names.join(", ")}${files.length > LISTED ? " …" : ""}`;
  return new ImportClientError(
    refused?.details.inner === "EBUSY" ? "SW-BUSY" : "SW-FOLDER",
    {
      zh: `${place} 中有 ${files.length} 个文件不能读取，尚未领取：${list}。${why.zh}`,
      en: `${place}: ${files.length} file(s) cannot be read and are not taken: ${list}. ${why.en}`,
    },
    {
      advice: refused?.advice,
      details: { name: first?.name ?? "", reason: "unreadable", inner: refused?.details.inner ?? "" },
    },
  );
}

const at = (place: string, { zh, en }: Bilingual): Bilingual => ({ zh: `${place}：${zh}`, en: `${place}: ${en}` });

const ODD: Record<Strange["reason"], Bilingual> = {
  folder: { zh: "子文件夹不会发送，请移走", en: "a sub-folder is not sent, move it away" },
  link: { zh: "符号链接不会发送，请移走", en: "a symbolic link is not sent, move it away" },
  dangling: {
    zh: "符号链接所指的文件不存在，请移走",
    en: "a symbolic link to a file that does not exist, move it away",
  },
  special: {
    zh: "不是普通文件（管道、套接字或设备），请移走",
    en: "no regular file (pipe, socket or device), move it away",
  },
  name: {
    zh: "文件名不是 UTF-8 编码，无法读取，请改名后重新放入",
    en: "its name is not in UTF-8, so that it cannot be opened; hand it in under another name",
  },
  unfinished: {
    zh: "文件名表示尚未写完（以 . 或 ~ 开头，或 .tmp、.temp、.part），不会发送；写完后请改名",
    en: "its name says that it is not finished (it begins with . or ~, or ends in .tmp, .temp, .part); rename it when it is",
  },
  zeros: {
    zh: "内容已完整，但文件末尾有零字节：等待写入程序截去；一直不变将按未写完退回",
    en: "its content is whole, but zeros follow: it waits for its writer to cut them off, and is refused as unfinished when nothing happens",
  },
  hole: {
    zh: "内容有头有尾，但中间有零字节（NUL），可能尚未写满：等待写入程序写完；一直不变将按未写完退回",
    en: "it has a beginning and an end, but zeros (NUL) in between: it waits for its writer to fill them, and is refused as unfinished when nothing happens",
  },
  behind: {
    zh: "内容已完整，但其后还有其他内容：等待写入程序改正；一直不变将按未写完退回",
    en: "its content is whole, but something follows it: it waits for its writer, and is refused as unfinished when nothing happens",
  },
};

/** Faq 15: a PDF leaves the OutBox with a reason too. */
export const LOOSE_PDF: Fault = {
  code: "SW-RULE-pdf-without-edoc",
  text: {
    zh: "没有任何报关单的 EdocRealation 引用此 PDF",
    en: "no customs declaration's EdocRealation names this PDF",
  },
  advice: {
    zh: "请让报文的 EdocID 与 PDF 文件名一致，并与 PDF 同时放入 OutBox；或将二者压缩成一个 ZIP。",
    en: "Make EdocID the PDF's file name and hand in both together, in the OutBox or in one flat ZIP.",
  },
};

export const PDFS_TOO_LARGE: Fault = {
  code: "SW-ZIP",
  text: {
    zh: "报文引用的 PDF 过多或过大，无法放入一个 ZIP",
    en: "the document's PDFs are too many or too large for one ZIP",
  },
  advice: {
    zh: "每个 PDF 不应超过 4 MB；请压缩或拆分后重新提交。",
    en: "A PDF should have at most 4 MB: compress or split them and hand the document in again.",
  },
};

/** A file of which nothing but its hash was read. */
export function tooLarge(size: number, limit: number): Fault {
  const megabytes = limit / MEGABYTE;
  return {
    code: "SW-SIZE",
    text: {
      zh: `文件有 ${size} 字节，超过 folder-watch 的上限 ${megabytes} MB`,
      en: `the file has ${size} bytes, more than folder-watch's limit of ${megabytes} MB`,
    },
    advice: {
      zh: "请压缩或减少随附的 PDF 后重新放入 OutBox；确需发送时调大 folder-watch 的“文件上限”。",
      en: "Make the attached PDFs smaller or fewer and drop it into OutBox again; raise folder-watch's largest file if it has to go.",
    },
  };
}

/** Files went away before ours took them: the official client on the same folders, say, or the producer took them back. */
export function takenByAnother(folder: string, names: readonly string[]): ImportClientError {
  const some = names.slice(0, 5).join(", ");
  return new ImportClientError(
    "SW-OWNER",
    {
      zh: `${folder}/OutBox 中的文件不是由本软件取走的：${some}。另一个程序（官方客户端？）也在处理此文件夹`,
      en: `files went from ${folder}/OutBox that ours did not take: ${some}. Another program, the official client perhaps, works on this folder too`,
    },
    {
      advice: {
        zh: "同一根目录只能由一个客户端取文件：请停止官方客户端的自动导入，或用 switch 命令交回。",
        en: "One client only may take files from a root: stop the official client's automatic import, or give the work back with the switch command.",
      },
      details: { reason: "another-client" },
    },
  );
}
