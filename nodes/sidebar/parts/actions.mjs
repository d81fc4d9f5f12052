// What a person can do with a document, or with several at once.

import { button } from "./elements.mjs";
import { mayWrite } from "./host.mjs";
import { askReason } from "./reason.mjs";
import { ENDED_STATES, isPutOff, isTakenIn, isWaiting, standing } from "./states.mjs";
import { translate } from "./texts.mjs";

/** Of one that was refused as a repeat a person says that it is none: sent again as it is, it would go out without that word. */
const isRefusedRepeat = (row) => row.settled && row.state === "failed" && row.code === "SW-DUP";

/** Each with its sign and which documents it is for. */
const ACTIONS = {
  resend: { sign: "again", isFor: (row) => row.settled && ENDED_STATES.includes(row.state) && !isRefusedRepeat(row) },
  override: { sign: "send", isFor: isRefusedRepeat },
  hold: { sign: "pause", isFor: (row) => !row.settled && row.state === "claimed", timed: true },
  release: { sign: "unlock", isFor: (row) => row.state === "held" },
  end: { sign: "close", isFor: isWaiting, path: "release", more: { as: "failed" } },
};

/** What a person has to agree to, beside saying why: that what was taken in goes out once more. */
function riskOf(action, rows) {
  const taken = action === "resend" ? rows.filter(isTakenIn) : [];
  if (taken.length === 0) return undefined;
  const words = taken.map((row) =>
    translate("resend.taken", {
      name: row.fileName,
      state: standing(row).text,
      number: row.seqNo || row.customsNo || row.clientKey,
    }),
  );
  return { words, agree: translate("resend.agree"), as: "accepted" };
}

/** What a held one is released as: one that was never sent goes on, or is given up. */
function choicesFor(action, rows) {
  if (action !== "release") return undefined;
  if (rows.every(isPutOff)) return ["go", "failed"];
  return rows.some(isPutOff) ? ["resend", "failed"] : ["resend", "sent", "failed"];
}

/**
 * Buttons for what can be done with all of these documents; the question why opens in `form`. A reader sees none: only who may write is
 * asked for a reason. `done` comes after the runtime did it.
 */
export function actionButtons(rows, form, done) {
  if (!mayWrite() || rows.length === 0) return [];
  return Object.entries(ACTIONS)
    .filter(([, { isFor }]) => rows.every(isFor))
    .map(([action, { sign, timed, path = action, more }]) => {
      const requests = rows.map(({ id, fileName }) => ({
        request: `documents/${encodeURIComponent(id)}/${path}`,
        name: fileName,
      }));
      const choices = choicesFor(action, rows);
      const risk = riskOf(action, rows);
      return button(sign, translate(`${action}.button`), () =>
        askReason(form, { action, requests, choices, risk, more, timed, done }),
      );
    });
}
