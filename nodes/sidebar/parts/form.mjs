// What stands in the editor now, for the runtime to look at before it is deployed: the open dialog, our other nodes, the global environment.

import { request } from "./host.mjs";

const OURS = /^sw-(import-client|mq-broker|card|mq-send|mq-receive|folder-watch)$/;

const prefixOf = (node) => (node._def.category === "config" ? "node-config-input" : "node-input");

/** The saved input of a setting in the open dialog; empty when it has none there. */
export const fieldOf = (node, setting) => $(`#${prefixOf(node)}-${setting}`);

function dialogValue(node, setting) {
  const field = fieldOf(node, setting);
  if (field.length === 0) return node[setting];
  if (field.is(":checkbox")) return field.prop("checked");
  const value = field.val();
  return value === "_ADD_" ? "" : value;
}

function valuesOf(node, value) {
  return Object.fromEntries(Object.keys(node._def.defaults).map((setting) => [setting, value(node, setting)]));
}

/** A password comes as it was typed, else as the mark that one is saved. */
function credentialsOf(node, open) {
  const names = Object.keys(node._def.credentials ?? {});
  const known = (name) =>
    open && fieldOf(node, name).length > 0 ? fieldOf(node, name).val() : node.credentials?.[name];
  return Object.fromEntries(names.map((name) => [name, known(name)]).filter(([, value]) => value !== undefined));
}

function asForm(node, open) {
  const value = open ? dialogValue : (one, setting) => one[setting];
  return {
    id: node.id,
    type: node.type,
    name: node.name ?? "",
    values: valuesOf(node, value),
    credentials: credentialsOf(node, open),
  };
}

/** Every node of ours that `keep` wants, and the one whose dialog is open as it stands there. */
function formOf(node, keep = () => true) {
  const nodes = [asForm(node, true)];
  const add = (other) => {
    if (other.id !== node.id && OURS.test(other.type) && keep(other)) nodes.push(asForm(other, false));
  };
  RED.nodes.eachConfig(add);
  RED.nodes.eachNode(add);
  return { nodes, environment: globalEnvironment() };
}

/** Node-RED's global environment as it stands in the editor; of what is secret only that it is there, or what was just typed. */
function globalEnvironment() {
  const found = {};
  RED.nodes.eachConfig(({ type, env, credentials }) => {
    if (type !== "global-config") return;
    for (const { name, value, type: kind } of env ?? []) {
      const typed = kind === "cred" ? credentials?.map?.[name] : value;
      if (typed !== undefined && typed !== "__PWRD__" && typed !== "") found[name] = String(typed);
    }
  });
  return found;
}

/** Asks the runtime about the open dialog: `missing`, `diagnose` or `choices`. */
export async function askForm(path, node, more = {}, keep = undefined) {
  const { data } = await request(`form/${path}`, { method: "POST", body: { ...formOf(node, keep), ...more } });
  return data;
}

/** Puts variables into Node-RED's global environment, to be deployed; `secret` says which of them nobody is to read. */
export function setGlobally(values, secret) {
  let config;
  RED.nodes.eachConfig((node) => {
    if (node.type === "global-config") config = node;
  });
  if (!config) {
    const _def = RED.nodes.getType("global-config");
    config = { id: RED.nodes.id(), type: "global-config", env: [], modules: {}, hasUsers: false, users: [], _def };
    RED.nodes.add(config);
  }
  config.credentials ??= {};
  config.credentials._ ??= {};
  config.credentials.map ??= {};
  for (const [name, value] of Object.entries(values)) {
    const kept = secret(name);
    if (kept) Object.assign(config.credentials.map, { [name]: value, [`has_${name}`]: value !== "" });
    const entry = { name, value: kept ? "__PWRD__" : value, type: kept ? "cred" : "str" };
    config.env = [...config.env.filter((other) => other.name !== name), entry];
  }
  config.changed = true;
  RED.nodes.dirty(true);
}
