import type { PublishOutcome } from "../amqp/broker.js";
import type { ImportClient } from "../client/import-client.js";
import { crashPoint } from "../crash-point.js";
import { codeOf as faultCodeOf } from "../errors.js";
import type { DocumentRow, DocumentState } from "../ledger/index.js";
import { ARRIVED } from "../ledger/rules/states.js";
import { NO_WORDS } from "../ledger/rules/words.js";
import type { Wire } from "./wire.js";

/** Where a document stands whose send may still be answered; a person may have given it up meanwhile. */
const OPEN: readonly DocumentState[] = ["sending", "unknown", "held", "failed"];

/** Of these, where nobody has decided about it yet. */
const UNDECIDED: readonly DocumentState[] = ["unknown", "held"];

/** Of a document that has certainly not arrived: no receipt can be for this attempt. */
const NOT_BEGUN = { wire: "", sendingAt: 0 } as const;

/** Has the document arrived, by a confirm or by a receipt that answers it? */
export function hasArrived(row: DocumentRow): boolean {
  return ARRIVED.includes(row.state);
}

/**
 * Commits what a publish came to. Resolves to the row when the document has arrived. A refusal of a repeat says nothing about
 * the first: when an earlier publish `mayHaveArrived` it stays unknown.
 */
export async function conclude(
  client: ImportClient,
  id: string,
  outcome: PublishOutcome,
  mayHaveArrived: boolean,
): Promise<DocumentRow | undefined> {
  try {
    return await commitOutcome(client, id, outcome, mayHaveArrived);
  } catch (error) {
    // Its receipt may be quicker than the confirm.
    const now = faultCodeOf(error) === "SW-STATE" ? await client.ledger.get(id) : undefined;
    if (now && hasArrived(now)) return now;
    throw error;
  }
}

async function commitOutcome(
  client: ImportClient,
  id: string,
  outcome: PublishOutcome,
  mayHaveArrived: boolean,
): Promise<DocumentRow | undefined> {
  if (outcome.kind === "confirmed") return confirmed(client, id, ["sending"], "");
  const to = outcome.kind === "unknown" || mayHaveArrived ? "unknown" : "claimed";
  const change = to === "unknown" ? { possibleDuplicate: true } : NOT_BEGUN;
  const event = to === "unknown" ? "unknown" : "refused";
  await client.ledger.transition(id, { from: ["sending"], to }, change, {
    event,
    code: codeOf(outcome),
    text: outcome.reason,
  });
  return undefined;
}

/**
 * Commits what the broker answered after the time limit to the message with this id: it has the document, or no publish of it
 * has arrived (`certainlyNot`). Does nothing when the document has gone on, or is another message by now.
 */
export function concludeLate(
  client: ImportClient,
  id: string,
  messageId: string,
  outcome: PublishOutcome,
  certainlyNot: boolean,
): Promise<void> {
  // A person may be deciding about it at this moment.
  return client.claims.alone(id, async () => {
    const row = await client.ledger.get(id);
    if (!row || !OPEN.includes(row.state) || messageIdIn(row) !== messageId) return;
    if (outcome.kind === "confirmed") await confirmed(client, id, [row.state], "confirmed late");
    // While it is being repeated, that publish concludes it.
    else if (certainlyNot && UNDECIDED.includes(row.state) && outcome.kind !== "unknown") {
      const note = { event: "refused", code: codeOf(outcome), text: outcome.reason };
      await client.ledger.transition(id, { from: [row.state], to: "claimed" }, { ...NOT_BEGUN, ...NO_WORDS }, note);
    }
  });
}

async function confirmed(
  client: ImportClient,
  id: string,
  from: readonly DocumentState[],
  text: string,
): Promise<DocumentRow> {
  const change = { sentAt: client.clock.now(), ...NO_WORDS };
  const sent = await client.ledger.transition(id, { from, to: "sent" }, change, { event: "sent", text });
  crashPoint("send.after-sent");
  return sent;
}

function codeOf({ kind }: PublishOutcome): string {
  return kind === "too-large" ? "SW-SIZE" : "C18";
}

function messageIdIn({ wire }: DocumentRow): string {
  return wire === "" ? "" : (JSON.parse(wire) as Wire).properties.messageId;
}
