import { kindOf } from "../../business/index.js";
import type { MessageKind } from "../../business/types.js";
import type { XmlElement } from "../../xml/scan.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

const DOCUMENT = /^\s*<(?:\?xml|[A-Za-z])/;
/** Wrappers that are looked into, and elements that are looked at in all. */
const DEEPEST = 4;
const MOST = 200;

/**
 * A document of a known type inside an element that is none, as web services and export tools write it (`root`, a SOAP envelope):
 * as it stands its type and key cannot be read, and no receipt could be matched to it (domain A).
 */
export const rule: Rule = {
  id: "wrapped-document",
  severity: "error",
  kinds: [],
  source: "domain A",
  title: { zh: "报文外面多了一层元素", en: "a document inside another element" },
  advice: {
    zh: "请去掉外层元素，让报文自己的根元素成为文件的根元素（命名空间声明一并移过去）；否则回执无法与它对应。",
    en: "Take the outer element away, so that the document's own root is the file's (with its namespace declarations): no receipt could be matched to it otherwise.",
  },
  start({ kind, root }) {
    if (kind) return undefined;
    return {
      end(report) {
        const found = innerDocument(root);
        if (!found) {
          const holder = textHolder(root);
          if (!holder) return;
          report({
            element: holder,
            text: {
              zh: `根元素是 ${quote(root.name)}，报文被当作文字放在 ${quote(holder.name)} 里`,
              en: `the root is ${quote(root.name)}; the document stands in ${quote(holder.name)} as text`,
            },
          });
          return;
        }
        const { element, kind } = found;
        const named = { zh: `${kind.title.zh}（${kind.type}）`, en: `a ${kind.title.en} (${kind.type})` };
        report({
          element,
          // Where other things stand beside it, it may be a part of a type that we do not know.
          severity: isOnlyWrapped(element) ? undefined : "warning",
          text: {
            zh: `根元素是 ${quote(root.name)}，里面才是${named.zh} ${quote(element.name)}`,
            en: `the root is ${quote(root.name)}; ${named.en}, ${quote(element.name)}, stands inside it`,
          },
        });
      },
    };
  },
};

function innerDocument(root: XmlElement): { element: XmlElement; kind: MessageKind } | undefined {
  let level = root.children;
  let looked = 0;
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth++) {
    for (const element of level) {
      if (looked++ >= MOST) return undefined;
      const kind = kindOf(element)?.kind;
      if (kind) return { element, kind };
    }
    level = level.flatMap(({ children }) => children);
  }
  return undefined;
}

/** The only element of the file with a text, where that is a document of its own: escaped, or in CDATA. */
function textHolder(root: XmlElement): XmlElement | undefined {
  let holder = root;
  for (let depth = 0; depth < DEEPEST && holder.children.length > 0; depth++) {
    const [only, ...others] = holder.children.filter(({ name }) => name !== "Header");
    if (!only || others.length > 0) return undefined;
    holder = only;
  }
  return holder.children.length === 0 && DOCUMENT.test(holder.text.slice(0, 200)) ? holder : undefined;
}

/** Nothing but headers of a SOAP envelope stands beside it or beside what it is in. */
function isOnlyWrapped(element: XmlElement): boolean {
  for (let at: XmlElement | undefined = element; at?.parent; at = at.parent) {
    const others = at.parent.children.filter((child) => child !== at && child.name !== "Header");
    if (others.length > 0) return false;
  }
  return true;
}
