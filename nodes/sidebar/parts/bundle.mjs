// The support bundle of one document.

import { button } from "./elements.mjs";
import { translate } from "./texts.mjs";

/** Its button; `fail` gets a request that went wrong. */
export function bundleButton(row, fail) {
  const source = button("fa-life-ring", translate("bundle.button"), () => {
    source.prop("disabled", true);
    save(row.id)
      .fail(fail)
      .always(() => source.prop("disabled", false));
  });
  return source.attr("title", translate("bundle.title"));
}

/** Fetched with the login of this page, which a new browser tab has not, and saved as a file. */
function save(id) {
  const url = `single-window/documents/${encodeURIComponent(id)}/bundle`;
  return $.ajax({ url, xhrFields: { responseType: "blob" } }).done((zip, _status, request) => {
    const header = request.getResponseHeader("content-disposition") ?? "";
    const named = /filename\*=UTF-8''([^;]+)/.exec(header)?.[1];
    const href = URL.createObjectURL(zip);
    $("<a>", { href, download: named ? decodeURIComponent(named) : "support.zip" })[0].click();
    setTimeout(() => URL.revokeObjectURL(href), 60000);
    RED.notify(translate("bundle.done"), { type: "success", timeout: 4000 });
  });
}
