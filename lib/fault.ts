import { meaningOf } from "./codes.js";
import { type Bilingual, codeOf, type Fault, ImportClientError, messageOf, neutral, withAdvice } from "./errors.js";
import { systemFault } from "./system-fault.js";

/**
 * The fault in whatever was thrown; `SW-FAULT` for what has no code. What nobody foresaw is the program's or the machine's fault, not the
 * document's: it waits.
 */
export function faultOf(error: unknown): Fault {
  if (error instanceof ImportClientError) {
    const { code, text, advice, kind, official } = error;
    return { code, text, ...(advice && { advice }), ...(kind && { kind }), ...(official && { official }) };
  }
  const refused = systemFault(error);
  if (refused) return faultOf(refused);
  const code = codeOf(error) ?? "SW-FAULT";
  const text = neutral(messageOf(error));
  return meaningOf(code) ? { code, text } : { code, text, advice: UNFORESEEN, kind: "waits" };
}

/** Code and words of whatever was thrown, for a notice to people; `otherwise`: the code of what has none. */
export function noticeOf(error: unknown, otherwise = "SW-FAULT"): [code: string, zh: string, en: string] {
  const known = error instanceof ImportClientError ? error : systemFault(error);
  if (!known) return [codeOf(error) ?? otherwise, messageOf(error), messageOf(error)];
  const { zh, en } = withAdvice(known);
  return [known.code, zh, en];
}

const UNFORESEEN: Bilingual = {
  zh: "程序没有料到这种错误，单据保持等待，不会失败。请先检查相关节点的设置；仍不能解决时把支持包发给维护人员",
  en: "Nobody foresaw this error: the document waits and does not fail. Check the settings of the nodes on its way; if that does not help, send the support bundle to whoever maintains the flow",
};
