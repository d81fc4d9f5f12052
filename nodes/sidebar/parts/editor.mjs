// What the parts need, as the editor gives it: its login, language, notices and clipboard.

const CATALOGUE = "@single-window/node-red-import-client/sw-sidebar:sidebar.";

export const editorHost = {
  language: () => RED.i18n.lang(),
  translate: (key, options) => RED._(CATALOGUE + key, options),
  notify(text) {
    RED.notify($("<span>").text(text), { type: "success", timeout: 4000 });
  },
  copy: async (text) => RED.clipboard.copyText(text),
  // The routes decide: a reader is told what he lacks when he tries.
  mayWrite: () => true,
  request(path, { method = "GET", body, query, signal, blob } = {}) {
    return new Promise((resolve, reject) => {
      const wanted = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== "");
      const search = new URLSearchParams(wanted).toString();
      const asking = $.ajax({
        url: `single-window/${path}${search && `?${search}`}`,
        type: method,
        ...(body && { contentType: "application/json", data: JSON.stringify(body) }),
        ...(blob ? { xhrFields: { responseType: "blob" } } : { dataType: "json" }),
      });
      signal?.addEventListener("abort", () => asking.abort());
      asking.done((data, _status, answer) => resolve({ data, header: (name) => answer.getResponseHeader(name) }));
      asking.fail(({ status, statusText, responseJSON }) => reject({ status, statusText, body: responseJSON }));
    });
  },
};
