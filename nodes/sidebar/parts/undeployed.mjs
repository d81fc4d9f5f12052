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

/** Does the open dialog of a config node say something else than the node? */
export function editedInDialog(node) {
  const field = (name) => $(`#node-config-input-${name}`);
  const empty = (value) => (value === undefined || value === null || value === "_ADD_" ? "" : String(value));
  for (const name of Object.keys(node._def?.defaults ?? {})) {
    if (field(name).length > 0 && empty(field(name).val()) !== empty(node[name])) return true;
  }
  for (const [name, { type }] of Object.entries(node._def?.credentials ?? {})) {
    const value = empty(field(name).val());
    const saved = type === "password" ? (value === "__PWRD__" ? value : "") : empty(node.credentials?.[name]);
    if (field(name).length > 0 && value !== saved) return true;
  }
  return false;
}
