import type { Node, NodeAPI, NodeMessage } from "node-red";
import type { DxpFields } from "../../lib/amqp/dxpmsg.js";
import { type FieldRow, fieldsOf, type WireFields } from "../../lib/amqp/fields.js";
import { configError, settingText } from "../../lib/client/settings.js";

/** A value as Node-RED's typedInput saves it. */
interface Typed {
  value: string;
  type: string;
}

/** What of mq-send's settings is evaluated for each message. */
export interface FieldSettings {
  routingKey?: string;
  routingKeyType?: string;
  fields?: unknown;
  dxpSender?: string;
  dxpReceivers?: string;
  dxpMsgType?: string;
  dxpMsgTypeType?: string;
  dxpCard?: string;
  dxpCardType?: string;
  dxpKey?: string;
  dxpKeyType?: string;
}

interface SavedRow extends Typed {
  to: "header" | "property";
  name: string;
}

const TYPES = ["str", "num", "bool", "json", "date", "msg", "flow", "global", "env", "jsonata"];

/** The rows of the table as they are saved. Throws SW-CONFIG for what is no row. */
function rowsOf(saved: unknown): SavedRow[] {
  if (saved === undefined || saved === null || saved === "") return [];
  const rows = Array.isArray(saved) ? (saved as Partial<SavedRow>[]) : [];
  const good = (row: Partial<SavedRow>) =>
    (row.to === "header" || row.to === "property") && typeof row.name === "string" && TYPES.includes(row.type ?? "str");
  if (!Array.isArray(saved) || !rows.every(good)) {
    throw configError("fields", "消息字段表的设置无效", "the table of message fields is not readable");
  }
  return rows.map(({ to, name, value, type }) => ({
    to: to as "header" | "property",
    name: (name as string).trim(),
    value: String(value ?? ""),
    type: type ?? "str",
  }));
}

/**
 * What mq-send's settings put on the wire, ready to be evaluated for each message. Throws SW-CONFIG now, and SW-FIELD for
 * a name that may not be set; the function it returns rejects with SW-FIELD for a value that cannot be sent.
 */
export function fieldEvaluator(
  RED: NodeAPI,
  node: Node,
  config: FieldSettings,
): (message: NodeMessage) => Promise<WireFields> {
  const rows = rowsOf(config.fields);
  fieldsOf(rows.map(({ to, name }) => ({ to, name, value: undefined })));
  const receivers = settingText(config.dxpReceivers)
    .split(/[\s,，;；]+/)
    .filter(Boolean);
  const sender = settingText(config.dxpSender);

  function evaluate({ value, type }: Typed, message: NodeMessage): Promise<unknown> {
    return new Promise((resolve, reject) => {
      RED.util.evaluateNodeProperty(value, type, node, message, (error, result) =>
        error ? reject(error) : resolve(result),
      );
    });
  }

  /** A setting that is one text; empty, and what is not there, leave the default. */
  async function text(value: string | undefined, type: string | undefined, message: NodeMessage): Promise<string> {
    const typed = { value: settingText(value), type: type || "str" };
    if (typed.value === "") return "";
    return settingText(await evaluate(typed, message));
  }

  return async (message) => {
    const evaluated: FieldRow[] = [];
    for (const row of rows) evaluated.push({ to: row.to, name: row.name, value: await evaluate(row, message) });
    const dxp: DxpFields = {
      sender,
      receivers,
      type: await text(config.dxpMsgType, config.dxpMsgTypeType, message),
      card: await text(config.dxpCard, config.dxpCardType, message),
      key: await text(config.dxpKey, config.dxpKeyType, message),
    };
    const routingKey = await text(config.routingKey, config.routingKeyType, message);
    return { ...fieldsOf(evaluated), ...(routingKey && { routingKey }), dxp };
  };
}
