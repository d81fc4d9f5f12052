// The list of documents with its search: pages come as they are scrolled to, and pages out of sight are taken out of the document again.

import { actionButtons } from "./actions.mjs";
import { button, el } from "./elements.mjs";
import { get } from "./host.mjs";
import { instanceName } from "./instances.mjs";
import { isWaiting, STATES, standingMark, stateText } from "./states.mjs";
import { named, said, time, translate } from "./texts.mjs";
import { markLate, waitOf } from "./waiting.mjs";

/** Documents asked for at first, and with each further page. */
const PAGE = 50;
const FURTHER = 100;
/** Milliseconds without a key until what was typed is searched for. */
const TYPING = 400;
/** Pages that are refreshed with what is new; further ones stay as they are, so that nothing jumps away under the reader. */
const FRESH = 2;

/**
 * `open` is called with a document's id, `change` when a filter changed, `fail` with a request that went wrong. `client` gives the id of
 * the client whose documents are shown, empty for all; `scroller` is what scrolls it, the window by default; `several`: rows can be chosen, to do something with all of them.
 */
export function makeDocuments(place, { open, change, fail, client = () => "", several = false, scroller = null }) {
  const filter = makeFilter(change);
  const rows = el("div", { class: "sw-rows", onkeydown: moveAlong });
  const end = el("div", { class: "sw-end" });
  const bar = el("div", { class: "sw-bar", hidden: true });
  const more = button("more", translate("more"), () => nextPage(), { hidden: true });
  const count = el("p", { class: "sw-muted sw-found", role: "status" });
  place.append(el("h2", {}, translate("documents")), filter.place, count, bar, rows, more, end);

  /** Each: its rows, its place, whether its rows are in the document now. */
  const pages = [];
  /** Where the next page begins. */
  let next = null;
  const chosen = new Map();
  /** Id of the document whose story is open. */
  let current = "";
  /** Answers to an older question are dropped. */
  let question = 0;
  let asking = false;

  /** A page that is far out of sight gives its rows away and keeps its height. */
  const sight = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const page = pages.find((one) => one.place === target);
        if (page && isIntersecting && !page.shown) fill(page);
        else if (page && !isIntersecting && page.shown && pages.length > FRESH) empty(page);
      }
    },
    { root: scroller, rootMargin: "1500px 0px" },
  );
  const endSight = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && nextPage(), {
    root: scroller,
    rootMargin: "600px 0px",
  });
  endSight.observe(end);

  function fill(page) {
    page.place.replaceChildren(...page.rows.map(rowOf));
    page.place.style.height = "";
    page.shown = true;
  }

  function empty(page) {
    const height = page.place.getBoundingClientRect().height;
    if (height === 0 || page.place.contains(document.activeElement)) return;
    page.place.style.height = `${height}px`;
    page.place.replaceChildren();
    page.shown = false;
  }

  const keyOf = (row) =>
    `${row.id} ${row.updatedAt} ${row.state} ${row.instance?.id ?? ""} ${row.instance?.standing ?? ""} ${waitOf(row)?.text ?? ""}`;

  /** Rows that did not change stay as they are, and keep the focus. */
  function update(page, fresh) {
    const before = new Map(page.rows.map((row, index) => [keyOf(row), page.place.children[index]]));
    const same =
      page.rows.length === fresh.length && fresh.every((row, index) => keyOf(row) === keyOf(page.rows[index]));
    page.rows = fresh;
    if (!page.shown || same) return;
    const focused = document.activeElement;
    const id = page.place.contains(focused) ? focused.closest("[data-id]")?.dataset.id : undefined;
    page.place.replaceChildren(...fresh.map((row) => before.get(keyOf(row)) ?? rowOf(row)));
    if (id !== undefined && document.activeElement !== focused) {
      page.place.querySelector(`[data-id="${CSS.escape(id)}"] .sw-document`)?.focus();
    }
  }

  function addPage(list) {
    const page = { rows: list, place: el("div", { class: "sw-page" }), shown: false };
    pages.push(page);
    fill(page);
    rows.append(page.place);
    sight.observe(page.place);
  }

  function drop(from) {
    for (const page of pages.splice(from)) {
      sight.unobserve(page.place);
      page.place.remove();
    }
  }

  function shown(list, answer) {
    next = answer.next ?? null;
    more.hidden = next === null;
    const total = pages.reduce((sum, page) => sum + page.rows.length, 0);
    count.textContent =
      total === 0 ? translate("empty.documents") : translate(next ? "foundMore" : "found", { count: total });
    for (const row of list) if (chosen.has(row.id)) chosen.set(row.id, row);
    showBar();
    // Asked anew whether the end is near: a page may be too short, or somebody scrolled meanwhile.
    endSight.unobserve(end);
    endSight.observe(end);
  }

  /** It could not be asked for the last time. */
  let stale = false;
  async function ask(before, limit = PAGE) {
    stale = true;
    const answer = await get("documents", { ...filter.wanted(), client: client(), limit, ...(before && { before }) });
    stale = false;
    return answer;
  }

  /** The list from its beginning. Nothing stays chosen that is no longer seen. */
  async function reload() {
    const mine = ++question;
    bar.replaceChildren();
    clearChosen();
    const answer = await ask();
    if (mine !== question) return;
    drop(0);
    rows.replaceChildren();
    addPage(answer.documents);
    shown(answer.documents, answer);
  }

  async function nextPage() {
    if (asking || next === null) return;
    asking = true;
    const mine = question;
    try {
      const answer = await ask(next, FURTHER);
      if (mine !== question) return;
      addPage(answer.documents);
      shown(answer.documents, answer);
    } catch (error) {
      fail(error);
    } finally {
      asking = false;
    }
  }

  /** What is new, where the list is not scrolled far; else it stays, and only the rows that are there are looked at again. */
  async function refresh() {
    if (pages.length === 0) return reload();
    if (pages.length > FRESH) return refreshNewest();
    const mine = question;
    const answer = await ask(undefined, PAGE + FURTHER * (pages.length - 1));
    if (mine !== question || asking || pages.length > FRESH) return;
    const list = answer.documents;
    for (const [index, page] of pages.entries()) update(page, pageOf(list, index));
    shown(list, answer);
  }

  /** Rows that the newest page has, where they stand now. */
  async function refreshNewest() {
    const mine = question;
    const { documents } = await ask(undefined, PAGE + FURTHER);
    if (mine !== question) return;
    const fresh = new Map(documents.map((row) => [row.id, row]));
    for (const page of pages)
      update(
        page,
        page.rows.map((row) => fresh.get(row.id) ?? row),
      );
  }

  function rowOf(row) {
    const opener = showRow(row, () => open(row.id));
    if (row.id === current) opener.setAttribute("aria-current", "true");
    if (!several) return el("div", { class: "sw-row", "data-id": row.id }, opener);
    const choose = el("input", {
      type: "checkbox",
      "aria-label": translate("choose", { name: row.fileName }),
      onchange: (event) => {
        if (event.target.checked) chosen.set(row.id, row);
        else chosen.delete(row.id);
        showBar();
      },
    });
    choose.checked = chosen.has(row.id);
    return el("div", { class: "sw-row", "data-id": row.id }, el("label", { class: "sw-choose" }, choose), opener);
  }

  function clearChosen() {
    chosen.clear();
    for (const box of rows.querySelectorAll("input[type=checkbox]")) box.checked = false;
    showBar();
  }

  function showBar() {
    if (!several || bar.querySelector(".sw-reason")) return;
    bar.hidden = chosen.size === 0;
    const form = el("div");
    const done = () => {
      bar.replaceChildren();
      clearChosen();
      refresh().catch(fail);
    };
    const actions = actionButtons([...chosen.values()], form, done);
    bar.replaceChildren(
      el("span", { role: "status" }, translate("chosen", { count: chosen.size })),
      ...actions,
      actions.length === 0 ? el("span", { class: "sw-muted" }, translate("nothingForAll")) : "",
      button("close", translate("chooseNone"), () => {
        bar.replaceChildren();
        clearChosen();
      }),
      form,
    );
  }

  /** Marks the row whose story is open, empty = none, and gives it the focus back when the story closes. */
  function mark(id) {
    const before = current;
    current = id;
    for (const opener of rows.querySelectorAll("[aria-current]")) opener.removeAttribute("aria-current");
    openerOf(id)?.setAttribute("aria-current", "true");
    if (id === "") openerOf(before)?.focus({ preventScroll: true });
  }

  const openerOf = (id) => (id === "" ? null : rows.querySelector(`[data-id="${CSS.escape(id)}"] .sw-document`));

  return { reload, refresh, mark, filter, isStale: () => stale };
}

/** The rows of the page with this number, out of all from the newest on. */
function pageOf(list, index) {
  const from = index === 0 ? 0 : PAGE + FURTHER * (index - 1);
  return list.slice(from, PAGE + FURTHER * index);
}

/** Arrow keys go from row to row. */
function moveAlong(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || !event.target.classList.contains("sw-document")) return;
  const all = [...event.currentTarget.querySelectorAll(".sw-document")];
  const target = all[all.indexOf(event.target) + step];
  if (!target) return;
  event.preventDefault();
  target.focus();
}

function makeFilter(change) {
  const search = textField("search");
  search.classList.add("sw-search");
  const business = textField("business");
  const states = [...STATES, "late"];
  const options = states.map((name) =>
    el("option", { value: name }, name === "late" ? translate("late") : stateText(name)),
  );
  const state = el(
    "select",
    { "aria-label": translate("filter.state"), onchange: change },
    el("option", { value: "" }, translate("filter.anyState")),
    options,
  );
  let typing;
  const typed = () => {
    clearTimeout(typing);
    typing = setTimeout(change, TYPING);
  };
  search.addEventListener("input", typed);
  business.addEventListener("input", typed);
  return {
    place: el("div", { class: "sw-filter", role: "search" }, search, state, business),
    wanted: () => {
      const name = state.value;
      return {
        ...(name === "late" ? { late: 1 } : { state: name }),
        business: business.value.trim(),
        q: search.value.trim(),
      };
    },
    state: () => state.value,
    toggleState(name) {
      state.value = state.value === name ? "" : name;
      change();
    },
  };
}

function textField(name) {
  const label = translate(`filter.${name}`);
  return el("input", {
    type: name === "search" ? "search" : "text",
    placeholder: label,
    title: label,
    "aria-label": label,
  });
}

function showRow(row, open) {
  const small = (words, className) => el("small", { class: className }, words.filter(Boolean).join(" · "));
  const wait = waitOf(row);
  return el(
    "button",
    { type: "button", class: "sw-document", onclick: open },
    el(
      "span",
      { class: "sw-document-top" },
      el("span", { class: "sw-file", title: row.fileName }, row.fileName),
      standingMark(row),
    ),
    small([row.business, row.messageType, row.clientKey, time(row.updatedAt)]),
    // Both numbers do not fit into one line.
    row.seqNo && small([named(translate("fact.seqNo"), row.seqNo)]),
    row.customsNo && small([named(translate("fact.customsNo"), row.customsNo)]),
    row.instance && small([named(translate("fact.instance"), instanceName(row.instance))]),
    wait && markLate(small([wait.text]), wait.late),
    row.code &&
      small([`${row.code} ${said(row)}`], row.state === "held" || isWaiting(row) ? "sw-why" : "sw-why sw-bad"),
  );
}
