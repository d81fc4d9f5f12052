// A document to be read: head, rows, sums, attachments, as its model names them; and its XML. Values are as they stand in it.

import { button, el, whileDisabled } from "./elements.mjs";
import { fileButton } from "./files.mjs";
import { get, language, mayWrite } from "./host.mjs";
import { bytes, failure, named, translate } from "./texts.mjs";

/** Rows that a table shows until more is asked for. */
const ROWS = 50;

/** Buttons that open it below them; `fail` gets a download that went wrong. */
export function contentOf(row, fail) {
  if (!mayWrite() || !row.box || row.box === "none") return [];
  const place = el("div", { class: "sw-content", "aria-live": "polite" });
  const opener = (sign, what, path, show) => {
    const open = async (event) => {
      const pressed = event.currentTarget;
      if (place.dataset.shows === what) return close();
      await whileDisabled(
        pressed,
        async () => place.replaceChildren(show(await get(`documents/${encodeURIComponent(row.id)}/${path}`))),
        (error) => place.replaceChildren(el("div", { class: "sw-problem", role: "alert" }, failure(error))),
      );
      place.dataset.shows = what;
      for (const other of openers) other.setAttribute("aria-expanded", String(other === pressed));
    };
    return button(sign, translate(`content.${what}`), open, { "aria-expanded": "false" });
  };
  const openers = [opener("document", "show", "content", showContent), opener("code", "xml", "xml", showXml)];
  function close() {
    place.replaceChildren();
    delete place.dataset.shows;
    for (const one of openers) one.setAttribute("aria-expanded", "false");
  }
  return [el("div", { class: "sw-actions" }, openers, fileButton(row, fail)), place];
}

/** Says when it is not the file as it was claimed that is shown. */
const sourceLine = (source) =>
  (source === "sent" || source === "changed") &&
  el("p", { class: "sw-problem", role: "note" }, translate(`content.source.${source}`));

function showXml({ text, cut, source }) {
  return el(
    "div",
    {},
    sourceLine(source),
    cut && el("p", { class: "sw-muted" }, translate("content.cut")),
    el("pre", { class: "sw-xml", tabindex: "0", "aria-label": translate("content.xml") }, text),
  );
}

function showContent({ messageType, xmlName, attachments, sections, cut, source }) {
  return el(
    "div",
    {},
    sourceLine(source),
    el("p", { class: "sw-muted" }, [messageType, xmlName].filter(Boolean).join(" · ")),
    cut && el("p", { class: "sw-muted" }, translate("content.cut")),
    sections.map(showSection),
    attachments.length > 0 && [
      el("h3", {}, translate("content.attachments")),
      el(
        "ul",
        {},
        attachments.map(({ name, size }) => el("li", {}, `${name} · ${bytes(size)}`)),
      ),
    ],
  );
}

/** What the model calls it in the viewer's language, else its name in the message. */
const labelOf = ({ name, zh, en }) => (language().startsWith("zh") ? zh : en) || name;

function showSection(section) {
  const { values, table } = section;
  return el(
    "section",
    {},
    el("h3", { title: section.path }, labelOf(section), table && ` (${table.total})`),
    values.length > 0 &&
      el(
        "dl",
        { class: "sw-values" },
        values.map((value) => [
          el("dt", { title: value.name }, labelOf(value)),
          el("dd", {}, value.cut ? `${value.value} …` : value.value),
        ]),
      ),
    table && showTable(table, labelOf(section)),
  );
}

function showTable({ columns, rows, totals }, title) {
  const rowOf = (cells, index) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, String(index + 1)),
      cells.map((cell) => el("td", {}, cell)),
    );
  const body = el("tbody", {}, rows.slice(0, ROWS).map(rowOf));
  const rest = rows.length - ROWS;
  const more = (event) => {
    event.currentTarget.remove();
    body.append(...rows.slice(ROWS).map((cells, index) => rowOf(cells, ROWS + index)));
  };
  return el(
    "div",
    {},
    el(
      "div",
      { class: "sw-table", tabindex: "0", role: "region", "aria-label": title },
      el(
        "table",
        {},
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            el("th", { scope: "col" }, "#"),
            columns.map((column) => el("th", { scope: "col", title: column.name }, labelOf(column))),
          ),
        ),
        body,
      ),
    ),
    rest > 0 && button("more", translate("content.more", { count: rest }), more),
    totals.length > 0 &&
      el(
        "p",
        { class: "sw-totals" },
        totals.map((sum) => el("span", {}, named(translate("content.total", { name: labelOf(sum) }), sum.value))),
      ),
  );
}
