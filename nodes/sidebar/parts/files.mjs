// What is fetched with the login of this page, which a new browser tab has not, and saved as a file.

import { button, el, signButton, whileDisabled } from "./elements.mjs";
import { notify, request } from "./host.mjs";
import { translate } from "./texts.mjs";

const KEPT = 60_000;

async function save(path, usual) {
  const { data, header } = await request(path, { blob: true });
  const named = /filename\*=UTF-8''([^;]+)/.exec(header("content-disposition") ?? "")?.[1];
  const href = URL.createObjectURL(data);
  el("a", { href, download: named ? decodeURIComponent(named) : usual }).click();
  setTimeout(() => URL.revokeObjectURL(href), KEPT);
}

const pathOf = ({ id }, rest) => `documents/${encodeURIComponent(id)}/${rest}`;

/** Of the support bundle of one document; `fail` gets a request that went wrong. */
export function bundleButton(row, fail) {
  const work = async () => {
    await save(pathOf(row, "bundle"), "support.zip");
    notify(translate("bundle.done"));
  };
  const press = (event) => whileDisabled(event.currentTarget, work, fail);
  return button("help", translate("bundle.button"), press, { title: translate("bundle.title") });
}

/** Of the document's own file. */
export function fileButton(row, fail) {
  const press = (event) => whileDisabled(event.currentTarget, () => save(pathOf(row, "file"), row.fileName), fail);
  return button("save", translate("content.file"), press);
}

/** Of one receipt. */
export function receiptButton(row, receipt, fail) {
  const work = () => save(pathOf(row, `receipts/${receipt.id}`), receipt.file);
  const press = (event) => whileDisabled(event.currentTarget, work, fail);
  return signButton("save", `${translate("receipt.save")} ${receipt.file}`, press);
}
