import { gatePassFields, packageFormat } from "./envelope.js";

/** 核放单过卡回执 (domain 1.2). */
export const sas223 = packageFormat("SAS223", (body) => gatePassFields(body, "SasPassportBsc"));
