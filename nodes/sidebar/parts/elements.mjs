// The small pieces that sidebar and page are made of. What comes from outside goes in as text, never as HTML.

import { copy, notify } from "./host.mjs";
import { icon } from "./icons.mjs";

/** An element with attributes (`on…` = a listener) and children: elements, texts, or nothing. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(
    ...children.flat(2).filter((child) => child !== undefined && child !== null && child !== "" && child !== false),
  );
  return element;
}

/** A line behind a sign; `className` colours the text. */
export function line(name, text, className = "") {
  return el("div", { class: "sw-line" }, icon(name), el("span", { class: className }, ` ${text}`));
}

export function button(name, text, onClick, attributes = {}) {
  const { class: more = "", ...others } = attributes;
  const classes = `red-ui-button sw-button ${more}`.trim();
  return el(
    "button",
    { type: "button", class: classes, onclick: onClick, ...others },
    icon(name),
    el("span", {}, ` ${text}`),
  );
}

/** A button with a sign alone; `label` is read out. */
export function signButton(name, label, onClick, attributes = {}) {
  const { class: more = "", ...others } = attributes;
  const classes = `red-ui-button red-ui-button-small sw-button sw-small ${more}`.trim();
  return el(
    "button",
    { type: "button", class: classes, title: label, "aria-label": label, onclick: onClick, ...others },
    icon(name),
  );
}

/** Puts a text into the clipboard and says `done`. */
export async function copyText(text, done) {
  if (await copy(text)) notify(done);
}

/** A heading with what it is about, or a word that there is nothing. */
export function section(place, title, items, nothing, show) {
  place.append(el("h3", {}, title));
  if (items.length === 0 && nothing) place.append(el("p", { class: "sw-muted" }, nothing));
  for (const item of items) place.append(show(item));
}

/** Runs a request for which a button was pressed; it cannot be pressed twice meanwhile. */
export async function whileDisabled(control, work, fail) {
  control.disabled = true;
  try {
    await work();
  } catch (error) {
    fail(error);
  } finally {
    control.disabled = false;
  }
}
