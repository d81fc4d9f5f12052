import { quote } from "../quote.js";
import type { Rule } from "../types.js";

const OPER_TYPES = ["A", "B", "C", "D", "E", "G"];
/** Upload and declaration together with the transit form. */
const WITH_TRANSIT = ["B", "D"];
/** Declared, not only stored: the operator and his card belong to it. */
const DECLARES = ["C", "D"];

/** DecSign says what is to be done with the declaration and who says so (domain 1.1). One dictionary asks for it: a warning. */
export const rule: Rule = {
  id: "dec-sign-complete",
  severity: "warning",
  kinds: ["DEC"],
  source: "domain 1.1",
  title: { zh: "DecSign 不完整", en: "DecSign incomplete" },
  advice: {
    zh: "OperType：A 上载，B 报关单和转关单上载，C 申报，D 报关单和转关单申报，E 电子手册上载，G 暂存。申报时应填写 ICCode、OperName；自行签名时 Sign、SignDate、Certificate 三项都要填写。",
    en: "OperType: A upload, B upload with transit, C declare, D declare with transit, E upload for a manual, G store. A declaration names the operator's card and name (ICCode, OperName). Who signs for himself fills Sign, SignDate and Certificate.",
  },
  start({ body }) {
    return {
      end(report) {
        const sign = body.child("DecSign");
        if (!sign) {
          report({ element: body, text: { zh: "没有 DecSign", en: "there is no DecSign" } });
          return;
        }
        const type = sign.child("OperType");
        const value = type?.text.trim() ?? "";
        if (!type || value === "") {
          report({
            element: type ?? sign,
            text: { zh: "没有填写操作类型 OperType", en: "OperType is missing or empty" },
          });
        } else if (!OPER_TYPES.includes(value)) {
          report({
            element: type,
            text: {
              zh: `OperType 为 ${quote(value)}，已知的值为 ${OPER_TYPES.join("、")}`,
              en: `OperType is ${quote(value)}; known are ${OPER_TYPES.join(", ")}`,
            },
          });
        } else if (WITH_TRANSIT.includes(value) && !body.child("TrnHead")) {
          report({
            element: type,
            text: {
              zh: `OperType 为 ${value}（含转关单），但报文没有 TrnHead`,
              en: `OperType ${value} includes the transit form, but there is no TrnHead`,
            },
          });
        }
        if (DECLARES.includes(value)) {
          for (const name of ["ICCode", "OperName"]) {
            if (sign.textAt(name) !== "") continue;
            report({
              element: sign.child(name) ?? sign,
              text: {
                zh: `OperType 为 ${value}（申报），但 ${name} 为空`,
                en: `OperType ${value} declares, but ${name} is empty`,
              },
            });
          }
        }
        // Most producers leave the signature to the client; a half-filled one is neither theirs nor ours.
        if (sign.textAt("Sign") === "") return;
        for (const name of ["SignDate", "Certificate"]) {
          if (sign.textAt(name) !== "") continue;
          report({
            element: sign.child(name) ?? sign,
            text: { zh: `填写了 Sign，但 ${name} 为空`, en: `Sign is filled but ${name} is empty` },
          });
        }
      },
    };
  },
};
