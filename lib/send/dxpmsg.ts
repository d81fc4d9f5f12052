import { receiverOfFolder } from "../business/receivers.js";
import type { Clock } from "../clock.js";
import type { DocumentHandle } from "../document.js";
import { configError } from "../settings.js";
import { Turn } from "../turn.js";
import { escapeText, printable } from "../xml/escape.js";

/** What a DxpMsg says beside its data, where it differs from what the document gives; empty text = as the document gives it. */
export interface DxpFields {
  /** Default `DXPESW<client ID>`. */
  sender?: string;
  /** One to five; default by the business's folder (domain 2). */
  receivers?: readonly string[];
  /** MsgType; default the document's message type. */
  type?: string;
  /** AddInfo/FileName; default the document's file name. */
  fileName?: string;
  /** AddInfo/IcCard; left out when empty. */
  card?: string;
  /** The business key in AddInfo/BizKey; default the document's own key. */
  key?: string;
}

/** Longest values by formats/dxpmsg.csv. */
const LONGEST = { sender: 16, receiver: 16, type: 30, fileName: 255, card: 13, key: 64 };
const MOST_RECEIVERS = 5;

const WRAPPED = /^\s*(?:<\?xml[^>]*\?>\s*)?<(?:\w+:)?DxpMsg(?:Sv)?[\s>]/;
const DATA = "<Data>";

/** Does a producer's file come wrapped already? Looks at the first bytes only. */
export function isDxpMsg(bytes: Buffer): boolean {
  return WRAPPED.test(
    bytes
      .subarray(0, 512)
      .toString("latin1")
      .replace(/^\u00ef\u00bb\u00bf/, ""),
  );
}

/**
 * Wraps a file in a DxpMsg (domain 1.4, formats/dxpmsg.csv): the best public guess of the wire. The same document gives the
 * same bytes each time. `id` becomes CopMsgId. Rejects with SW-CONFIG, naming the field, when one is unknown or too long.
 */
export async function wrapInDxpMsg(
  document: DocumentHandle,
  id: string,
  bytes: Buffer,
  clock: Clock,
  fields: DxpFields = {},
): Promise<Buffer> {
  const sender = fitting("SenderId", fields.sender || `DXPESW${document.clientId}`, LONGEST.sender);
  const receivers = (fields.receivers?.length ? fields.receivers : [receiverOfFolder(document.business)]).map(
    (receiver) => fitting("ReceiverId", receiver, LONGEST.receiver),
  );
  if (receivers.length > MOST_RECEIVERS) {
    throw fieldError("ReceiverId", `最多 ${MOST_RECEIVERS} 个接收方`, `at most ${MOST_RECEIVERS} receivers`);
  }
  const type = fitting("MsgType", fields.type || document.messageType, LONGEST.type);
  const fileName = fitting("FileName", fields.fileName || document.fileName, LONGEST.fileName);
  const card = fields.card && fitting("IcCard", fields.card, LONGEST.card);
  const key = fields.key || document.clientKey;
  const transfer = [
    element("CopMsgId", id),
    element("SenderId", sender),
    `<ReceiverIds>${receivers.map((receiver) => element("ReceiverId", receiver)).join("")}</ReceiverIds>`,
    element("CreatTime", chinaTime(document.claimedAt)),
    element("MsgType", type),
  ];
  const additional = [
    element("FileName", fileName),
    card ? element("IcCard", card) : "",
    // An own key may be longer than the field, which is optional; a cut one would be another key.
    key !== "" && key.length <= LONGEST.key ? `<BizKey>${element("Key", key)}</BizKey>` : "",
  ];
  const head =
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    '<DxpMsg xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0">' +
    `<TransInfo>${transfer.join("")}</TransInfo>${DATA}`;
  const tail = `</Data><AddInfo>${additional.join("")}</AddInfo></DxpMsg>\n`;
  const data = await inPieces(bytes, 0, bytes.length, clock, (piece) =>
    Buffer.from(piece.toString("base64"), "latin1"),
  );
  return Buffer.concat([Buffer.from(head, "utf8"), ...data, Buffer.from(tail, "utf8")]);
}

/** The file out of a DxpMsg that `wrapInDxpMsg` made. */
export async function unwrapDxpMsg(wrapped: Buffer, clock: Clock): Promise<Buffer> {
  const start = wrapped.indexOf(DATA) + DATA.length;
  const end = wrapped.indexOf("<", start);
  const decode = (piece: Buffer) => Buffer.from(piece.toString("latin1"), "base64");
  return Buffer.concat(await inPieces(wrapped, start, end, clock, decode));
}

/** A large file takes longer than the event loop may be blocked for. Three bytes are four characters of base64, so 12 suits both ways. */
const PIECE = 12 * 128 * 1024;

async function inPieces(
  bytes: Buffer,
  start: number,
  end: number,
  clock: Clock,
  convert: (piece: Buffer) => Buffer,
): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  const turn = new Turn(clock);
  for (let at = start; at < end; at += PIECE) {
    pieces.push(convert(bytes.subarray(at, Math.min(at + PIECE, end))));
    await turn.over();
  }
  return pieces;
}

function element(name: string, text: string): string {
  return `<${name}>${escapeText(printable(text))}</${name}>`;
}

function fitting(name: string, value: string, longest: number): string {
  if (value === "")
    throw fieldError(name, "没有值，请在 mq-send 中设置", "there is no value for it: set one in mq-send");
  // Characters, not UTF-16 units, as XML Schema counts them.
  if ([...value].length <= longest) return value;
  throw fieldError(name, `${value} 超过 ${longest} 个字符`, `${value} is longer than ${longest} characters`);
}

function fieldError(name: string, zh: string, en: string) {
  return configError(name, `DxpMsg ${name}：${zh}`, `DxpMsg ${name}: ${en}`);
}

/** `yyyy-MM-ddTHH:mm:ss` in China, where the readers are. */
function chinaTime(at: number): string {
  return new Date(at + 8 * 60 * 60_000).toISOString().slice(0, 19);
}
