import { type Bilingual, codeOf, ImportClientError, messageOf } from "../../errors.js";
import type { LedgerFault } from "../types.js";
import { namedFault } from "./named-faults.js";

const ADVICE: Record<"away" | "refused" | "unusable" | "missing" | "changed", Bilingual> = {
  away: {
    zh: "单据等待，不会失败，数据库恢复后自动继续；请检查数据库服务器和网络。",
    en: "Documents wait, none fails, and work goes on by itself once the database is back: check its server and the network.",
  },
  refused: {
    zh: "单据等待，不会失败；请检查台账数据库的用户、口令、库名和权限。",
    en: "Documents wait, none fails: check user, password, name and rights of the ledger's database.",
  },
  unusable: {
    zh: "在台账恢复之前不会发送任何单据；请查看数据库的日志。",
    en: "Nothing is sent until the ledger is sound: look into the database's log.",
  },
  missing: {
    zh: "在台账恢复之前不会发送任何单据；请恢复数据库或其备份；没有备份时重新部署，台账将按文件夹重建。",
    en: "Nothing is sent until the ledger is back: restore the database or a backup of it; where there is none deploy again, and it is made anew from the boxes.",
  },
  changed: {
    zh: "与文件夹核对之前不会发送任何单据；若正在恢复备份，请等其完成。",
    en: "Nothing is sent until it has been compared with the boxes; where a backup is being restored, wait for its end.",
  },
};

/** What is advised on by itself, and is for all else the same as another. */
const REASON = { refused: "unusable", changed: "missing" } as const satisfies Record<string, LedgerFault>;

/** SQLSTATE of what may work in a moment: connection, restart, resources, locks, a standby that is about to take over. */
const PASSING = /^(?:08|53|57P0|40001|40P01|55P03|57014|25P03|25006|58)/;
/** Login, database, rights. */
const REFUSED = /^(?:28|3D|42501)/;
/** Table or schema. */
const MISSING = /^(?:42P01|3F000)/;

/** A SQLSTATE has five characters; codes of Node are words. */
function stateOf(error: unknown): string {
  const code = codeOf(error) ?? "";
  return /^[0-9A-Z]{5}$/.test(code) ? code : "";
}

/** The server has answered, and it will not be otherwise in a moment: no use in trying the same again. */
export function isFinal(error: unknown): boolean {
  if (error instanceof ImportClientError) return true;
  // A fault of our own; whatever the network or the library says is a plain Error.
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) return true;
  const state = stateOf(error);
  return state !== "" && !PASSING.test(state);
}

/** Its tables or its schema are not there. */
export function isMissing(error: unknown): boolean {
  return MISSING.test(stateOf(error));
}

/** The database lets this user do nothing, or not what was asked for: whatever is written now meets the same. */
export function isRefusal(error: unknown): boolean {
  return REFUSED.test(stateOf(error));
}

/** The ledger cannot be read or written now: SW-LEDGER. */
export function ledgerError(zh: string, en: string, why: keyof typeof ADVICE, cause?: unknown): ImportClientError {
  const reason = why in REASON ? REASON[why as keyof typeof REASON] : (why as LedgerFault);
  return new ImportClientError("SW-LEDGER", { zh, en }, { cause, advice: ADVICE[why], details: { reason } });
}

/** Whatever PostgreSQL, its library or the network said, as SW-LEDGER; our own errors stay as they are. Nothing secret is in it. */
export function asLedgerError(error: unknown): ImportClientError {
  if (error instanceof ImportClientError) return error;
  const said = messageOf(error);
  const state = stateOf(error);
  const known = namedFault(error);
  if (known) {
    const { fault, text, advice, whole } = known;
    const reason: LedgerFault = isFinal(error) ? "unusable" : "away";
    const words = whole ? text : { zh: `${text.zh}：${said}`, en: `${text.en}: ${said}` };
    return new ImportClientError("SW-LEDGER", words, { cause: error, advice, details: { reason, fault } });
  }
  if (!isFinal(error)) {
    return ledgerError(`台账数据库不可用：${said}`, `the ledger's database is away: ${said}`, "away", error);
  }
  if (REFUSED.test(state)) {
    return ledgerError(`台账数据库拒绝登录：${said}`, `the ledger's database refuses us: ${said}`, "refused", error);
  }
  if (MISSING.test(state)) {
    return ledgerError(
      `台账数据库中没有台账：${said}`,
      `there is no ledger in the database: ${said}`,
      "missing",
      error,
    );
  }
  return ledgerError(`台账无法读写：${said}`, `the ledger cannot be read or written: ${said}`, "unusable", error);
}
