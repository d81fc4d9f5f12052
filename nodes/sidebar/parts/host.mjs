// What the parts need of the page that they are in: the editor's sidebar and the operator page each give their own.

let host;

/**
 * `given`: `translate(key, options)`, `language()`, `request(path, {method, body, query, signal, blob})` below `single-window/`, which
 * resolves to `{data, header(name)}` and rejects with `{status, body}`; `notify(text)`, `copy(text)` which resolves to whether it was
 * copied, `mayWrite()`.
 */
export function useHost(given) {
  host = given;
}

export const language = () => host.language();
export const request = (path, options) => host.request(path, options);
export const get = (path, query) => host.request(path, { query }).then(({ data }) => data);
export const notify = (text) => host.notify(text);
export const copy = (text) => host.copy(text);
export const mayWrite = () => host.mayWrite();
export const translate = (key, options) => host.translate(key, options);
