import type { Node, NodeAPI, NodeMessage } from "node-red";
import { messageOf } from "../../lib/errors.js";
import { FIELD_TARGETS, type FieldRow, fieldsOf, type WireFields } from "../../lib/send/fields.js";
import { configError, settingText } from "../../lib/settings.js";

/** A row of the table as it is saved: what Node-RED's typedInput makes of a value. */
interface SavedRow {
  to: FieldRow["to"];
  name: string;
  value: string;
  type: string;
}

const TYPES = ["str", "num", "bool", "json", "date", "msg", "flow", "global", "env", "jsonata"];

/** The rows of the table. Throws SW-CONFIG for what is no table. */
function rowsOf(saved: unknown): SavedRow[] {
  const text = settingText(saved) || "[]";
  try {
    const rows = JSON.parse(text) as Partial<SavedRow>[];
    if (!Array.isArray(rows)) throw new Error("应为列表 / it is no list");
    return rows.map(({ to, name = "", value = "", type = "str" }) => {
      if (!to || !FIELD_TARGETS.includes(to)) throw new Error(`to: ${to}`);
      if (!TYPES.includes(type)) throw new Error(`type: ${type}`);
      return { to, name: String(name).trim(), value: String(value), type };
    });
  } catch (error) {
    const why = messageOf(error);
    throw configError("fields", `消息字段表无法读取：${why}`, `the table of message fields cannot be read: ${why}`);
  }
}

export interface FieldEvaluator {
  /** Some documents may go to other queues than the node's own. */
  setsRoutingKey: boolean;
  /** The fields of a message. Rejects with SW-FIELD for a value that cannot be sent. */
  evaluate(message: NodeMessage): Promise<WireFields>;
}

/**
 * What the table in mq-send sets on the wire, to be evaluated for each message. Throws SW-CONFIG for a table that cannot
 * be read and SW-FIELD for a name that may not be set.
 */
export function fieldEvaluator(RED: NodeAPI, node: Node, saved: unknown): FieldEvaluator {
  const rows = rowsOf(saved);
  fieldsOf(rows.map(({ to, name }) => ({ to, name, value: undefined })));

  function evaluate({ value, type }: SavedRow, message: NodeMessage): Promise<unknown> {
    return new Promise((resolve, reject) => {
      RED.util.evaluateNodeProperty(value, type, node, message, (error, result) =>
        error ? reject(error) : resolve(result),
      );
    });
  }

  return {
    setsRoutingKey: rows.some(({ to }) => to === "routingKey"),
    evaluate: async (message) => {
      const evaluated: FieldRow[] = [];
      for (const row of rows) {
        evaluated.push({ to: row.to, name: row.name, value: await evaluate(row, message) });
      }
      return fieldsOf(evaluated);
    },
  };
}
