import { messageOf } from "../errors.js";
import { configError, settingText } from "../settings.js";

/** Where the value of an element comes from: a column, or always the same. */
export interface Source {
  column?: string;
  /** What a column's value is written as: `{"进口": "I"}`. A value that is neither listed nor one of the codes is an error. */
  map?: Readonly<Record<string, string>>;
  /** Always, or where the column is empty. */
  value?: unknown;
}

/** How rows become documents; kept as JSON in the compose node. */
export interface Mapping {
  /** The column whose value says which rows belong to one document; empty = all rows are one where `each` is set, else each is its own. */
  group: string;
  /** Path of the element that each row makes once; empty = none repeats. */
  each: string;
  /** By the path of an element, from the root or from what the envelope holds: `DecHead/IEFlag`, `@Version`. */
  fields: ReadonlyMap<string, Source>;
}

const KEYS = new Set(["group", "each", "fields"]);

/**
 * Reads a mapping: `{"group": "单号", "each": "DecLists/DecList", "fields": {"DecHead/IEFlag": "进出口", "DecHead/TradeCode":
 * {"value": "3120…"}, "DecLists/DecList/GName": {"column": "品名", "value": "无"}}}`. Undefined when none is set: what comes is
 * an object then. Throws SW-CONFIG, naming the key.
 */
export function readMapping(setting: unknown): Mapping | undefined {
  const text = settingText(setting);
  if (text === "") return undefined;
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw wrong(`不是有效的 JSON：${messageOf(error)}`, `not valid JSON: ${messageOf(error)}`);
  }
  if (!isRecord(read)) throw wrong("应为 JSON 对象", "a JSON object is wanted");
  const unknown = Object.keys(read).find((key) => !KEYS.has(key));
  if (unknown) throw wrong(`未知的键 ${unknown}`, `unknown key ${unknown}`);
  const { group = "", each = "", fields } = read;
  if (typeof group !== "string" || typeof each !== "string")
    throw wrong("group、each 应为文本", "group and each are texts");
  if (!isRecord(fields) || Object.keys(fields).length === 0) throw wrong("缺少 fields", "fields are missing");
  return {
    group,
    each,
    fields: new Map(Object.entries(fields).map(([path, source]) => [path, readSource(path, source)])),
  };
}

function readSource(path: string, given: unknown): Source {
  if (typeof given === "string") return { column: given };
  if (!isRecord(given)) throw wrong(`${path}：应为列名或对象`, `${path}: a column or an object is wanted`);
  const { column, map, value } = given;
  if (column === undefined && value === undefined) {
    throw wrong(`${path}：应有 column 或 value`, `${path}: column or value is wanted`);
  }
  if (column !== undefined && typeof column !== "string")
    throw wrong(`${path}：column 应为列名`, `${path}: column is a name`);
  if (map !== undefined && !(isRecord(map) && Object.values(map).every((to) => typeof to === "string"))) {
    throw wrong(`${path}：map 应为 {"原值": "代码"}`, `${path}: map is {"value": "code"}`);
  }
  return {
    ...(column !== undefined && { column }),
    ...(map !== undefined && { map: map as Record<string, string> }),
    ...(value !== undefined && { value }),
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const wrong = (zh: string, en: string) => configError("mapping", `映射：${zh}`, `mapping: ${en}`);
