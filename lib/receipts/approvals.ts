import { approvalFields, packageFormat } from "./envelope.js";

/**
 * Approvals of the other 金关二期 documents (formats/codes.csv SAS.messageType): company archive, account book and its
 * write-off, manual, logistics account book, material use list, application form, stock document, vehicle. Their schemas are
 * not public; that they begin with `HdeApprResult` like INV201 and SAS221 is a reading, so no other field is looked at.
 */
const TYPES = ["EMS201", "EMS211", "EMS221", "EML211", "BWS201", "CMB201", "SAS201", "SAS211", "SAS231"];

export const approvals = TYPES.map((type) => packageFormat(type, approvalFields));
