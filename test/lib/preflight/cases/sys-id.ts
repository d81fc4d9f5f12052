import type { Case } from "../case.js";
import { BODY, INV101, lineOf } from "../documents.js";

export const found: Case = {
  rule: "sys-id",
  xml: INV101,
  parts: {
    client: { environment: "test", clientId: "DEMO0001", orgCode: "", customsCode: "", sysIds: ["B1", "95"] },
  },
  places: [`error ${BODY}/SysId:${lineOf(INV101, "<SysId>")}`],
  says: /SysId is Z7; the client's setting allows B1, 95/,
  good: { xml: INV101 },
};
