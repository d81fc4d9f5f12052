// The settings of the official client, taken over in the dialog of an import-client: what they become is said first, and done when a person says so.

import { takeOver } from "./changes.mjs";
import { button } from "./elements.mjs";
import { bilingual, failure, translate } from "./texts.mjs";

const SECRET = /(?:pin|password|passwd|pwd|secret|token)$/i;

/** Bytes of a file that are looked at; the runtime refuses a smaller one already. */
const LARGEST = 4 * 1024 * 1024;

/**
 * The file as text, without comments, PINs and passwords: these do not leave the browser. That there was one is told, in its place. Of a file
 * that the runtime is going to refuse only what it refuses it for is sent.
 */
export function withoutSecrets(bytes) {
  const text = decoded(bytes);
  if (/<!DOCTYPE/i.test(text)) return "<!DOCTYPE a><a/>";
  const page = new DOMParser().parseFromString(text.slice(afterDeclaration(text)), "application/xml");
  if (page.querySelector("parsererror")) return "<Settings>";
  const comments = document.createNodeIterator(page, NodeFilter.SHOW_COMMENT);
  for (let comment = comments.nextNode(); comment; comment = comments.nextNode()) comment.data = "";
  for (const element of page.querySelectorAll("*")) {
    if (SECRET.test(element.localName)) element.textContent = "-";
    for (const attribute of element.attributes) if (SECRET.test(attribute.localName)) attribute.value = "-";
  }
  return new XMLSerializer().serializeToString(page);
}

/** Where the declaration ends, which no longer holds for a text. */
function afterDeclaration(text) {
  return text.startsWith("<?xml") ? text.indexOf("?>") + 2 : 0;
}

/** By byte order mark, then as UTF-8 if it is, then by what Chinese systems write. */
function decoded(bytes) {
  const wide = { 65279: "utf-16be", 65534: "utf-16le", 15360: "utf-16le", 60: "utf-16be" }[(bytes[0] << 8) | bytes[1]];
  if (wide) return new TextDecoder(wide).decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

/** The button in the dialog of an import-client node. */
export function officialSettings(selector, client) {
  const place = $(selector).empty();
  const input = $("<input>", { type: "file", accept: ".xml", "aria-label": translate("official.choose") }).hide();
  const result = $("<div>", { class: "sw-official", "aria-live": "polite" });
  input.on("change", async () => {
    const [file] = input[0].files;
    if (!file) return;
    result.empty().text(translate("official.reading"));
    const small = file.size <= LARGEST;
    const settings = small ? withoutSecrets(new Uint8Array(await file.arrayBuffer())) : " ".repeat(LARGEST);
    const body = JSON.stringify({ settings });
    input.val("");
    $.ajax({ url: "single-window/import-settings", type: "POST", contentType: "application/json", data: body })
      .done((plan) => showPlan(result.empty(), plan, client))
      .fail((request) => result.empty().append($("<p>", { class: "sw-bad" }).text(failure(request))));
  });
  place.append(
    button("up", translate("official.choose"), () => input.trigger("click")),
    input,
    result,
  );
}

function showPlan(place, plan, client) {
  for (const kind of ["taken", "mapped", "left", "unknown"]) {
    const items = plan.items.filter((item) => item.kind === kind);
    if (items.length === 0) continue;
    list(place, translate(`official.${kind}`), items, ({ from, text }) => `${from}: ${bilingual(text)}`);
  }
  list(place, translate("official.asked"), plan.questions, ({ variable, text }) => `${variable}: ${bilingual(text)}`);
  const changes = changesOf(plan, client);
  list(
    place,
    translate("official.changes"),
    changes,
    ({ type, setting, before, after }) => `${type} · ${setting}: ${before || "–"} → ${after}`,
  );
  const actions = $("<p>", { class: "sw-copies" }).appendTo(place);
  const take = button("check", translate("official.take"), () => {
    takeOver(changes);
    take.disabled = true;
    $("<p>", { class: "sw-good" }).text(translate("official.taken_over")).appendTo(place);
  });
  take.disabled = changes.length === 0;
  actions.append(take);
  const url = URL.createObjectURL(new Blob([JSON.stringify(plan.flow, null, 2)], { type: "application/json" }));
  $("<a>", { href: url, download: "flow.json", class: "red-ui-button" })
    .text(translate("official.download"))
    .appendTo(actions);
}

function list(place, title, items, say) {
  $("<h5>").text(title).appendTo(place);
  const rows = $("<ul>").appendTo(place);
  for (const item of items) $("<li>").text(say(item)).appendTo(rows);
}

/** Which settings of this dialog, and of the nodes that belong to this client, would be others. */
function changesOf({ values }, client) {
  const changes = [];
  const add = (change) => String(change.before) !== String(change.after) && changes.push(change);
  for (const [setting, after] of Object.entries(values["import-client"])) {
    const field = $(`#node-config-input-${setting}`);
    const before = field.is(":checkbox") ? field.prop("checked") : (field.val() ?? "");
    add({ type: "import-client", setting, before, after, field });
  }
  const each = (node) => {
    const planned = node.client === client.id ? values[node.type.replace(/^sw-/, "")] : undefined;
    if (!planned || !node.type.startsWith("sw-")) return;
    for (const [setting, after] of Object.entries(planned))
      add({ type: node.type.slice(3), setting, before: node[setting] ?? "", after, node });
  };
  RED.nodes.eachNode(each);
  RED.nodes.eachConfig(each);
  return changes;
}
