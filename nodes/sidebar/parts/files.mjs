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

/** Of a ZIP of one document, by its route; `fail` gets a request that went wrong. */
function zipButton(row, route, icon, fail) {
  const work = async () => {
    await save(pathOf(row, route), `${route}.zip`);
    notify(translate(`${route}.done`));
  };
  const press = (event) => whileDisabled(event.currentTarget, work, fail);
  return button(icon, translate(`${route}.button`), press, { title: translate(`${route}.title`) });
}

/** Of the support bundle of one document. */
export const bundleButton = (row, fail) => zipButton(row, "bundle", "help", fail);

/** Of what proves the document years later. */
export const archiveButton = (row, fail) => zipButton(row, "archive", "save", fail);

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
