import type { LeaseHolder } from "../../client/lease-file.js";
import { type Bilingual, ImportClientError } from "../../errors.js";
import { NAMED_FAULTS } from "../../ledger/postgres/named-faults.js";

function refusal(text: Bilingual, advice: Bilingual, reason: string): ImportClientError {
  return new ImportClientError("SW-OWNER", text, { advice, details: { reason } });
}

const CHECK: Bilingual = {
  zh: "请核对两个位置和根目录；什么都没有改动。",
  en: "Check both places and the root; nothing was changed.",
};

/** The ledger that is to be copied is not the one that the root goes on with now. */
export function notTheRoots(from: string, root: string): ImportClientError {
  return refusal(
    {
      zh: `台账 ${from} 不是根目录 ${root} 现在使用的那一个`,
      en: `the ledger ${from} is not the one that the root ${root} goes on with`,
    },
    CHECK,
    "root",
  );
}

/** The root goes on with a ledger in PostgreSQL, and a file is named that is not there: `shared` is its address, nothing secret. */
export function inPostgres(from: string, shared: string, to: string, root: string): ImportClientError {
  return refusal(
    {
      zh: `没有台账文件 ${from}：根目录 ${root} 的台账在 PostgreSQL 中，位于 ${shared}`,
      en: `there is no ledger's file ${from}: the ledger of the root ${root} is in PostgreSQL, at ${shared}`,
    },
    {
      zh: `请从那里复制（口令取自 PGPASSWORD 或 .pgpass）：ledger copy "${shared}" "${to}" --root "${root}"`,
      en: `Copy from there (the password is taken from PGPASSWORD or .pgpass): ledger copy "${shared}" "${to}" --root "${root}"`,
    },
    "shared",
  );
}

/** No file is where the ledger would be, and the root does not know where it is. */
export function noLedger(from: string, cause: unknown): ImportClientError {
  return new ImportClientError(
    "SW-LEDGER",
    { zh: `台账文件 ${from} 不存在`, en: `the ledger's file ${from} is missing` },
    {
      cause,
      advice: {
        zh: "台账设在别处时（import-client 的台账，或 SW_LEDGER），请写那里的路径或地址，并加 --root；文件已丢失时请放回备份，或先启动一次客户端重建。",
        en: "Where the ledger is set to lie elsewhere (the import-client's ledger, or SW_LEDGER), name that place and add --root; where the file is lost put the backup back, or start the client once, which makes it anew.",
      },
      details: { reason: "missing" },
    },
  );
}

/** Its client has gone on with another one. */
export function movedAway(place: string, to: string): ImportClientError {
  return refusal(
    { zh: `台账 ${place} 已移至 ${to}`, en: `the ledger ${place} was moved to ${to}` },
    {
      zh: "请从现在使用的那一个台账复制。",
      en: "Copy from the one that is used now.",
    },
    "moved",
  );
}

/** What stands at the target is not ours to be filled. */
export function occupiedTarget(to: string): ImportClientError {
  return refusal(
    {
      zh: `${to} 中已有台账，不是本客户端移走后留下的那一个`,
      en: `there is a ledger at ${to}, and it is not the one that this client has moved away from`,
    },
    {
      zh: "请选择空的数据库模式或不存在的文件；什么都没有改动。",
      en: "Name an empty schema, or a file that is not there; nothing was changed.",
    },
    "occupied",
  );
}

/** An older copy of the ledger, a backup say: what was done since would be lost. */
export function olderCopy(from: string): ImportClientError {
  return refusal(
    {
      zh: `台账 ${from} 是较旧的副本，缺少之后的记录`,
      en: `the ledger ${from} is an older copy and lacks what was done since`,
    },
    {
      zh: "请先用它启动一次客户端，处理补录和暂缓的单据，然后停止并再复制。",
      en: "Start the client with it once, decide about what is held then, stop it, and copy again.",
    },
    "older",
  );
}

const STOP: Bilingual = {
  zh: "请先停止使用该根目录和台账的所有 Node-RED；进程被强行结束的，约 40 秒后即可复制。",
  en: "Stop every Node-RED that uses root or ledger first; one that was killed on another machine counts for 40 seconds more.",
};

/** A process works on the root; nobody waits for it to end. */
export function rootInUse(root: string, holder: LeaseHolder | undefined): ImportClientError {
  const who = holder
    ? { zh: `${holder.host} 上的进程 ${holder.pid} `, en: `process ${holder.pid} on ${holder.host}` }
    : { zh: "另一进程", en: "another process" };
  return refusal(
    { zh: `根目录 ${root} 正由 ${who.zh}使用`, en: `the root ${root} is in use by ${who.en}` },
    STOP,
    "lease",
  );
}

/** A fault of either ledger as whoever copies it may mend it: no client runs, and no document waits. Everything else stays as it is. */
export function forCopying(error: unknown): unknown {
  if (!(error instanceof ImportClientError) || error.code !== "SW-LEDGER") return error;
  const { text, details } = error;
  const known = NAMED_FAULTS.find(({ fault, text: { en } }) => fault === details.fault && text.en.startsWith(en));
  const what = known?.action ?? {
    zh: "请核对两个位置、文件权限、数据库和网络。",
    en: "Check both places, rights of the file, database and network.",
  };
  const advice = {
    zh: `${what.zh}然后再次执行同样的命令；原台账照旧可用。`,
    en: `${what.en} Then run the same command again; the ledger before can be used as it is.`,
  };
  return new ImportClientError("SW-LEDGER", text, { advice, details, cause: error });
}

/** A process works with the ledger. */
export function inUse(place: string, host: string, pid: number): ImportClientError {
  return refusal(
    {
      zh: `台账 ${place} 正由 ${host} 上的进程 ${pid} 使用`,
      en: `the ledger ${place} is in use by process ${pid} on ${host}`,
    },
    STOP,
    "lease",
  );
}

/** PINs that a card has refused stand in the ledger of an older version. */
export function keepsPins(from: string): ImportClientError {
  return refusal(
    {
      zh: `台账 ${from} 中还留有旧版本的密码错误记录`,
      en: `the ledger ${from} still has the refused PINs of an older version`,
    },
    {
      zh: "请先用现在的版本和该台账启动一次，签一份单据，使记录转到本机，再停止并复制。",
      en: "Start this version with it once and sign a document, so that the record becomes this machine's; then stop and copy.",
    },
    "pins",
  );
}

/** What a card has refused could not be written down for those who go on. */
export function pinsNotKept(): ImportClientError {
  return new ImportClientError(
    "SW-PIN-GUARD",
    {
      zh: "密码错误记录无法写入本机或新台账",
      en: "the record of refused PINs cannot be written, neither on this machine nor into the new ledger",
    },
    {
      advice: {
        zh: "请以运行 Node-RED 的用户执行本命令；原台账照旧可用。",
        en: "Run the command as the user that runs Node-RED; the ledger before can be used as it is.",
      },
    },
  );
}
