import type { Options } from "amqplib";
import { ImportClientError } from "../errors.js";
import type { DxpFields } from "./dxpmsg.js";

/** What a flow sets on the wire for one document, evaluated: it goes over what the document gives (`makeWire`). */
export interface WireFields {
  routingKey?: string;
  headers: Record<string, HeaderValue | undefined>;
  properties: Partial<Pick<Options.Publish, FreeProperty>>;
  dxp?: DxpFields;
}

/** What a header may carry: it has to be the same when it comes back from the ledger. */
export type HeaderValue = string | number | boolean | HeaderValue[] | { [name: string]: HeaderValue };

/** Where a row's value goes. */
export const FIELD_TARGETS = ["header", "property", "routingKey", "dxp"] as const;

/** A row of the table in mq-send, its value evaluated. */
export interface FieldRow {
  to: (typeof FIELD_TARGETS)[number];
  /** Header or property, or the DxpMsg's field; of no meaning for the routing key. */
  name: string;
  value: unknown;
}

/** Fields of the DxpMsg as it spells them, and what they are called here. */
const DXP_FIELDS: Readonly<Record<string, keyof DxpFields>> = {
  SenderId: "sender",
  ReceiverId: "receivers",
  MsgType: "type",
  FileName: "fileName",
  IcCard: "card",
  BizKey: "key",
};

/**
 * AMQP properties that a flow may set. Not the message id, by which a repeat is known; not the delivery mode, without
 * which a restart of the broker loses documents; not the expiration, by which a confirmed document would vanish.
 */
const FREE_PROPERTIES = [
  "type",
  "correlationId",
  "contentType",
  "contentEncoding",
  "appId",
  "userId",
  "replyTo",
  "priority",
  "timestamp",
] as const;
type FreeProperty = (typeof FREE_PROPERTIES)[number];

/** Headers that say what kind of send it is; a flow that set them would lie. */
const OURS = ["possibleDuplicate", "attempt"];

const LONGEST_TEXT = 255;

/**
 * The rows as what they set. A row without a value takes a header or property away that would be sent without it, and
 * leaves routing key and DxpMsg as they are. Throws SW-FIELD, naming the row, for a name that may not be set and for a
 * value that AMQP or the ledger cannot hold.
 */
export function fieldsOf(rows: readonly FieldRow[]): WireFields {
  const headers: WireFields["headers"] = {};
  const properties: Record<string, unknown> = {};
  const dxp: Record<string, unknown> = {};
  let routingKey: string | undefined;
  for (const { to, name, value } of rows) {
    const empty = value === undefined || value === null || value === "";
    if (to === "header") {
      if (name === "" || Buffer.byteLength(name) > LONGEST_TEXT || OURS.includes(name)) throw wrongName(name);
      headers[name] = empty ? undefined : headerValue(name, value);
    } else if (to === "property") {
      if (!(FREE_PROPERTIES as readonly string[]).includes(name)) throw wrongName(name);
      properties[name] = empty ? undefined : propertyValue(name, value);
    } else if (to === "routingKey") {
      routingKey = empty ? undefined : shortText("routing key", value);
    } else {
      const field = Object.hasOwn(DXP_FIELDS, name) ? DXP_FIELDS[name] : undefined;
      if (!field) throw wrongName(name);
      if (!empty) dxp[field] = field === "receivers" ? listOf(name, value) : shortText(name, value);
    }
  }
  return { headers, properties, dxp, ...(routingKey !== undefined && { routingKey }) };
}

/** Several receivers, as a list or in one text. */
function listOf(name: string, value: unknown): string[] {
  const items = Array.isArray(value) ? value : [value];
  return items.flatMap((item) =>
    shortText(name, item)
      .split(/[\s,，;；]+/)
      .filter(Boolean),
  );
}

function headerValue(name: string, value: unknown): HeaderValue {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return Array.from(value, (item) => headerValue(name, item));
  if (typeof value === "object" && value !== null && isPlain(value)) {
    const known = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
    return Object.fromEntries(known.map(([key, item]) => [key, headerValue(name, item)]));
  }
  throw wrongValue(name, value);
}

/** A Buffer or any other class instance would not be the same after the ledger's JSON. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  // Of another realm too: a function node's objects.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function propertyValue(name: string, value: unknown): string | number {
  if (name === "priority" || name === "timestamp") {
    const number = value instanceof Date ? Math.floor(value.getTime() / 1000) : Number(value);
    const most = name === "priority" ? 255 : Number.MAX_SAFE_INTEGER;
    if (typeof value !== "boolean" && Number.isInteger(number) && number >= 0 && number <= most) return number;
    throw wrongValue(name, value);
  }
  return shortText(name, value);
}

/** A text as AMQP's short strings hold it. */
function shortText(name: string, value: unknown): string {
  const text = typeof value === "number" || typeof value === "boolean" ? String(value) : value;
  if (typeof text === "string" && Buffer.byteLength(text) <= LONGEST_TEXT) return text;
  throw wrongValue(name, value);
}

function wrongName(name: string): ImportClientError {
  return fieldError(
    name,
    `不能设置消息字段 ${name || "（空）"}`,
    `the message field ${name || "(empty)"} cannot be set`,
  );
}

function wrongValue(name: string, value: unknown): ImportClientError {
  const kind = value === null ? "null" : typeof value === "object" ? value?.constructor?.name : typeof value;
  return fieldError(
    name,
    `消息字段 ${name} 的值（${kind}）不能发送`,
    `the value of the message field ${name} (${kind}) cannot be sent`,
  );
}

function fieldError(name: string, zh: string, en: string): ImportClientError {
  return new ImportClientError(
    "SW-FIELD",
    { zh, en },
    {
      advice: {
        zh: "请在 mq-send 的消息字段表中改正这一行。",
        en: "Correct this row of mq-send's table of message fields.",
      },
      details: { field: name },
    },
  );
}
