// The states of a document in the words of the trade, in the order of its life, and how each looks.

import { el } from "./elements.mjs";
import { icon } from "./icons.mjs";
import { bilingual, said, translate, translateKnown } from "./texts.mjs";

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

/** On hold before its send, by a person or by the flow: it goes on as if nothing had been. */
export const isPutOff = ({ state, code, possibleDuplicate }) =>
  state === "held" && code === "SW-HELD" && !possibleDuplicate;

/** The data centre has it, and customs has not refused it. */
export const isTakenIn = ({ state, statusOutcome }) => state === "accepted" && statusOutcome !== "refused";

/** It has not gone out, for a setting, a card or the like: it is tried again until that is mended. A repeat is about to be refused. */
export const isWaiting = ({ state, settled, code }) =>
  state === "claimed" && !settled && Boolean(code) && code !== "SW-DUP";

/** Its way to the data centre has not ended. */
export const isOnItsWay = ({ state, settled }) => !settled && ["claimed", "sending", "unknown"].includes(state);

/** What customs says, in the trade's own word; in English with its meaning, where that is known. */
export function statusOf({ statusText, statusTextEn }) {
  return bilingual({ zh: statusText, en: statusTextEn ? `${statusTextEn} (${statusText})` : statusText });
}

/** Where a document stands, as the trade says it: of one that the data centre has taken, what customs says. */
export function standing(row) {
  if (isPutOff(row)) return { text: translate("putOff"), tone: "sw-warn" };
  if (isWaiting(row)) return { text: translate("waits", { reason: said(row) || row.code }), tone: "sw-warn" };
  if (row.state === "accepted" && row.statusText) {
    return { text: statusOf(row), tone: row.statusOutcome === "refused" ? "sw-bad" : "sw-good" };
  }
  return { text: stateText(row.state), tone: stateClass(row.state) };
}

/** Its name behind a dot in its colour: yellow letters on a light ground could not be read. */
export function standingMark(row) {
  const { text, tone } = standing(row);
  return el("span", { class: "sw-state", title: text }, icon("dot", tone), el("span", {}, ` ${text}`));
}
