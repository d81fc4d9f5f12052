import type { Bilingual, FaultKind } from "./errors.js";

/** What a code of ours, or of the official client, means: for the document that met it, and for the person who reads it. */
export interface CodeMeaning {
  kind: FaultKind;
  /** For `retries`: how often the document is tried again at most, whatever the setting says. */
  times?: number;
  meaning: Bilingual;
  cause?: Bilingual;
  /** What to do. */
  action: Bilingual;
  /** Where it comes from. */
  source: string;
}

export type Text = readonly [zh: string, en: string];

/** A line of the table. */
export function code(
  kind: FaultKind,
  meaning: Text,
  action: Text,
  more: { cause?: Text; times?: number; source?: string } = {},
): CodeMeaning {
  const both = ([zh, en]: Text): Bilingual => ({ zh, en });
  const { cause, times, source = 'design, "Codes"' } = more;
  return { kind, meaning: both(meaning), action: both(action), source, ...(cause && { cause: both(cause) }), times };
}

export const CORRECT: Text = [
  "单据没有发出，改正后重新放入 OutBox",
  "Nothing was sent; put it right and drop the file into OutBox again",
];
export const SETTINGS: Text = [
  "改正节点设置或环境变量后重新部署；在此之前单据等待，不会失败",
  "Correct the node's setting or the environment variable and deploy; until then documents wait, none fails",
];
export const MACHINE: Text = [
  "排除磁盘、网络或权限问题后自动继续，单据等待，不会失败",
  "Work goes on by itself once disk, network or permissions are right again; documents wait, none fails",
];
export const MOVED: Text = [
  "若来自备份，先核对 OutBox 中的文件是否已发送",
  "Of a backup check first what of OutBox was sent",
];
