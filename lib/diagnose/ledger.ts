import type { ImportClient } from "../client/import-client.js";
import { OFF_THE_SHARE, shareOf } from "../client/ledger-on-share.js";
import { STATES } from "../ledger/rules/states.js";
import type { DocumentState } from "../ledger/types.js";
import type { Finding } from "./step.js";

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
export async function checkLedger({ ledger, settings, files }: ImportClient): Promise<Finding> {
  await ledger.setFact("diagnosed", new Date().toISOString());
  const counts = await ledger.counts();
  const found = STATES.filter((state) => counts[state] > 0);
  const text = {
    zh: `台账可写；${found.map((state) => `${STATE_NAMES[state]} ${counts[state]}`).join("，") || "无单据"}`,
    en: `the ledger can be written; ${found.map((state) => `${state} ${counts[state]}`).join(", ") || "no documents"}`,
  };
  if (shareOf(settings, files.disk) === "") return { text };
  return { text, warning: true, advice: OFF_THE_SHARE };
}
