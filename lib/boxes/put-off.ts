import { join } from "node:path";
import { CODES } from "../codes.js";
import { crashPoint } from "../crash-point.js";
import { type Fault, ImportClientError } from "../errors.js";
import { claimedName } from "../files/names.js";
import type { DocumentRow, EventRow } from "../ledger/index.js";
import { isSameOwner } from "../ledger/rules/owner.js";
import { isPutOff } from "../ledger/rules/states.js";
import { NO_WORDS, wordsOf } from "../ledger/rules/words.js";
import { bringAcross } from "./across.js";
import { bringBack } from "./bring-back.js";
import { hashOf } from "./content.js";
import type { BoxContext } from "./context.js";
import { assertStillOurs } from "./ours.js";
import { namesInOutBox } from "./second-name.js";
import { rowOf } from "./settle.js";

/** Why a document is on hold, where nobody says more. */
export const ON_HOLD: Fault = { code: "SW-HELD", text: CODES["SW-HELD"].meaning };

/** With a person's resend everything is asked anew. */
const AGAIN = ["resend", "override"];
/** Events that say why a document was on hold, and whether it was let go since. */
const HOLDS = ["held", "released", ...AGAIN];
/** What is kept of a hold that ended by itself. */
const TIME_IS_OVER = { text: "暂缓时间已到", textEn: "the time of the hold is over" };

/**
 * Puts a document on hold whose send has not begun: until a person releases it, or until a time (ms since the epoch, 0 = none). The
 * file of one that was given back comes to TempBox, so that OutBox holds nothing but what is to be taken; the row is committed first.
 * One that is on hold already gets the new reason and time. Rejects with SW-STATE when its send has begun, or it has ended.
 */
export async function putOff(context: BoxContext, id: string, why: Fault, until: number): Promise<DocumentRow> {
  const row = await bringBack(context, await rowOf(context, id));
  const words = wordsOf(why);
  const note = { event: "held", ...words };
  if (isPutOff(row)) return context.ledger.update(id, { ...words, retryAt: until }, note);
  if (row.settled || row.state !== "claimed") {
    throw new ImportClientError(
      "SW-STATE",
      {
        zh: `单据已开始发送或已办结（${row.state}），不能暂缓`,
        en: `the send of the document has begun, or it has ended (${row.state}): it cannot be held`,
      },
      { details: { id, from: row.state } },
    );
  }
  const place = row.box === "OutBox" ? ({ box: "TempBox", boxName: claimedName(id, row.fileName) } as const) : {};
  // One that was ready to go out goes through its flow again when it is let go.
  const change = { ...words, retryAt: until, wire: "", ...place };
  const held = await context.ledger.transition(id, { from: ["claimed"], to: "held" }, change, note);
  crashPoint("hold.after-row");
  await bringToTempBox(context, held, row.boxName);
  crashPoint("hold.after-move");
  return held;
}

/** Brings the file of a document on hold from where it was in OutBox, known by its bytes. A second call changes nothing. */
async function bringToTempBox(context: BoxContext, row: DocumentRow, name: string): Promise<void> {
  const { files, folders, clock } = context;
  const folder = folders.of(row.business);
  const target = join(folder.box("TempBox"), row.boxName);
  if (row.box !== "TempBox" || files.disk.exists(target)) return;
  const source = join(folder.box("OutBox"), name);
  if (files.disk.facts(source)?.size !== row.size || (await hashOf(files.disk, source, clock)) !== row.sha256) return;
  const mayGoOn = () => assertStillOurs(context, row);
  mayGoOn();
  if (folder.isElsewhere("OutBox", "TempBox"))
    await bringAcross(context, folder, name, row.boxName, undefined, mayGoOn);
  else await files.move(source, target);
}

/** Goes on with a document on hold after a stop or a fault, and lets it go when its time has come. */
export async function keepHolding(context: BoxContext, row: DocumentRow): Promise<void> {
  if (isPutOff(row)) {
    for (const name of namesInOutBox(row)) await bringToTempBox(context, row, name);
  }
  // What another client or environment claimed is for a person to decide.
  if (row.retryAt === 0 || row.retryAt > context.clock.now() || !isSameOwner(row, context.settings)) return;
  await letGo(context, row, { event: "released", ...TIME_IS_OVER });
}

/** A document on hold goes through the flow again. */
export function letGo(
  { ledger, settings }: BoxContext,
  { id }: DocumentRow,
  note: { event: string; text: string; textEn?: string },
): Promise<DocumentRow> {
  const change = { ...NO_WORDS, retryAt: 0 };
  return ledger.transition(id, { from: ["held"], to: "claimed", owner: settings }, change, note);
}

/** Numbers and times in a reason make no other reason of it: else a gate that writes them would never let anything go. */
const reasonOf = (text: string) => text.replace(/[\p{N}\p{P}\p{S}\s]+/gu, "");

/**
 * Was it on hold for this reason and let go since? What a person has decided is decided for every gate that asks the same, and a gate with
 * another reason asks something else. That its time came lets it pass where only a time is waited for (`timed`), not where a person is. A
 * person's resend begins anew.
 */
export async function wasLetGo({ ledger }: BoxContext, id: string, why: Fault, timed: boolean): Promise<boolean> {
  const events = (await ledger.story(id))?.events.filter(({ event }) => HOLDS.includes(event)) ?? [];
  const own = events.slice(events.findLastIndex(({ event }) => AGAIN.includes(event)) + 1);
  const lets = ({ event, text }: EventRow) => event === "released" && (timed || text !== TIME_IS_OVER.text);
  const before = own.slice(0, Math.max(own.findLastIndex(lets), 0));
  const asked = reasonOf(wordsOf(why).text);
  return before.some(({ event, text }) => event === "held" && reasonOf(text) === asked);
}
