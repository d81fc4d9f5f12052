import { FILE_MISSING } from "../boxes/awaited.js";
import { CODES } from "../codes.js";
import { errorOf, ImportClientError } from "../errors.js";

/** The file of a document that was never sent has gone while it waited. */
export function fileMissing(): ImportClientError {
  return errorOf(FILE_MISSING);
}

/** The same of a file that is not there at all: a folder may be away for a moment, and the reconciler knows when it has been long enough. */
export function fileAway(): ImportClientError {
  return new ImportClientError(
    "SW-FILE-MISSING",
    { zh: "单据文件暂时不在 TempBox 中，稍后再试", en: "the document's file is not in TempBox now; it is tried again" },
    {
      kind: "waits",
      advice: {
        zh: "请检查根目录或网络共享；文件恢复后自动继续。",
        en: "See to the root folder or the network share; it goes on by itself when the file is back.",
      },
    },
  );
}

/** Not a fault: the claim stays open and goes on after the next start. */
export function stopped(): ImportClientError {
  return new ImportClientError("SW-STOPPED", {
    zh: "节点正在停止，单据稍后继续",
    en: "the node stops; the document goes on later",
  });
}

/** Not a fault: it is ready, and another instance has the link. Its message ends here. */
export function goesElsewhere(): ImportClientError {
  return new ImportClientError("SW-STOPPED", {
    zh: "单据已就绪，由负责收发的实例发送",
    en: "the document is ready; the instance that has the link sends it",
  });
}

/** A document that waited here to be sent: another instance has the link and, with it, what was ours. */
export function linkLost(): ImportClientError {
  const text = {
    zh: "收发已由另一个实例接管，本实例等待发送的单据由其继续",
    en: "another instance has taken the link over, and goes on with what waited here to be sent",
  };
  return new ImportClientError("SW-FENCED", text, { details: { reason: "link" } });
}

/** Whether a fault is `linkLost`. */
export function isLinkLost(error: unknown): boolean {
  return error instanceof ImportClientError && error.code === "SW-FENCED" && error.details.reason === "link";
}

/** The bytes of a ready document have gone from the disk, or are others: nothing was sent, so that it can be made anew. */
export function readyGone(): ImportClientError {
  return new ImportClientError(
    "SW-FILE-MISSING",
    {
      zh: "已就绪单据待发送的内容不在磁盘上，将重新签名",
      en: "what was to be sent of a ready document is not on the disk: it is signed again",
    },
    { kind: "waits" },
  );
}

/** The outcome is not known and nobody decides it but a person; `why` is for programs. */
export function heldError(id: string, why: string): ImportClientError {
  return new ImportClientError(
    "SW-UNKNOWN",
    {
      zh: "发送结果不明：服务器没有确认，也没有拒绝。为避免重复申报，单据已暂缓，等待人工处理",
      en: "the outcome of the send is not known: neither confirmed nor refused; the document is held for a person",
    },
    {
      advice: {
        zh: "请先在单一窗口网页查询该单据是否已到达，再“解除暂缓”：已到达的处理为已发送，没有的重新发送。",
        en: "Look on the Single Window's page whether it has arrived, then release it: as sent where it has, else to be sent again.",
      },
      details: { id, why },
    },
  );
}

/** The same, and the bytes that may have been sent are gone: nothing can be sent again as the same document. */
export function bytesGone(id: string): ImportClientError {
  return new ImportClientError(
    "SW-UNKNOWN",
    {
      zh: "发送结果不明，且当时发送的原文已被改动或删除，无法原样重发。为避免重复申报，单据已暂缓，等待人工处理",
      en: "the outcome of the send is not known, and the bytes that were sent were changed or removed: they cannot be sent again; the document is held for a person",
    },
    {
      advice: {
        zh: "请先在单一窗口网页查询该单据是否已到达：已到达的确认为“已发送”，未到达的确认为“失败”后重新导出。",
        en: "Look on the Single Window's page whether it has arrived: confirm it as sent if it has, as failed if not, and export it again.",
      },
      details: { id, why: "the bytes that were sent are gone" },
    },
  );
}

/** Somebody has put it on hold before its send began; it goes through the flow again when it is released. */
export function putOffError(id: string): ImportClientError {
  const { meaning, action } = CODES["SW-HELD"];
  return new ImportClientError("SW-HELD", meaning, { advice: action, details: { id } });
}

/** What is sent has more bytes than it may have, by mq-send's setting or by what the broker takes; nothing of it was sent. */
export function tooLarge(size: number, limit: number, by: "setting" | "broker"): ImportClientError {
  const whose = {
    setting: { zh: "mq-send 的上限", en: "mq-send's limit of" },
    broker: { zh: "服务器的上限", en: "the broker's limit of" },
  }[by];
  return new ImportClientError(
    "SW-SIZE",
    {
      zh: `报文有 ${size} 字节（${megabytes(size)} MB），超过${whose.zh} ${limit} 字节（${megabytes(limit)} MB）`,
      en: `the message has ${size} bytes (${megabytes(size)} MB), more than ${whose.en} ${limit} bytes (${megabytes(limit)} MB)`,
    },
    {
      advice: {
        zh:
          by === "setting"
            ? "请压缩或减少随附的 PDF 后重新放入 OutBox；确需发送时调大 mq-send 的“报文上限”。"
            : "请压缩或减少随附的 PDF 后重新放入 OutBox；确需发送时请联系单一窗口客服，由其调大服务器上限。",
        en:
          by === "setting"
            ? "Make the attached PDFs smaller or fewer and drop it into OutBox again; raise mq-send's largest message if it has to go."
            : "Make the attached PDFs smaller or fewer and drop it into OutBox again; call the service desk if it has to go, the limit is the broker's.",
      },
      details: { size, limit },
    },
  );
}

function megabytes(bytes: number): string {
  return (bytes / (1024 * 1024)).toFixed(1);
}
