// The list of documents with its search.

import { button } from "./elements.mjs";
import { STATES, stateMark, stateText } from "./states.mjs";
import { said, time, translate } from "./texts.mjs";
import { markLate, waitOf } from "./waiting.mjs";

/** Documents asked for at once. */
const PAGE = 50;
/** Milliseconds without a key until what was typed is searched for. */
const TYPING = 400;

/** `open` is called with a document's id, `change` when a filter changed, `fail` with a request that went wrong. */
export function makeDocuments(place, { open, change, fail }) {
  $("<h4>").text(translate("documents")).appendTo(place);
  const filter = makeFilter(place, change);
  const rows = $("<div>", { class: "sw-rows" }).appendTo(place);
  /** Where the next page begins. */
  let next = null;
  const more = button("fa-angle-double-down", translate("more"), () => ask(next).fail(fail))
    .hide()
    .appendTo(place);
  let pages = 1;
  /** Answers to an older question are dropped. */
  let question = 0;

  function show(answer, isFirst) {
    pages = isFirst ? 1 : pages + 1;
    if (isFirst) rows.empty();
    for (const row of answer.documents) showRow(row, open).appendTo(rows);
    if (isFirst && answer.documents.length === 0) {
      $("<p>", { class: "sw-muted" }).text(translate("empty.documents")).appendTo(rows);
    }
    next = answer.next;
    more.toggle(next !== null && next !== undefined);
  }

  /** The first page, or the one after `before`. */
  function ask(before) {
    const mine = ++question;
    const wanted = { ...filter.wanted(), limit: PAGE, ...(before && { before }) };
    return $.getJSON("single-window/documents", wanted).then((answer) => {
      if (mine === question) show(answer, !before);
    });
  }

  return {
    ask,
    /** With more than one page open the list stays as it is, so that nothing jumps away under the reader. */
    refresh: () => (pages === 1 ? ask() : undefined),
    state: filter.state,
    toggleState: filter.toggleState,
  };
}

function makeFilter(place, change) {
  const box = $("<div>", { class: "sw-filter" }).appendTo(place);
  const search = textField(box, "search").addClass("sw-search");
  const state = $("<select>", { "aria-label": translate("filter.state") }).appendTo(box);
  $("<option>", { value: "" }).text(translate("filter.anyState")).appendTo(state);
  for (const name of STATES) $("<option>", { value: name }).text(stateText(name)).appendTo(state);
  const business = textField(box, "business");
  let typing;
  const typed = () => {
    clearTimeout(typing);
    typing = setTimeout(change, TYPING);
  };
  search.on("input", typed);
  business.on("input", typed);
  state.on("change", change);
  return {
    wanted: () => ({ state: state.val(), business: business.val().trim(), q: search.val().trim() }),
    state: () => state.val(),
    toggleState(name) {
      state.val(state.val() === name ? "" : name);
      change();
    },
  };
}

function textField(place, name) {
  const label = translate(`filter.${name}`);
  return $("<input>", { type: "text", placeholder: label, title: label, "aria-label": label }).appendTo(place);
}

function showRow(row, open) {
  const element = $("<button>", { type: "button", class: "sw-document" });
  const top = $("<span>", { class: "sw-document-top" }).appendTo(element);
  $("<span>", { class: "sw-file", title: row.fileName }).text(row.fileName).appendTo(top);
  stateMark(row.state).appendTo(top);
  const small = (...words) => $("<small>").text(words.filter(Boolean).join(" · "));
  small(row.business, row.messageType, time(row.updatedAt)).appendTo(element);
  // Both numbers do not fit into one line.
  if (row.seqNo || row.statusText) small(row.seqNo, row.statusText).appendTo(element);
  if (row.customsNo) small(row.customsNo).appendTo(element);
  const wait = waitOf(row);
  if (wait) markLate(small(wait.text), wait.late).appendTo(element);
  if (row.code)
    small(`${row.code} ${said(row)}`)
      .addClass("sw-bad")
      .appendTo(element);
  return element.on("click", () => open(row.id));
}
