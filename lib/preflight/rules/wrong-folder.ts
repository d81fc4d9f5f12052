import { BUSINESSES, businessOfFolder } from "../../business/index.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/**
 * Folders for one way of transport (domain 2: RMFT 公路舱单, MFT 海/空运舱单; one source, hence a warning). The second digit of
 * a manifest's type tells it: 4 by road, 1 and 2 by sea and air.
 */
function manifestFolder(type: string): string | undefined {
  if (/^MT\d4\d\d$/.test(type)) return "Rmft";
  return /^MT\d[12]\d\d$/.test(type) ? "Mft" : undefined;
}

/** The receiver is chosen by the folder, so a document in the wrong one goes to the wrong system. */
export const rule: Rule = {
  id: "wrong-folder",
  severity: "error",
  kinds: [],
  source: "domain 2",
  title: { zh: "报文放错了业务文件夹", en: "document in the wrong folder" },
  advice: {
    zh: "请将报文放入与其业务对应的文件夹的 OutBox。",
    en: "Drop the document into the OutBox of the folder that belongs to its business.",
  },
  start({ kind, body, business }) {
    if (!kind || business === "") return undefined;
    const owner = BUSINESSES.find(({ kinds }) => kinds.some(({ type }) => type === kind.type));
    if (!owner) return undefined;
    return {
      end(report) {
        const actual = businessOfFolder(business);
        // Several businesses may take one type: a 核注清单 lies in Sas, Npts or Nems.
        const taken = actual?.kinds.some(({ type }) => type === kind.type);
        const usual = manifestFolder(kind.type) ?? business;
        if (taken && usual.toLowerCase() === business.toLowerCase()) return;
        const folder = quote(business);
        const folders = owner.folders.join(" / ");
        if (actual && !taken) {
          report({
            element: body,
            text: {
              zh: `报文是${kind.title.zh}（${kind.type}），却放在 ${folder}（${actual.title.zh}）；应放入 ${folders}`,
              en: `the document is a ${kind.title.en} (${kind.type}) but lay in ${folder} (${actual.title.en}); its folder is ${folders}`,
            },
          });
        } else if (!actual) {
          report({
            element: body,
            severity: "warning",
            text: {
              zh: `报文是${kind.title.zh}（${kind.type}），所在文件夹 ${folder} 不是已知的业务代码；通常为 ${folders}`,
              en: `the document is a ${kind.title.en} (${kind.type}); its folder ${folder} is no known business code, usual is ${folders}`,
            },
          });
        } else {
          report({
            element: body,
            severity: "warning",
            text: {
              zh: `${kind.title.zh}（${kind.type}）放在 ${folder}，通常应放入 ${usual}`,
              en: `a ${kind.title.en} (${kind.type}) lay in ${folder}; its usual folder is ${usual}`,
            },
          });
        }
      },
    };
  },
};
