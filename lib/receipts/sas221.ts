import { gatePassFields, packageFormat } from "./envelope.js";

/** 核放单审核回执 (domain 1.2). */
export const sas221 = packageFormat("SAS221", (body) => gatePassFields(body, "SasPassportBsc"));
