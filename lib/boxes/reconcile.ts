import { extname, join } from "node:path";
import { CODES } from "../codes.js";
import type { Fault } from "../errors.js";
import type { BusinessFolder } from "../files/folders.js";
import { idInName, isUnfinishedName, shortened } from "../files/names.js";
import type { DocumentRow } from "../ledger/index.js";
import { ENDED } from "../ledger/rules/states.js";
import { wordsOf } from "../ledger/rules/words.js";
import { Turn } from "../turn.js";
import { recoverParked } from "./across.js";
import { filesIn } from "./archive.js";
import { AwaitedFiles, FILE_MISSING } from "./awaited.js";
import { bringAgain } from "./bring-again.js";
import { bringBack, isToBringBack } from "./bring-back.js";
import { enterRow } from "./claim.js";
import type { Claims } from "./claims.js";
import { contentOf, hashOf } from "./content.js";
import type { BoxContext } from "./context.js";
import { gatheringsIn, recoverGathered } from "./gather.js";
import { seenLate } from "./looked-for.js";
import { assertStillOurs } from "./ours.js";
import { Places } from "./places.js";
import { keepHolding } from "./put-off.js";
import { dropSecondName, dropTakenBack, underItsNumber } from "./second-name.js";
import { finish, finishEnded, lateSource, returnToOutBox, settleFailed } from "./settle.js";

/** What one comparison found and did. */
export interface Reconciliation {
  /** Sends that were under way when the process stopped: their outcome is not known. */
  unknown: number;
  /** Claims whose fate was committed and whose file was still to be moved. */
  finished: number;
  /** Claims that go through the flow again. */
  open: number;
  /** Files in TempBox that no row knew; a person decides about them. */
  entered: number;
}

/** How long a gathering without a row may be another instance's work, in milliseconds. */
const GATHERED = 60_000;

/** Rows of one page; between two steps the event loop has its turn. */
const PAGE = 500;

/**
 * Compares the open rows with the files in the boxes, at the start and then again and again, and takes up whatever a stop or a
 * fault has interrupted (design, "Claim, flow, settle"): a file that its row says is elsewhere, a claim that was to be given
 * back, one that has ended. It sends nothing, and leaves alone what is out in a message. A file that is nowhere is waited
 * for, since a folder may be away for a while; a file without a row is a question and becomes a held document.
 */
export class Reconciler {
  private readonly awaited: AwaitedFiles;
  /** Gatherings without a row, since when. */
  private readonly gatherings = new Map<string, number>();
  /** Files without a row, as the comparison before saw them. */
  private strangers = new Set<string>();
  private comparing: Promise<Reconciliation> | undefined;
  private readonly places: Places;
  /** Documents that the last comparison, and this one, saw waiting for their next try, and since when, by the monotonic clock. */
  private waiting = new Map<string, { retryAt: number; since: number }>();
  private seen = new Map<string, { retryAt: number; since: number }>();

  constructor(
    private readonly context: BoxContext,
    private readonly claims: Claims,
  ) {
    this.places = new Places(context);
    this.awaited = new AwaitedFiles(context);
  }

  /** The first comparison of a process: what was being sent then has no known outcome. */
  async start(): Promise<Reconciliation> {
    const { ledger } = this.context;
    let unknown = 0;
    for await (const row of this.openRows()) {
      if (row.state !== "sending") continue;
      await ledger.transition(
        row.id,
        { from: ["sending"], to: "unknown" },
        {},
        { event: "unknown", text: "stopped while sending" },
      );
      unknown++;
    }
    return { ...(await this.compare(true)), unknown };
  }

  /**
   * One comparison; who asks while one is under way gets that one's result. A folder or file that cannot be worked on is told, and the others
   * are compared. Rejects with what the ledger says.
   */
  compare(atStart = false): Promise<Reconciliation> {
    this.comparing ??= this.compareNow(atStart).finally(() => {
      this.comparing = undefined;
    });
    return this.comparing;
  }

  /** What the last comparison could not do, each code once. */
  get faults(): readonly Fault[] {
    return this.places.faults;
  }

  private async compareNow(atStart: boolean): Promise<Reconciliation> {
    const { folders, clock } = this.context;
    this.places.begin();
    const found: Reconciliation = { unknown: 0, finished: 0, open: 0, entered: 0 };
    const turn = new Turn(clock);
    const isOut = (id: string) => this.claims.inFlight.has(id);
    for (const folder of folders.withOutBox()) {
      if (folder.isAway()) continue;
      await this.places.at(folder.code, async () => {
        for (const id of gatheringsIn(this.context, folder)) {
          if (isOut(id) || !(await this.isLeft(id))) continue;
          await this.places.at(`${folder.code}/${id}`, () => recoverGathered(this.context, folder, id));
        }
        await recoverParked(this.context, folder, isOut);
      });
    }
    const expected = new Set<string>();
    this.waiting = this.seen;
    this.seen = new Map();
    const settled = this.awaited.ids();
    for await (const row of this.openRows()) {
      await turn.over();
      settled.delete(row.id);
      if (row.box === "TempBox") expected.add(placeOf(row.business, row.boxName));
      if (isOut(row.id) || folders.of(row.business).isAway()) continue;
      const takingUp = () =>
        this.claims.reconciling(row.id, async () => {
          const now = await this.context.ledger.get(row.id);
          if (now && !now.settled && this.context.ledger.owns(now)) await this.takeUp(now, found);
        });
      await this.places.at(`${row.business}/${row.boxName}`, takingUp);
    }
    for (const id of settled) this.awaited.forget(id);
    // Of several instances only one asks about a file that belongs to nobody.
    const { shared = false, leads = false } = this.context.lease;
    if (!shared || leads) await this.findStrangers(expected, atStart && !shared, found);
    return found;
  }

  /** A gathering that a stop has left, and nobody works on. */
  private async isLeft(id: string): Promise<boolean> {
    const { lease, ledger, clock } = this.context;
    if (!lease.shared) return true;
    const row = await ledger.get(id);
    if (row) {
      this.gatherings.delete(id);
      // What has ended is brought on by one of them alone, as `findStrangers` does it.
      return row.settled ? lease.leads === true : ledger.owns(row);
    }
    const since = this.gatherings.get(id) ?? clock.monotonic();
    this.gatherings.set(id, since);
    const isOld = clock.monotonic() - since > GATHERED;
    if (isOld) this.gatherings.delete(id);
    return isOld && lease.leads === true;
  }

  private async *openRows(): AsyncGenerator<DocumentRow> {
    for (let after = ""; ; ) {
      const rows = await this.context.ledger.unsettled({ after, limit: PAGE });
      yield* rows;
      if (rows.length < PAGE) return;
      after = (rows.at(-1) as DocumentRow).id;
    }
  }

  private async takeUp(row: DocumentRow, found: Reconciliation): Promise<void> {
    // A person has it sent again, and a stop or a fault came before the copy.
    if (isToBringBack(row)) {
      await bringBack(this.context, row);
      return;
    }
    const folder = this.context.folders.of(row.business);
    if (row.box === "TempBox" && !this.hasFile(row, folder)) await bringAgain(this.context, row, folder);
    // Where a name may be seen late it is not touched unread: whoever claims it looks again.
    else if (row.box === "TempBox" && seenLate(this.context, folder.box("OutBox")) === 0)
      await dropSecondName(this.context, folder, row.fileName, [row]);
    switch (row.state) {
      case "claimed":
        if (await this.openClaim(row)) found.open++;
        break;
      case "failed":
      case "sent":
      case "accepted":
      case "rejected":
        if (await this.finishSeen(row)) found.finished++;
        break;
      case "held":
        await keepHolding(this.context, row);
        break;
      default:
        break;
    }
  }

  /**
   * Moves the file of a document that has ended. One that a share may still show is left to a later comparison, false: nobody waits here, and
   * however many are missing, they are waited for side by side.
   */
  private async finishSeen(row: DocumentRow): Promise<boolean> {
    const source = await lateSource(this.context, row);
    if (source !== undefined && this.awaited.lookedFor(row.id) < seenLate(this.context, source)) return false;
    await finishEnded(this.context, row, source !== undefined);
    this.awaited.forget(row.id);
    return true;
  }

  /** Is the file of an open claim where its row says? If not, it is brought there, or the claim ends. */
  private async openClaim(open: DocumentRow): Promise<boolean> {
    const { files, folders } = this.context;
    const folder = folders.of(open.business);
    const row = await underItsNumber(this.context, folder, open);
    if (files.disk.exists(join(folder.box(row.box === "OutBox" ? "OutBox" : "TempBox"), row.boxName))) {
      await this.awaited.found(row);
      // The alarm that was set for it has gone off in vain, or in another process.
      if (row.box === "TempBox" && row.retryAt > 0 && this.isDue(row)) await returnToOutBox(this.context, row.id);
      return true;
    }
    if (row.box === "OutBox" && (await this.returnAgain(row, folder))) {
      await this.awaited.found(row);
      return true;
    }
    return this.gone(row, folder);
  }

  /** Is the pause over that a document was given back with? Of a clock that was set back since only its length counts. */
  private isDue({ id, retryAt, updatedAt }: DocumentRow): boolean {
    const { clock } = this.context;
    if (retryAt <= clock.now()) return true;
    const known = this.waiting.get(id);
    const since = known?.retryAt === retryAt ? known.since : clock.monotonic();
    this.seen.set(id, { retryAt, since });
    return clock.monotonic() - since >= retryAt - updatedAt;
  }

  /** Stopped between the row that says OutBox and the move back. */
  private async returnAgain(row: DocumentRow, folder: BusinessFolder): Promise<boolean> {
    const { files, ledger } = this.context;
    const temp = folder.box("TempBox");
    const left = files.disk
      .list(temp)
      .find(({ name }) => idInName(name) === row.id || name === row.boxName || name === row.fileName);
    if (!left) return false;
    assertStillOurs(this.context, row);
    const placed = await files.place(join(temp, left.name), folder.box("OutBox"), row.boxName);
    if (placed !== row.boxName) await ledger.update(row.id, { boxName: placed });
    return true;
  }

  /** The file is in neither box: somebody moved it by hand, or it is lost when it does not come back. */
  private async gone(row: DocumentRow, folder: BusinessFolder): Promise<boolean> {
    const { ledger, clock } = this.context;
    const others = await this.othersOfIt(row);
    if (others.some((one) => this.hasFile(one, folder))) {
      await ledger.withdraw(row.id);
      return false;
    }
    // It is being archived: where it then lies says whose it was.
    if (others.some(({ settled, state }) => !settled && ENDED.includes(state))) return true;
    const archived = await findArchived(this.context, folder, row);
    if (archived) {
      const words = wordsOf(FILE_MISSING);
      await ledger.transition(
        row.id,
        { from: ["claimed"], to: "failed" },
        { box: archived.box, boxName: archived.name, settled: true, code: words.code, failedAt: clock.now() },
        { event: "file-moved", code: words.code, text: `${archived.box}/${archived.name}` },
      );
      return false;
    }
    // A share may show it later.
    if (this.awaited.lookedFor(row.id) < seenLate(this.context, folder.box("TempBox"))) return true;
    if (!(await this.awaited.waitsNoMore(row))) return true;
    this.awaited.forget(row.id);
    await settleFailed(this.context, row.id, FILE_MISSING);
    return false;
  }

  /**
   * The documents whose file that of a claim may have been: of two instances that saw it one was late with its row, and stopped before it
   * could take that back.
   */
  private async othersOfIt(row: DocumentRow): Promise<DocumentRow[]> {
    const { ledger, lease } = this.context;
    if (!lease.shared || row.sendingAt > 0 || row.sentAt > 0) return [];
    const same = await ledger.bySha256(row.sha256);
    const isOther = ({ id, fileName, business }: DocumentRow) =>
      id !== row.id && fileName === row.fileName && business.toLowerCase() === row.business.toLowerCase();
    return same.filter(isOther);
  }

  /** Does a file stand where the row says? */
  private hasFile({ box, boxName }: Pick<DocumentRow, "box" | "boxName">, folder: BusinessFolder): boolean {
    return box !== "none" && this.context.files.disk.exists(join(folder.box(box), boxName));
  }

  /** Files in TempBox that no open row names. */
  private async findStrangers(expected: ReadonlySet<string>, atOnce: boolean, found: Reconciliation): Promise<void> {
    const { files, folders } = this.context;
    const strangers = new Set<string>();
    for (const folder of folders.withOutBox()) {
      if (folder.isAway()) continue;
      await this.places.at(folder.code, async () => {
        for (const { name, kind } of files.disk.list(folder.box("TempBox"))) {
          const place = placeOf(folder.code, name);
          if (kind !== "file" || isUnfinishedName(name) || expected.has(place)) continue;
          await this.places.at(`${folder.code}/${name}`, async () => {
            if (!(await this.isStranger(folder, name))) return;
            strangers.add(place);
            if (!atOnce && !this.strangers.has(place)) return;
            if (await this.enterStranger(folder, name)) found.entered++;
          });
        }
      });
    }
    this.strangers = strangers;
  }

  /** Does no row know a file in TempBox? One of a document that has ended goes where it belongs. */
  private async isStranger(folder: BusinessFolder, name: string): Promise<boolean> {
    const { ledger } = this.context;
    // A claim that began since the rows were read.
    const id = idInName(name);
    if (id !== undefined && this.claims.inFlight.has(id)) return false;
    const known = id === undefined ? undefined : await ledger.get(id);
    if (known) {
      await this.claims.reconciling(known.id, () => this.comeBack(known.id, name));
      return false;
    }
    return id !== undefined || (await ledger.openAt(folder.code, "TempBox", name)) === undefined;
  }

  /** Has this document ended, and is its file, of this name, not where it belongs? A power cut may have taken all its moves back but the first. */
  private lacksIts(fileName: string, row: DocumentRow, folder: BusinessFolder): boolean {
    const isHere = row.business.toLowerCase() === folder.code.toLowerCase() && row.fileName === fileName;
    return isHere && row.settled && !this.hasFile(row, folder);
  }

  /** False of a file that is another document's, or lies in OutBox too. */
  private async enterStranger(folder: BusinessFolder, name: string): Promise<boolean> {
    const { files, ledger, clock, ids } = this.context;
    const content = await contentOf(files.disk, join(folder.box("TempBox"), name), clock);
    const at = clock.now();
    const id = idInName(name);
    const fileName = id === undefined ? name : name.slice(id.length + 2);
    const known = await ledger.bySha256(content.sha256);
    if (await dropTakenBack(this.context, folder, name, fileName, known)) return false;
    const owner = id === undefined ? undefined : known.find((one) => this.lacksIts(fileName, one, folder));
    if (owner) {
      await finish(this.context, { ...owner, box: "TempBox", boxName: name });
      return false;
    }
    const { row } = await enterRow(this.context, folder, {
      ...{ id: id ?? ids.document(at), at, content, boxName: name },
      name: fileName,
      state: "held",
    });
    const words = wordsOf({ code: "SW-ORPHAN", text: CODES["SW-ORPHAN"].meaning });
    await ledger.update(row.id, { ...words, possibleDuplicate: true }, { event: "held", ...words });
    this.context.notice(words.code, `${row.fileName}：${words.text}`, `${row.fileName}: ${words.textEn}`);
    return true;
  }

  /**
   * The file of a document that ended while its folder was away, or whose last move a power cut has taken back, as a whole or by half:
   * it goes where it belongs.
   */
  private async comeBack(id: string, boxName: string): Promise<void> {
    const row = await this.context.ledger.get(id);
    if (!row?.settled || !this.hasFile({ box: "TempBox", boxName }, this.context.folders.of(row.business))) return;
    // One that was replaced while its way back to OutBox was interrupted is called gone, and lies here under its id.
    const isItsOwn = row.box !== "none" || row.boxName === boxName || idInName(boxName) === row.id;
    if (isItsOwn) await finish(this.context, { ...row, box: "TempBox", boxName });
  }
}

const placeOf = (code: string, name: string) => `${code.toLowerCase()}/${name}`;

/** The file of a row in SentBox or FailBox, known by its hash; only names that begin like it are read. */
async function findArchived(
  { files, clock }: BoxContext,
  folder: BusinessFolder,
  row: DocumentRow,
): Promise<{ box: "SentBox" | "FailBox"; name: string } | undefined> {
  const base = shortened(row.fileName.slice(0, row.fileName.length - extname(row.fileName).length), 100);
  for (const box of ["SentBox", "FailBox"] as const) {
    for (const { name, boxName, path } of filesIn(files.disk, folder.box(box))) {
      if (!name.startsWith(base) || files.disk.facts(path)?.size !== row.size) continue;
      if ((await hashOf(files.disk, path, clock)) === row.sha256) return { box, name: boxName };
    }
  }
  return undefined;
}
