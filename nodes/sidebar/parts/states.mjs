// The states of a document, in the order of its life, and how each looks.

import { translateKnown } from "./texts.mjs";

export const STATES = ["claimed", "sending", "unknown", "held", "sent", "accepted", "rejected", "failed"];
/** Of these a person may send a document once more. */
export const ENDED_STATES = ["sent", "accepted", "rejected", "failed"];

const CLASSES = {
  rejected: "sw-bad",
  failed: "sw-bad",
  unknown: "sw-warn",
  held: "sw-warn",
  accepted: "sw-good",
};

export const stateClass = (state) => CLASSES[state] ?? "sw-muted";
export const stateText = (state) => translateKnown("state", state);

/** A state's name behind a dot in its colour: yellow letters on a light ground could not be read. */
export function stateMark(state) {
  const element = $("<span>", { class: "sw-state" });
  $("<i>", { class: `fa fa-circle ${stateClass(state)}`, "aria-hidden": "true" }).appendTo(element);
  $("<span>")
    .text(` ${stateText(state)}`)
    .appendTo(element);
  return element;
}
