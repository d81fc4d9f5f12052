// Texts in the viewer's language. Whatever comes from outside is given back as text and goes into the page as text.

export const translate = (key, options) =>
  RED._(`@single-window/node-red-import-client/sw-sidebar:sidebar.${key}`, options);

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
  const chinese = RED.i18n.lang().startsWith("zh");
  return String((chinese ? text.zh : text.en) ?? text.en ?? text.zh ?? "");
}

/** What a row, an event or a receipt of the ledger says: two columns, the English one empty where the text has no language. */
export function said({ text, textEn }) {
  return bilingual({ zh: text ?? "", en: textEn || text || "" });
}

/** What a failed request says, for people. */
export function failure(request) {
  if (request.status === 401 || request.status === 403) return translate("error.permission");
  const body = request.responseJSON ?? {};
  if (body.text) {
    return [body.code, bilingual(body.text), bilingual(body.advice)].filter(Boolean).join(" · ");
  }
  if (request.status === 0) return translate("error.offline");
  if (request.status === 404) return translate("error.missing");
  return [request.status, body.message ?? request.statusText].filter(Boolean).join(" · ");
}

/** Milliseconds since 1970 as a time of the viewer's place; nothing for nothing. */
export function time(milliseconds) {
  return milliseconds ? new Date(milliseconds).toLocaleString(RED.i18n.lang(), { hour12: false }) : "";
}

export function date(milliseconds) {
  return new Date(milliseconds).toLocaleDateString(RED.i18n.lang());
}
