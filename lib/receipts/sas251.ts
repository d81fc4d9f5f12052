import { gatePassFields, packageFormat } from "./envelope.js";

/** 两步申报核放单审核回执 (domain 1.2). */
export const sas251 = packageFormat("SAS251", (body) => gatePassFields(body, "Sas2stepPassportBsc"));
