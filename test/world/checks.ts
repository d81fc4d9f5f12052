import type { DocumentRow } from "../../lib/ledger/index.js";
import { INSTANCE } from "../../lib/ledger/instances.js";
import { isAlive, isSameContent } from "../../lib/ledger/rules/identity.js";
import { mayFollow } from "../../lib/ledger/rules/states.js";
import type { QueuedReceipt, StoredMessage } from "./broker.js";
import type { SimLedger } from "./ledger.js";
import { type HandedIn, xmlOf } from "./outside.js";
import { entriesOf } from "./papers.js";
import type { Life } from "./scheduler.js";
import type { FileNode } from "./tree.js";
import type { World } from "./world.js";

const ENDED = ["sent", "accepted", "rejected", "failed"];
const ARRIVED = ["sent", "accepted", "rejected"];
/** Why a good document may have ended without being sent. */
const MAY_FAIL = ["SW-DUP", "SW-REPLACED"];

/** What may never be, whatever happened (promises 1 to 4 and 6), looked at as it happens. */
export class Checks {
  /** Messages that did not say that they may be repeats, and the documents in those that no person had asked for. */
  private readonly unmarked = new Set<string>();
  /** Claims that are open. */
  private open = 0;
  private readonly bodies = new Map<string, Buffer>();
  /** Who commits now, where several share the ledger. */
  private committing: string | undefined;

  constructor(private readonly world: World) {}

  /** A file has got a name, or lost one. */
  named(node: FileNode, change: 1 | -1): void {
    if (node.data.length === 0) return;
    for (const document of this.heldIn(node.data)) {
      document.copies += change;
      if (document.copies <= 0) this.world.doubtful.add(document);
    }
  }

  /** What was handed in and is in a file: a document, a PDF, or both in a ZIP. */
  private heldIn(data: Buffer): HandedIn[] {
    const { gathers, producers } = this.world;
    const files = (gathers && entriesOf(data)?.values()) || [data];
    return [...files].flatMap((bytes) => this.documentOf(bytes) ?? same(producers.pdfs, bytes) ?? []);
  }

  /** The last copy of a document has gone: it must be with customs, or its producer's doing. */
  lookAtDoubtful(): void {
    for (const document of this.world.doubtful) {
      if (document.copies > 0 || !document.done || document.withdrawn) continue;
      this.world.fail(`lost: no file holds ${document.key} version ${document.version} any more`);
    }
    this.world.doubtful.clear();
  }

  delivered(message: StoredMessage, document: Buffer): void {
    const { world } = this;
    const { messageId, marked, body } = message;
    const known = this.documentOf(xmlOf(document));
    if (known) this.hasPdfs(known, document);
    if (!known) world.fail(`a message holds no whole document: ${messageId}`);
    if (known && !marked) {
      const what = `${known.key} version ${known.version}`;
      // A person may ask for a repeat (promises 1): that is a message of its own, and goes out no more than once either.
      const asked = [...world.persons.asked].some((id) => messageId.startsWith(id));
      const once = asked ? [messageId] : [messageId, what];
      if (once.some((one) => this.unmarked.has(one))) world.fail(`sent twice in silence: ${what}`);
      for (const one of once) this.unmarked.add(one);
      if (!asked) this.lookForRepeat(known, messageId);
    }
    const before = this.bodies.get(messageId);
    if (before && !before.equals(body)) world.fail(`${messageId} was sent with other bytes before`);
    this.bodies.set(messageId, body);
  }

  /** What was gathered goes with it, whole. */
  private hasPdfs({ key, version, pdfs }: HandedIn, file: Buffer): void {
    if (pdfs.length === 0) return;
    const entries = entriesOf(file);
    for (const pdf of pdfs) {
      if (!entries?.get(pdf.key)?.equals(pdf.data))
        this.world.fail(`sent without ${pdf.key}: ${key} version ${version}`);
    }
  }

  /** Another document with the same key is alive: this one had to be refused as its repeat, or to take its place. */
  private lookForRepeat({ key, version }: HandedIn, messageId: string): void {
    const { world } = this;
    // Refused first and taken then: it was dead when the other one was claimed.
    if (world.government.refused.has(key)) return;
    const { asked } = world.persons;
    const alive = world.ledgerFile.rows.some(
      (row) =>
        row.clientKey === key &&
        row.sendingAt > 0 &&
        isAlive(row) &&
        !asked.has(row.id) &&
        !messageId.startsWith(row.id),
    );
    if (alive) world.fail(`a repeat was sent: ${key} version ${version}`);
  }

  /** One owner an epoch, and epochs rise. */
  private owned(before: DocumentRow, after: DocumentRow): void {
    const { fileName, owner, epoch } = after;
    if (owner !== before.owner && this.isTaken(before))
      this.world.fail(`the document of a living one was taken: ${fileName}`);
    if (epoch < before.epoch) this.world.fail(`an epoch fell: ${fileName}`);
    else if (owner !== before.owner && epoch === before.epoch) this.world.fail(`two owners in one epoch: ${fileName}`);
  }

  /** Is an open document another's than who commits, who is alive? What is held is anybody's. */
  private isTaken({ settled, state, owner }: DocumentRow): boolean {
    if (settled || state === "held" || owner === this.committing) return false;
    return this.world.ledgerFile.instances.some(({ id, takenBy }) => id === owner && takenBy === "");
  }

  /** Runs what a process commits. Whose documents were taken over must not change any. */
  committed(ledger: SimLedger, life: Life, run: () => () => void): () => void {
    const { ledgerFile } = this.world;
    const isOver = ledger.instances?.isOver;
    const { writes } = ledgerFile;
    this.committing = ledger.instances?.me?.id;
    const tell = run();
    this.committing = undefined;
    if (isOver && ledgerFile.writes !== writes) this.world.fail(`${life.name} commits, and was taken over`);
    return tell;
  }

  /** A process does something with a document outside of the ledger: it must be its own, or have ended. */
  acts(life: Life, id: string | undefined, what: string): void {
    const { world } = this;
    if (!world.shared || id === undefined || life.dead) return;
    const row = world.ledgerFile.row(id);
    if (!row || row.settled || world.process(life)?.ledger?.owns(row) !== false) return;
    const owner = world.ledgerFile.instances.find((one) => one.id === row.owner);
    // Nobody works on what one has left behind, or was silent about for too long.
    if (owner && owner.leaseUntil + INSTANCE.grace >= world.scheduler.now)
      world.fail(`an effect of an older epoch: ${life.name} ${what}`);
  }

  /** The ledger says so now. */
  changed(before: DocumentRow | undefined, after: DocumentRow | undefined, undone: boolean): void {
    const { world } = this;
    if (before && after && !undone) this.owned(before, after);
    this.open += (after && !after.settled ? 1 : 0) - (before && !before.settled ? 1 : 0);
    if (!after) return;
    world.persons.changed(before, after);
    if (before?.state === after.state) return;
    if (!undone && after.state === "failed" && after.code === "SW-DUP") this.lookForItself(after);
    if (before && !undone && !mayFollow(before.state, after.state))
      world.fail(`${after.fileName} goes from ${before.state} to ${after.state}`);
    if (ARRIVED.includes(after.state) && !(before && ARRIVED.includes(before.state))) {
      const arrived = world.broker.stored.some(({ messageId }) => messageId.startsWith(after.id));
      if (!arrived) world.fail(`${after.fileName} is called ${after.state} and has not arrived`);
    }
  }

  /** Its producer hands each content in once: what is refused as a repeat of the same content is a file that came back. */
  private lookForItself(row: DocumentRow): void {
    const { ledgerFile } = this.world;
    const itself = ledgerFile.rows.find((one) => one.id !== row.id && isAlive(one) && isSameContent(one, row));
    if (itself) this.world.fail(`refused as its own repeat: ${row.fileName}`);
  }

  acknowledged({ body, messageId }: QueuedReceipt): void {
    const { world } = this;
    const kept = world.inBoxes.some((folder) => world.tree.isSafe(folder, body));
    if (!kept) world.fail(`receipt ${messageId} was acknowledged and is in no InBox that survives a power cut`);
  }

  /** Has everything come to its end? Asked after each step. */
  isOver(): boolean {
    const { producers, persons, receiptsOnTheirWay, broker, ledgerFile, tree, outBox } = this.world;
    if (producers.open > 0 || persons.open > 0 || this.open > 0 || receiptsOnTheirWay > 0) return false;
    if (ledgerFile.rows.length === 0 || (tree.folders.get(outBox)?.size ?? 0) > 0 || broker.unanswered > 0)
      return false;
    return this.unfinished().length === 0;
  }

  /** The ends of a run: nothing is wrong any more, and everything has come to its end. */
  unfinished(): string[] {
    const { world } = this;
    const wrong: string[] = [];
    if (world.producers.open > 0) wrong.push("a producer has not ended");
    if (world.receiptsOnTheirWay > 0 || world.broker.unanswered > 0) wrong.push("receipts are not acknowledged");
    for (const { fileName, state, settled, box, code, id } of world.ledgerFile.rows) {
      if (!settled) wrong.push(`${fileName} (${id.slice(-4)}) is open: ${state} ${box} ${code}`);
      else if (!ENDED.includes(state)) wrong.push(`${fileName} stays ${state} ${code}`);
    }
    for (const name of world.tree.folders.get(world.outBox)?.keys() ?? []) wrong.push(`${name} lies in OutBox`);
    for (const name of world.tree.folders.get(world.tempBox)?.keys() ?? []) {
      if (!name.endsWith(".tmp")) wrong.push(`${name} lies in TempBox`);
    }
    // Where several are at work it stays until one starts that is alone: what another one writes just now looks the same.
    for (const folder of world.shared ? [] : world.inBoxes) {
      for (const name of world.tree.folders.get(folder)?.keys() ?? []) {
        if (name.endsWith(".tmp")) wrong.push(`half a receipt is left in InBox: ${name}`);
      }
    }
    for (const document of world.producers.handedIn) {
      if (document.withdrawn || !document.done) continue;
      const isIt = ({ size, sha256, clientKey }: DocumentRow) =>
        world.gathers ? clientKey === document.key : sha256 === world.hashOf(document) && size > 0;
      const rows = world.ledgerFile.rows.filter(isIt);
      if (rows.length === 0) wrong.push(`${document.key} version ${document.version} is in no row`);
    }
    return wrong;
  }

  /** What must hold at the end beside that. */
  atEnd(): void {
    const { world } = this;
    for (const row of world.ledgerFile.rows) {
      const { fileName, state, code, box, boxName, business, sha256 } = row;
      const withdrawn = world.producers.handedIn.some((one) => one.withdrawn && world.hashOf(one) === sha256);
      if (state === "failed" && !MAY_FAIL.includes(code) && !withdrawn)
        world.fail(`a good document failed: ${fileName} ${code}`);
      if (box === "none") {
        // Its producer has put another one in its place, in OutBox, where a power cut had brought it back to.
        if (code !== "SW-REPLACED" && !withdrawn) world.fail(`${fileName} has no file: ${state} ${code}`);
        continue;
      }
      const node = world.tree.node(`${world.root}/${business}/${box}/${boxName}`);
      // As above: a power cut had taken its last moves back.
      if (!node && withdrawn) continue;
      if (node?.kind !== "file") world.fail(`${fileName} is not where its row says: ${box}/${boxName}`);
    }
    for (const { filed, file, folder } of world.ledgerFile.receipts) {
      if (!filed) world.fail(`a receipt is not filed: ${file}`);
      else if (!world.tree.node(`${world.root}/${folder}/InBox/${file}`)) world.fail(`a receipt has no file: ${file}`);
    }
  }

  private documentOf(data: Buffer): HandedIn | undefined {
    return same(this.world.producers.handedIn, data);
  }
}

function same(all: readonly HandedIn[], data: Buffer): HandedIn | undefined {
  for (const one of all) {
    if (one.data === data || (one.data.length === data.length && one.data.equals(data))) return one;
  }
  return undefined;
}
