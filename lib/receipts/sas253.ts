import { gatePassFields, packageFormat } from "./envelope.js";

/** 两步申报核放单过卡回执 (domain 1.2). */
export const sas253 = packageFormat("SAS253", (body) => gatePassFields(body, "Sas2stepPassportBsc"));
