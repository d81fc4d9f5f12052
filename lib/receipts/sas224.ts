import { gatePassFields, packageFormat } from "./envelope.js";

/** 核放单查验回执 (domain 1.2). */
export const sas224 = packageFormat("SAS224", (body) => gatePassFields(body, "SasPassportBsc"));
