// What the parts need of the page that they are in: the editor's sidebar and the operator page each give their own.

import { released, watchPresses } from "./press.mjs";

let host;

/**
 * `given`: `translate(key, options)`, `language()`, `request(path, {method, body, query, signal, blob})` below `single-window/`, which
 * resolves to `{data, header(name)}` and rejects with `{status, body}`; `notify(text)`, `copy(text)` which resolves to whether it was
 * copied, `mayWrite()`.
 */
export function useHost(given) {
  host = given;
  watchPresses(document);
}

export const language = () => host.language();
export const get = (path, query) => request(path, { query }).then(({ data }) => data);
export const notify = (text) => host.notify(text);
export const copy = (text) => host.copy(text);
export const mayWrite = () => host.mayWrite();
export const translate = (key, options) => host.translate(key, options);

/** An answer is shown as it comes, in place of what was there; never under a finger that is about to be lifted. */
export async function request(path, options) {
  try {
    return await host.request(path, options);
  } finally {
    await released();
  }
}
