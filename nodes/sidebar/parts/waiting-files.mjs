// Files that lie in an OutBox and are not taken yet: for which PDFs they wait, or that they are not finished.

import { el, line } from "./elements.mjs";
import { time, translate } from "./texts.mjs";

/** Of those that the runtime names, so many are shown. */
const MOST = 5;

export function showWaitingFiles({ count, files } = { count: 0, files: [] }, box) {
  if (count === 0) return;
  const shown = files.slice(0, MOST);
  const list = el(
    "div",
    { class: "sw-waiting", role: "status" },
    line("clock", translate("waitingFiles.title", { count })),
  );
  for (const { file, reason, missing, until } of shown) {
    const words = { file, missing: missing.join(", "), time: time(until) };
    list.append(el("small", { class: "sw-muted" }, translate(`waitingFiles.${reason}`, words)));
  }
  if (count > shown.length) {
    list.append(el("small", { class: "sw-muted" }, translate("waitingFiles.more", { count: count - shown.length })));
  }
  box.append(list);
}
