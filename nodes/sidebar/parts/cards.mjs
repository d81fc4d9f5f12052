// A card in the box of its client, and the release of its PIN guard.

import { button, el, line } from "./elements.mjs";
import { mayWrite } from "./host.mjs";
import { askReason } from "./reason.mjs";
import { date, named, translate, translateKnown } from "./texts.mjs";

/** The card among the details, and the release of a closed guard in the box; `done` is called after it was opened. */
export function showCard(card, box, done, details) {
  const name = card.name || translate("card.name");
  const closed = card.state === "closed" || card.state === "locked";
  (closed ? box : details).append(cardLine(card, name));
  if (closed && mayWrite()) releaseGuard(card.id, name, box, done);
}

function cardLine(card, name) {
  const until = card.notAfter ? translate("card.until", { date: date(card.notAfter) }) : "";
  const said = [named(name, translateKnown("card", card.state)), card.code, card.holder, card.companyCode, until];
  const tone = { ready: "sw-good", unknown: "sw-muted" }[card.state] ?? "sw-bad";
  return line("card", said.filter(Boolean).join(" · "), tone);
}

/** Only by a person's word may the PIN go to the card again. */
function releaseGuard(id, name, box, done) {
  const place = el("div");
  const ask = () =>
    askReason(place, { action: "releaseCard", request: `cards/${encodeURIComponent(id)}/release`, name, done });
  box.append(el("div", { class: "sw-actions" }, button("unlock", translate("releaseCard.button"), ask)), place);
}
