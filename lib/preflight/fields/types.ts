/** Facts about the fields of one message type; fields are named by their parent's and their own local name. */
export interface FieldTable {
  /** Elements that hold a number. */
  numeric: Readonly<Record<string, Readonly<Record<string, "required" | "optional">>>>;
  /** Elements that hold a date, with its pattern as the format tables write it: `yyyyMMdd`, `yyyyMMddHHmmssSSS` ... */
  dates: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Names of the children in schema order, by path from the root element of the business data. */
  order?: Readonly<Record<string, readonly string[]>>;
}
