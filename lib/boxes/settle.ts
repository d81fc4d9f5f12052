import { dirname, join } from "node:path";
import { CODES } from "../codes.js";
import { crashPoint } from "../crash-point.js";
import { codeOf, type Fault, ImportClientError } from "../errors.js";
import { idInName } from "../files/names.js";
import type { DocumentRow, DocumentState } from "../ledger/index.js";
import { isTakenName } from "../ledger/instances.js";
import { isSameContent, repeatedBy } from "../ledger/rules/identity.js";
import { ARRIVED } from "../ledger/rules/states.js";
import { STATE_WORDS, wordsOf } from "../ledger/rules/words.js";
import { quote } from "../quote.js";
import { archivePlace, type HashWorld, isFile, nameInBox, placedInArchive } from "./archive.js";
import { FILE_MISSING } from "./awaited.js";
import { bringAgain } from "./bring-again.js";
import type { BoxContext } from "./context.js";
import { writeLocalReceipt } from "./local-receipt.js";
import { appears, seenLate } from "./looked-for.js";
import { assertStillOurs } from "./ours.js";

/** What ends because its producer has written a newer one. */
export const REPLACED = "SW-REPLACED";

/** A send that began and was neither confirmed nor refused may not be called failed: customs may have the document. */
const UNCERTAIN: readonly DocumentState[] = ["sending", "unknown", "held"];

/** A document's row. Rejects with SW-UNKNOWN-DOCUMENT. */
export async function rowOf(context: BoxContext, id: string): Promise<DocumentRow> {
  const row = await context.ledger.get(id);
  if (row) return row;
  throw new ImportClientError("SW-UNKNOWN-DOCUMENT", {
    zh: `台账中没有单据 ${id}`,
    en: `the ledger has no document ${id}`,
  });
}

/** Ends the claim of a document that was sent: its file goes to SentBox. A second call changes nothing. */
export async function settleSent(context: BoxContext, id: string): Promise<DocumentRow> {
  const row = await rowOf(context, id);
  if (row.settled) return row;
  if (!ARRIVED.includes(row.state)) {
    throw new ImportClientError(
      "SW-STATE",
      {
        zh: `单据 ${row.fileName} 尚未发送（${row.state}），不能结为已发送`,
        en: `${row.fileName} has not been sent (${row.state})`,
      },
      {
        advice: { zh: "请把 settle 接在 mq-send 之后。", en: "Wire settle behind mq-send." },
        details: { id, state: row.state },
      },
    );
  }
  return finish(context, row);
}

/**
 * Ends the claim of a document that will not be sent: state, local receipt in InBox, file to FailBox, in this order. One
 * whose send is uncertain is held for a person instead (promises 1). A second call changes nothing. `lookedFor` as in `finish`.
 */
export async function settleFailed(
  context: BoxContext,
  id: string,
  failure: Fault,
  lookedFor = false,
): Promise<DocumentRow> {
  const row = await rowOf(context, id);
  if (row.settled || ARRIVED.includes(row.state)) return row.settled ? row : finish(context, row, lookedFor);
  if (UNCERTAIN.includes(row.state)) return hold(context, row, failure);
  const words = wordsOf(failure);
  const failed =
    row.state === "failed"
      ? row
      : await context.ledger.transition(
          id,
          { from: [row.state], to: "failed" },
          { ...words, retryAt: 0, failedAt: context.clock.now() },
          { event: "failed", ...words },
        );
  crashPoint("fail.after-state");
  // Of one that has ended before, as replaced say, its producer hears why it did, not what whoever ends it again stumbled over.
  const why = failed.code === failure.code ? failure : failureOf(failed);
  if (why.code !== REPLACED) await writeLocalReceipt(context, failed, why);
  return finish(context, failed, lookedFor);
}

/**
 * Puts the file back to OutBox; folder-watch claims it again, with the same row. Where another instance has claimed a newer one of its name, it
 * ends as replaced: that one waits for it.
 */
export async function returnToOutBox(context: BoxContext, id: string): Promise<DocumentRow | undefined> {
  const row = await rowOf(context, id);
  const isOpen = !row.settled && row.state === "claimed" && row.box === "TempBox";
  if (!isOpen || !context.ledger.owns(row)) return undefined;
  const folder = context.folders.of(row.business);
  const { files, ledger } = context;
  const source = join(folder.box("TempBox"), row.boxName);
  const giveBack = async (name: string) => {
    const change = { box: "OutBox", boxName: name, retryAt: 0 } as const;
    const note = (await isNewIn(context, id, "returned")) ? { event: "returned" } : undefined;
    const returned = await ledger.update(id, change, note, ["claimed"]);
    crashPoint("return.after-row");
    assertStillOurs(context, returned);
    const placed = await files.place(source, folder.box("OutBox"), name);
    crashPoint("return.after-move");
    // Somebody else has put a file of that name there meanwhile.
    return placed === name ? returned : ledger.update(id, { boxName: placed });
  };
  try {
    return await files.withFreeName(folder.box("OutBox"), row.fileName, giveBack, source);
  } catch (error) {
    // An answer to an earlier send came since the look: whoever has it archives the file.
    if (codeOf(error) === "SW-STATE") return undefined;
    if (!isTakenName(error) || !(await isRepeatedByNewer(context, row))) throw error;
    await settleReplaced(context, id);
    return undefined;
  }
}

/** Has its producer written it again, never sent, and did somebody claim that? */
async function isRepeatedByNewer({ ledger }: BoxContext, row: DocumentRow): Promise<boolean> {
  if (row.sendingAt > 0 || row.sentAt > 0) return false;
  const named = await ledger.byFileName(row.fileName);
  return named.some((one) => one.state === "claimed" && repeatedBy(one) === row.id && one.sha256 !== row.sha256);
}

/** The steps of a document that is tried again. Each is told once for what it waits for, and not with every try. */
const TRIES = ["retry", "returned", "claimed"];

/** Is this step of another try told for the first time since it began to wait for what it waits for now? */
export async function isNewIn({ ledger }: BoxContext, id: string, step: "returned" | "claimed"): Promise<boolean> {
  const last = await ledger.lastEventOf(id, TRIES);
  return !last || TRIES.indexOf(last.event) < TRIES.indexOf(step);
}

/**
 * Ends a document that was never sent and whose producer has put a newer file in its place. No receipt says so: it would be
 * taken for an answer to the newer one.
 */
export async function settleReplaced(context: BoxContext, id: string): Promise<DocumentRow> {
  const row = await rowOf(context, id);
  const words = wordsOf({ code: REPLACED, text: CODES[REPLACED].meaning });
  // What lies in OutBox under its name is the newer one: this one ends in the same commit, so that nobody takes that for its file.
  const ends = row.box === "OutBox" ? ({ box: "none", settled: true } as const) : {};
  const change = { ...words, retryAt: 0, failedAt: context.clock.now(), ...ends };
  const note = { event: "replaced", ...words };
  const failed = await context.ledger.transition(id, { from: ["claimed", "held"], to: "failed" }, change, note);
  return failed.settled ? failed : finish(context, failed);
}

/** Holds a document whose send has no known outcome. Its file stays in TempBox. */
export async function hold(context: BoxContext, row: DocumentRow, why: Fault): Promise<DocumentRow> {
  const { ledger } = context;
  const words = wordsOf(why);
  if (row.state === "held") return row;
  if (row.state === "sending") {
    await ledger.transition(row.id, { from: ["sending"], to: "unknown" }, {}, { event: "unknown", code: why.code });
  }
  return ledger.transition(row.id, { from: ["unknown"], to: "held" }, words, { event: "held", ...words });
}

/**
 * Moves the file of a document whose fate is committed, and closes its claim. Safe to call again after a crash at any
 * point: the target's name follows from the row, and a file that is already there is known by its hash. Rejects with SW-FENCED for an open
 * document that is another instance's. A file that a share may show late is waited for, unless it was `lookedFor` as long as that.
 */
export async function finish(context: BoxContext, row: DocumentRow, lookedFor = false): Promise<DocumentRow> {
  assertStillOurs(context, row);
  const { files } = context;
  const { source, box, archive } = wayOf(context, row);
  const { day, name } = archivePlace(row, context.settings);
  crashPoint("settle.before-move");
  let before = await placedInArchive(context, archive, row, context.settings);
  if (before === undefined && row.box === "TempBox" && !files.disk.exists(source)) {
    await bringAgain(context, row, context.folders.of(row.business));
  }
  // Another instance, or an interrupted call, may have moved it, and a share show neither place yet.
  if (before === undefined && !files.disk.exists(source) && !(await appears(context, source, lookedFor))) {
    before = await placedInArchive(context, archive, row, context.settings);
  }
  const repeated = before !== undefined;
  // It was placed before, by an interrupted call or by the attempt before a resend: what is here is another copy of it, and would
  // be a file without a row. A process that ended there may not have made the other one durable, which may be on another volume.
  if (before !== undefined && files.disk.exists(source) && (await isCopy(context, source, row))) {
    await files.disk.syncFolder(dirname(join(archive, before)));
    assertStillOurs(context, row);
    files.disk.remove(source);
  }
  // In OutBox somebody else's file may have its name by now.
  const isThere = files.disk.exists(source) && (row.box !== "OutBox" || (await isCopy(context, source, row)));
  let boxName = before;
  if (boxName === undefined && isThere) {
    assertStillOurs(context, row);
    const place = join(archive, day);
    // The box itself was looked at on the way here.
    if (day !== "") files.makeFolder(place);
    boxName = nameInBox(day, await files.place(source, place, name));
  }
  crashPoint("settle.after-move");
  const settled = await context.ledger.update(
    row.id,
    { box: boxName === undefined ? "none" : box, boxName: boxName ?? row.boxName, settled: true },
    boxName === undefined
      ? { event: "file-missing", text: row.boxName }
      : { event: "settled", text: `${box}/${boxName}` },
  );
  crashPoint("settle.after-row");
  // That it is missing is why it has failed, and has been said.
  if (boxName === undefined && row.code === FILE_MISSING.code) return settled;
  if (boxName === undefined) lostFile(context, row, "已不在 TempBox 中", "is no longer in TempBox");
  else if (!repeated && !(await isFile(context, join(archive, boxName), row.sha256))) {
    lostFile(
      context,
      row,
      "在 TempBox 中被改动过，归档内容与发送内容不同",
      "was changed in TempBox: what is archived is not what was sent",
    );
  }
  return settled;
}

/** Whence and whither the file of a document goes whose fate is committed. */
function wayOf({ folders }: BoxContext, row: DocumentRow) {
  const folder = folders.of(row.business);
  const box = row.state === "failed" ? "FailBox" : "SentBox";
  const source = join(folder.box(row.box === "OutBox" ? "OutBox" : "TempBox"), row.boxName);
  return { source, box, archive: folder.box(box) } as const;
}

/** The path of a file that `finish` would wait for, since a share may show it late; undefined where it need not wait. */
export async function lateSource(context: BoxContext, row: DocumentRow): Promise<string | undefined> {
  const { source, archive } = wayOf(context, row);
  if (seenLate(context, source) === 0 || context.files.disk.exists(source)) return undefined;
  return (await placedInArchive(context, archive, row, context.settings)) === undefined ? source : undefined;
}

/** By its name, or where the producer's name stands alone, in OutBox, by its bytes. */
async function isCopy(context: HashWorld, path: string, row: DocumentRow): Promise<boolean> {
  return idInName(row.boxName) === row.id || isFile(context, path, row.sha256);
}

/** Somebody's hand in TempBox changes nothing of what was sent, and is reported. */
function lostFile(context: BoxContext, { fileName }: DocumentRow, zh: string, en: string): void {
  context.notice("SW-FILE-MISSING", `${fileName} ${zh}`, `${fileName} ${en}`);
}

/** Moves the file of a document that has ended, whatever it was that left it unsettled; leaves all others alone. */
export async function finishEnded(context: BoxContext, row: DocumentRow, lookedFor = false): Promise<void> {
  if (row.settled || !context.ledger.owns(row)) return;
  if (row.state === "failed") await settleFailed(context, row.id, failureOf(row), lookedFor);
  else if (ARRIVED.includes(row.state)) await finish(context, row, lookedFor);
}

/** A fault as its row keeps it, to write its local receipt again. */
function failureOf({ code, text, textEn }: DocumentRow): Fault {
  return { code, text: { zh: text, en: textEn || text } };
}

/**
 * Why a file that repeats an earlier document is not sent (promises 1: "same content again"): its content or its own number,
 * the earlier document and what has become of that.
 */
export function duplicateOf(earlier: DocumentRow, row: Pick<DocumentRow, "sha256" | "partsSha256">): Fault {
  const state = STATE_WORDS[earlier.state];
  const what = isSameContent(row, earlier)
    ? { zh: "内容", en: "its content" }
    : { zh: `企业内部编号 ${quote(earlier.clientKey)} `, en: `its own number ${quote(earlier.clientKey)}` };
  return {
    code: "SW-DUP",
    text: {
      zh: `${what.zh}与已提交的单据 ${earlier.fileName} 相同（该单据${state.zh}）`,
      en: `${what.en} is that of ${earlier.fileName}, which was handed in before (${state.en})`,
    },
    advice: {
      zh: "如确为另一份单据，请对本单据选择“仍要发送”；如需把原单据原样再发一次，请对原单据选择“重发”；原单据退单或未发出后，改正的文件可用原文件名和原编号直接放入 OutBox。",
      en: "If it is another document all the same, choose send anyway for it; to send the earlier one again as it was, resend that one. Once that one is rejected or has failed, a corrected file goes into OutBox under the same name and own number.",
    },
  };
}
