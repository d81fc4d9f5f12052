import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { ImportClient } from "../client/import-client.js";
import { STATES } from "../ledger/rules/states.js";
import type { DocumentState } from "../ledger/types.js";
import type { Finding } from "./step.js";

/** Magic numbers of statfs for NFS, SMB and CIFS. */
const NETWORK = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42]);

/** As the sidebar calls them in Chinese. */
export const STATE_NAMES: Record<DocumentState, string> = {
  claimed: "待发送",
  sending: "发送中",
  unknown: "结果不明",
  held: "已暂缓",
  sent: "已申报",
  accepted: "已入库",
  rejected: "退单",
  failed: "未发出",
};

/** The ledger takes a row, and does not lie on a network share, where SQLite's locks are not to be trusted (promises 3). */
export async function checkLedger({ ledger, settings }: ImportClient): Promise<Finding> {
  await ledger.setFact("diagnosed", new Date().toISOString());
  const counts = await ledger.counts();
  const found = STATES.filter((state) => counts[state] > 0);
  const text = {
    zh: `台账可写；${found.map((state) => `${STATE_NAMES[state]} ${counts[state]}`).join("，") || "无单据"}`,
    en: `the ledger can be written; ${found.map((state) => `${state} ${counts[state]}`).join(", ") || "no documents"}`,
  };
  if (/^[a-z]+:\/\//.test(settings.ledger)) return { text };
  const { type } = await statfs(dirname(settings.ledger));
  if (!NETWORK.has(type >>> 0)) return { text };
  return {
    text,
    warning: true,
    advice: {
      zh: "台账在网络共享上，断网时可能损坏：请在 import-client 节点中把台账改到本机磁盘。",
      en: "The ledger lies on a network share and may be damaged there: set it to a local disk in the import-client node.",
    },
  };
}
