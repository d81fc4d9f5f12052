// What is tested is what was deployed last: a note where the editor says something else. The operator page has no editor.

import { el } from "./elements.mjs";
import { icon } from "./icons.mjs";
import { translate } from "./texts.mjs";

/** Does a node of ours, or a TLS setting, differ from what was deployed? */
export function undeployed() {
  if (!globalThis.RED) return false;
  let found = false;
  const look = (node) => {
    if (node.changed && /^(sw-|tls-config$)/.test(node.type)) found = true;
  };
  RED.nodes.eachNode(look);
  RED.nodes.eachConfig(look);
  return found;
}

/** What is tested is what was deployed last. */
export function warnUndeployed(result) {
  if (result.querySelector(".sw-undeployed")) return;
  const text = el("span", {}, ` ${translate("diagnosis.undeployed")}`);
  result.prepend(el("p", { class: "form-tips sw-tip sw-undeployed" }, icon("warn"), text));
}
