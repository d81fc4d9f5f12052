import { packageFormat, storedFields } from "./envelope.js";

/** 账册子报文入库回执: one packet was stored (one source). resutType says of which kind, so it may answer any type. */
export const ems200 = packageFormat("EMS200", storedFields);
