import { FILE_MISSING } from "../boxes/reconcile.js";
import { errorOf, ImportClientError } from "../errors.js";

/** The file of a document that was never sent has gone while it waited. */
export function fileMissing(): ImportClientError {
  return errorOf(FILE_MISSING);
}

/** Not a fault: the claim stays open and goes on after the next start. */
export function stopped(): ImportClientError {
  return new ImportClientError("SW-STOPPED", {
    zh: "节点正在停止，单据稍后继续",
    en: "the node stops; the document goes on later",
  });
}

/** The outcome is not known and nobody decides it but a person; `why` is for programs. */
export function heldError(id: string, why: string): ImportClientError {
  return new ImportClientError(
    "SW-UNKNOWN",
    {
      zh: "发送结果不明：服务器没有确认，也没有拒绝。为避免重复申报，单据已暂停，等待人工处理",
      en: "the outcome of the send is not known: neither confirmed nor refused; the document is held for a person",
    },
    {
      advice: {
        zh: "请先在单一窗口网页查询该单据是否已到达，再在侧栏中选择重发或确认。",
        en: "Look on the Single Window's page whether it has arrived, then resend or release it in the sidebar.",
      },
      details: { id, why },
    },
  );
}
