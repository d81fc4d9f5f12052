// What is wrong with a client's folders or receipts as long as it is so, in its box: each with what to do.

import { el } from "./elements.mjs";
import { bilingual, time } from "./texts.mjs";

export function showTroubles(standing, box) {
  for (const { code, text, advice, at } of standing) {
    const said = [code, bilingual(text), bilingual(advice), time(at)].filter(Boolean).join(" · ");
    box.append(el("div", { class: "sw-problem sw-note", role: "status" }, said));
  }
}
