import { packageFormat, storedFields } from "./envelope.js";
import { answersOf } from "./record.js";

/** 核注清单子报文入库回执: one packet was stored (one source). */
export const inv200 = packageFormat("INV200", (body) => ({ ...storedFields(body), answers: answersOf("INV201") }));
