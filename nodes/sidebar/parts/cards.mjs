// A card in the box of its client, and the release of its PIN guard.

import { button, line } from "./elements.mjs";
import { askReason } from "./reason.mjs";
import { date, named, translate, translateKnown } from "./texts.mjs";

/** `done` is called after the guard was opened. */
export function showCard(card, box, done) {
  const name = card.name || translate("card.name");
  cardLine(card, name).appendTo(box);
  if (card.state === "closed" || card.state === "locked") releaseGuard(card.id, name, box, done);
}

function cardLine(card, name) {
  const until = card.notAfter ? translate("card.until", { date: date(card.notAfter) }) : "";
  const said = [named(name, translateKnown("card", card.state)), card.code, card.holder, card.companyCode, until];
  const tone = { ready: "sw-good", unknown: "sw-muted" }[card.state] ?? "sw-bad";
  return line("fa-credit-card", said.filter(Boolean).join(" · "), tone);
}

/** Only by a person's word may the PIN go to the card again. */
function releaseGuard(id, name, box, done) {
  const actions = $("<div>", { class: "sw-actions" }).appendTo(box);
  const place = $("<div>").appendTo(box);
  const request = `cards/${encodeURIComponent(id)}/release`;
  const ask = () => askReason(place, { action: "releaseCard", request, name, done });
  button("fa-unlock", translate("releaseCard.button"), ask).appendTo(actions);
}
