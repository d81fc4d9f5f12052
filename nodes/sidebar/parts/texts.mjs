// Texts in the viewer's language. Whatever comes from outside is given back as text and goes into the page as text.

import { language, translate } from "./host.mjs";

export { translate };

/** A key whose last part came from the runtime; an unknown one is shown as it came. */
export function translateKnown(group, value) {
  const key = `${group}.${value}`;
  return /^[\w-]+$/.test(value) ? translate(key, { defaultValue: value }) : value;
}

export const named = (name, text) => `${name}${translate("colon")}${text}`;

/** The viewer's half of a text that has both languages; plain strings pass. */
export function bilingual(text) {
  if (text === null || text === undefined) return "";
  if (typeof text !== "object") return String(text);
  const chinese = language().startsWith("zh");
  return String((chinese ? text.zh : text.en) ?? text.en ?? text.zh ?? "");
}

/** What a row, an event or a receipt of the ledger says: two columns, the English one empty where the text has no language. */
export function said({ text, textEn }) {
  return bilingual({ zh: text ?? "", en: textEn || text || "" });
}

/** What a failed request says, for people: of `host.request`, or of jQuery's in the dialogs. */
export function failure(request) {
  if (request.status === 401 || request.status === 403) return translate("error.permission");
  const body = request.body ?? request.responseJSON ?? {};
  if (body.text) {
    return [body.code, bilingual(body.text), bilingual(body.advice)].filter(Boolean).join(" · ");
  }
  if (request.status === 0) return translate("error.offline");
  if (request.status === 404) return translate("error.missing");
  return [request.status, body.message ?? request.statusText ?? request.message].filter(Boolean).join(" · ");
}

/** Milliseconds since 1970 as a time of the viewer's place; nothing for nothing. */
export function time(milliseconds) {
  return milliseconds ? new Date(milliseconds).toLocaleString(language(), { hour12: false }) : "";
}

export function date(milliseconds) {
  return new Date(milliseconds).toLocaleDateString(language());
}

/** Bytes as people say them. */
export function bytes(size) {
  return size < 1024 * 1024 ? `${Math.max(1, Math.round(size / 1024))} KB` : `${(size / 1024 / 1024).toFixed(1)} MB`;
}
