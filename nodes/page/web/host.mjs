// What the parts need, as a page of its own gives it: a login at Node-RED's token route, texts, notices.

import english from "../../sidebar/locales/en-US/sidebar.json";
import chinese from "../../sidebar/locales/zh-CN/sidebar.json";
import { el } from "../../sidebar/parts/elements.mjs";

const CATALOGUES = { "zh-CN": chinese.sidebar, "en-US": english.sidebar };
const LANGUAGE = "single-window-language";
const TOKEN = "single-window-token";
const SHOWN = 4000;

/** Where a browser keeps nothing, in memory. */
const memory = new Map();
function stored(store, name, value) {
  try {
    if (value === undefined) return globalThis[store].getItem(name) ?? "";
    globalThis[store].setItem(name, value);
  } catch {
    if (value === undefined) return memory.get(name) ?? "";
    memory.set(name, value);
  }
  return value;
}

let language = stored("localStorage", LANGUAGE);
if (!(language in CATALOGUES)) language = navigator.language.startsWith("zh") ? "zh-CN" : "en-US";

export function setLanguage(wanted) {
  language = stored("localStorage", LANGUAGE, wanted);
}

/** The login of this tab; it is gone with the tab. */
export const token = () => stored("sessionStorage", TOKEN);
export const keepToken = (given) => stored("sessionStorage", TOKEN, given);

/** What is known of who looks: `user`, `write`. */
export const session = { user: "", write: false };

const notices = el("div", { class: "page-notices", role: "status" });
document.body.append(notices);

function textAt(key) {
  const found = key
    .split(".")
    .reduce((at, part) => (typeof at === "object" ? at[part] : undefined), CATALOGUES[language]);
  return typeof found === "string" ? found : undefined;
}

const authorization = () => (token() ? { authorization: `Bearer ${token()}` } : {});

/** Called when a question is refused for want of a login. */
let refused = () => {};
export const onRefused = (listener) => {
  refused = listener;
};

export const pageHost = {
  language: () => language,
  translate: (key, options = {}) =>
    (textAt(key) ?? options.defaultValue ?? key).replace(/__([a-zA-Z]+)__/g, (whole, name) =>
      String(options[name] ?? whole),
    ),
  notify(text) {
    const notice = el("div", { class: "page-notice" }, text);
    notices.append(notice);
    setTimeout(() => notice.remove(), SHOWN);
  },
  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyBySelection(text);
    }
  },
  mayWrite: () => session.write,
  async request(path, { method = "GET", body, query, signal, blob } = {}) {
    const wanted = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== "");
    const search = new URLSearchParams(wanted).toString();
    let answer;
    try {
      answer = await fetch(`${path}${search && `?${search}`}`, {
        method,
        headers: { ...authorization(), ...(body && { "content-type": "application/json" }) },
        ...(body && { body: JSON.stringify(body) }),
        credentials: "same-origin",
        signal,
      });
    } catch (cause) {
      throw Object.assign(new Error("no answer", { cause }), { status: 0 });
    }
    if (answer.ok) {
      return { data: await (blob ? answer.blob() : answer.json()), header: (name) => answer.headers.get(name) };
    }
    if (answer.status === 401 && method === "GET" && !blob && path !== "session") refused();
    const said = await answer.json().catch(() => undefined);
    throw Object.assign(new Error(answer.statusText), {
      status: answer.status,
      statusText: answer.statusText,
      body: said,
    });
  },
};

/** Where the page comes over plain HTTP from another machine, there is no clipboard for it. */
function copyBySelection(text) {
  const field = el("textarea", { class: "page-copy", "aria-hidden": "true", tabindex: "-1" });
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
