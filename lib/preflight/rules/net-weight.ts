import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/** Goods weigh no less with their packing than without (formats/dec.csv, GrossWet and NetWt, both in kilograms). */
export const rule: Rule = {
  id: "net-weight",
  severity: "warning",
  kinds: ["DEC"],
  source: "formats",
  title: { zh: "净重大于毛重", en: "net weight greater than gross weight" },
  advice: {
    zh: "请核对表头的毛重 GrossWet 和净重 NetWt（千克），是否填反或单位不同。",
    en: "See to GrossWet and NetWt of the head, in kilograms: they may be the wrong way round, or of different units.",
  },
  start({ body }) {
    return {
      end(report) {
        const head = body.child("DecHead");
        const [gross, net] = [head?.child("GrossWet"), head?.child("NetWt")];
        if (!gross || !net || gross.isEmpty || net.isEmpty) return;
        if (!(Number(net.text) > Number(gross.text))) return;
        report({
          element: net,
          text: {
            zh: `净重 NetWt ${quote(net.text.trim())} 大于毛重 GrossWet ${quote(gross.text.trim())}`,
            en: `NetWt ${quote(net.text.trim())} is greater than GrossWet ${quote(gross.text.trim())}`,
          },
        });
      },
    };
  },
};
