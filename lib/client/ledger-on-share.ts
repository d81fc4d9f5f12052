import { type Bilingual, ImportClientError } from "../errors.js";
import type { Disk } from "../files/disk.js";
import { isPostgres } from "../ledger/postgres/place.js";
import type { Notice } from "./reports.js";
import type { ClientSettings } from "./settings.js";

type Places = Pick<ClientSettings, "root" | "ledger">;

/** What to do about a ledger on a share. The root itself may lie on one. */
export const OFF_THE_SHARE: Bilingual = {
  zh: "根目录可以留在共享上：请在“导入客户端”节点的“台账”（或 SW_LEDGER）中填写本机磁盘上的路径；多台机器共用根目录时请用 PostgreSQL。",
  en: "The root may stay on the share: set the ledger in the import-client node (or SW_LEDGER) to a path on a local disk, or to PostgreSQL where several machines work on one root.",
};

/** The kind of network file system that a ledger's file lies on; empty for a local disk, and for a database. */
export function shareOf({ ledger }: Pick<Places, "ledger">, disk: Pick<Disk, "network">): string {
  return isPostgres(ledger) ? "" : disk.network(ledger);
}

/**
 * SQLite's locks and its shared memory are not to be trusted on a network share (promises 3), least of all between machines. A new ledger
 * is not begun there: SW-CONFIG, and the files wait in their OutBoxes. One that is there from earlier goes on, see `warnOfShare`.
 */
export function assertNoNewOnShare(places: Places, disk: Pick<Disk, "network" | "facts">): void {
  const kind = shareOf(places, disk);
  if (kind === "" || (disk.facts(places.ledger)?.size ?? 0) > 0) return;
  throw new ImportClientError(
    "SW-CONFIG",
    {
      zh: `台账 ${places.ledger} 在网络共享（${kind}）上，SQLite 不能放在那里`,
      en: `the ledger ${places.ledger} would lie on a network share (${kind}), where SQLite must not be`,
    },
    { advice: OFF_THE_SHARE, details: { setting: "ledger", reason: "share" } },
  );
}

/** SW-CONFIG for a machine that comes second to a root whose SQLite ledger lies on a share: it is not kept waiting for it. */
export function sharedByMachines({ root, ledger }: Places, kind: string, other: string): ImportClientError {
  return new ImportClientError(
    "SW-CONFIG",
    {
      zh: `根目录 ${root} 正由 ${other} 使用，其 SQLite 台账 ${ledger} 在网络共享（${kind}）上：多台机器不能这样共用`,
      en: `${other} works on the root ${root}, and its SQLite ledger ${ledger} lies on a network share (${kind}): several machines cannot share it`,
    },
    {
      advice: {
        zh: "多台机器共用一个根目录时请把台账移到 PostgreSQL（ledger copy）；否则请停掉其中一台。",
        en: "Where several machines work on one root move the ledger to PostgreSQL (ledger copy); else stop one of them.",
      },
      details: { setting: "ledger", reason: "share" },
    },
  );
}

/** What is said at each start of a ledger that lies on a share from earlier; undefined for any other. */
export function warnOfShare(places: Places, disk: Pick<Disk, "network">): Notice | undefined {
  const kind = shareOf(places, disk);
  if (kind === "") return undefined;
  const text = {
    zh: `台账 ${places.ledger} 在网络共享（${kind}）上，断网时可能损坏。${OFF_THE_SHARE.zh}`,
    en: `the ledger ${places.ledger} lies on a network share (${kind}) and may be damaged there. ${OFF_THE_SHARE.en}`,
  };
  return { code: "SW-LEDGER", text };
}
