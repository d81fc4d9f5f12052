import { packageFormat, storedFields } from "./envelope.js";
import { answersOf } from "./record.js";

/** 特殊监管区子报文入库回执: one packet was stored (one source). */
export const sas200 = packageFormat("SAS200", (body) => ({
  ...storedFields(body),
  answers: [...new Set([...answersOf("SAS221"), ...answersOf("SAS251")])],
}));
