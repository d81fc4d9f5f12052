import { extname } from "node:path";
import { contentOfBytes } from "../../boxes/content.js";
import type { BoxContext } from "../../boxes/context.js";
import { type ContentFacts, contentFacts, newRow } from "../../boxes/new-row.js";
import { duplicateOf } from "../../boxes/settle.js";
import { enterReceipts } from "../../client/rebuild-receipts.js";
import { withoutStamp } from "../../files/names.js";
import { adoptOrphans } from "../../intake/adopt.js";
import type { DocumentRow } from "../../ledger/index.js";
import { sha256Of } from "../../sha256.js";
import type { Archived } from "./archives.js";
import { type JudgeSettings, judge, type Seen, type Verdict } from "./verdict.js";

/** What the ledger of a shadow holds beside its rows. */
export interface ShadowCounts {
  /** Receipts that were read, and files that could not be. */
  receipts: number;
  unread: number;
  /** Some of the latter. */
  unreadFiles: string[];
  /** Files in SentBox that are, and are not, byte for byte what was handed in. */
  sentAsHandedIn: number;
  sentOtherwise: number;
}

const COUNTS = "shadow-counts";
const MOST_NAMES = 50;

/**
 * What the shadow saw, in a ledger of its own: a row a document, with our verdict in `wire`, its state after what the official client did
 * with it, and its receipts, matched as ours matches them. Called one after the other.
 */
export class ShadowRecord {
  /** Rows of files that lie in an OutBox, by folder and name. */
  private readonly waiting = new Map<string, string>();
  counts: ShadowCounts = { receipts: 0, unread: 0, unreadFiles: [], sentAsHandedIn: 0, sentOtherwise: 0 };

  constructor(
    private readonly context: BoxContext,
    private readonly judging: JudgeSettings,
  ) {}

  async load(): Promise<void> {
    const kept = await this.context.ledger.fact(COUNTS);
    if (kept) this.counts = { ...this.counts, ...(JSON.parse(kept) as Partial<ShadowCounts>) };
  }

  save(): Promise<void> {
    return this.context.ledger.setFact(COUNTS, JSON.stringify(this.counts));
  }

  /** A document in an OutBox is whole: judges it. */
  async inOutBox(seen: Seen): Promise<void> {
    const { ledger } = this.context;
    const same = (await ledger.bySha256(sha256Of(seen.bytes))).find(
      (row) => row.state === "claimed" && isSameFolder(row, seen.folder) && row.fileName === seen.fileName,
    );
    // Seen before this process was started.
    const id = same?.id ?? (await this.enter(seen, { box: "OutBox", boxName: seen.fileName })).id;
    this.waiting.set(keyOf(seen.folder, seen.fileName), id);
  }

  /** It is no longer in the OutBox: the official client has it, or its producer took it back. */
  async taken(folder: string, fileName: string): Promise<void> {
    const { ledger, clock } = this.context;
    const key = keyOf(folder, fileName);
    const id = this.waiting.get(key);
    this.waiting.delete(key);
    const row = id === undefined ? undefined : await ledger.get(id);
    if (row?.state !== "claimed") return;
    await ledger.transition(
      row.id,
      { from: ["claimed"], to: "sending" },
      { sendingAt: clock.now(), box: "TempBox" },
      { event: "sending" },
    );
  }

  /** Its producer wrote it again before anybody took it: the version before was none. */
  async rewritten(folder: string, fileName: string): Promise<void> {
    const { ledger } = this.context;
    const key = keyOf(folder, fileName);
    const id = this.waiting.get(key);
    this.waiting.delete(key);
    const row = id === undefined ? undefined : await ledger.get(id);
    if (row?.state === "claimed") await ledger.withdraw(row.id);
  }

  /**
   * A file has come to SentBox or FailBox: the document that was seen in OutBox, or one that was taken before it could be read.
   * `isInOutBox`: whether a file of a name still lies there. Rejects with what the file system says.
   */
  async archived(
    file: Archived & { box: "SentBox" | "FailBox" },
    isInOutBox: (name: string) => boolean,
  ): Promise<void> {
    const { ledger, files } = this.context;
    const { folder, box, boxName, path, at } = file;
    const { fileName } = withoutStamp(boxName.replace(/^.*\//, ""));
    const rows = (await this.named(fileName)).filter((row) => isSameFolder(row, folder));
    if (rows.some((row) => row.box === box && row.boxName === boxName)) return;
    const bytes = files.disk.read(path);
    const open = rows
      .filter(({ box: at, fileName: name }) => at === "TempBox" || (at === "OutBox" && !isInOutBox(name)))
      .sort((one, other) => (one.id < other.id ? -1 : 1))[0];
    const row = await this.rowOf(
      open,
      { folder, fileName, bytes, at, seenIn: box, pdf: () => undefined },
      { box, boxName },
    );
    const place = { box, boxName, settled: true } as const;
    const change = box === "SentBox" ? { ...place, sendingAt: at, sentAt: at } : { ...place, failedAt: at };
    const to = box === "SentBox" ? "sent" : "failed";
    const note = { event: to, text: `${box}/${boxName}` };
    // Its answer may have been read before.
    if (row.state !== "claimed" && row.state !== "sending") await ledger.update(row.id, change, note);
    else await ledger.transition(row.id, { from: ["claimed", "sending"], to }, change, note);
    await adoptOrphans(this.context, row.id);
  }

  /** A file has come to InBox. Rejects with what the file system says. */
  async receipt({ folder, path, boxName, at }: Archived): Promise<void> {
    const name = boxName.replace(/^.*\//, "");
    const { entered, documents, unread } = await enterReceipts(this.context, {
      folder: { code: folder },
      name,
      path,
      at,
    });
    this.counts.receipts += entered;
    const fact = `unread ${folder}/${boxName}`;
    if (unread.length > 0 && (await this.context.ledger.fact(fact)) === undefined) {
      await this.context.ledger.setFact(fact, unread[0]?.code ?? "");
      this.counts.unread++;
      if (this.counts.unreadFiles.length < MOST_NAMES) this.counts.unreadFiles.push(`${folder}/InBox/${boxName}`);
    }
    for (const id of documents) await adoptOrphans(this.context, id);
  }

  /** The row of a file in an archive: the one that was seen in OutBox, or a new one. */
  private async rowOf(
    open: DocumentRow | undefined,
    seen: Seen,
    place: Pick<DocumentRow, "box" | "boxName">,
  ): Promise<DocumentRow> {
    if (!open) return this.enter(seen, place);
    const isSame = open.sha256 === sha256Of(seen.bytes);
    // Written again between our look and the official client's: what we saw was never sent. With the same number in it, it is what the
    // official client made of it.
    if (!isSame && (await this.factsOf(seen)).clientKey !== open.clientKey) {
      await this.neverWas(open);
      return this.enter(seen, place);
    }
    if (place.box === "SentBox") this.counts[isSame ? "sentAsHandedIn" : "sentOtherwise"]++;
    return open;
  }

  private async neverWas({ id, state }: DocumentRow): Promise<void> {
    const { ledger } = this.context;
    if (state === "sending") {
      await ledger.transition(id, { from: ["sending"], to: "claimed" }, { sendingAt: 0 }, { event: "withdrawn" });
    }
    await ledger.withdraw(id);
  }

  private async enter(seen: Seen, place: Pick<DocumentRow, "box" | "boxName">): Promise<DocumentRow> {
    const { ledger, ids, settings } = this.context;
    const { folder, fileName, at } = seen;
    const facts = await this.factsOf(seen);
    const row = newRow(settings, facts, at, { id: ids.document(at), business: folder, fileName, ...place });
    const earlier = await ledger.claim(row, { sameKey: facts.sameKey, parts: facts.parts });
    const verdict = await judge(seen, this.judging);
    const wire = JSON.stringify(earlier ? repeated(verdict, earlier, row) : verdict);
    return ledger.update(row.id, { wire });
  }

  private async factsOf({ bytes, fileName }: Seen): Promise<ContentFacts> {
    return contentFacts(await contentOfBytes(bytes, this.context.clock), fileName);
  }

  /** Rows by the name that a document was handed in with; the official client may have packed it meanwhile. */
  private async named(fileName: string): Promise<DocumentRow[]> {
    const rows: DocumentRow[] = [];
    for (const name of sentNames(fileName)) rows.push(...(await this.context.ledger.byFileName(name)));
    return rows;
  }
}

/** What the file in an archive may have been called in OutBox: without its stamp, and packed meanwhile or not. */
export function sentNames(boxName: string): string[] {
  const { fileName } = withoutStamp(boxName.slice(boxName.lastIndexOf("/") + 1));
  const base = fileName.slice(0, fileName.length - extname(fileName).length);
  return [...new Set([fileName, `${base}.xml`, `${base}.zip`])];
}

/** Ours would have taken it for the same document, before it looked any further. */
function repeated(verdict: Verdict, earlier: DocumentRow, row: DocumentRow): Verdict {
  const { code, text, advice } = duplicateOf(earlier, row);
  return { ...verdict, outcome: "repeated", code, text, ...(advice && { advice }) };
}

const keyOf = (folder: string, fileName: string) => `${folder.toLowerCase()}/${fileName}`;
const isSameFolder = (row: DocumentRow, folder: string) => row.business.toLowerCase() === folder.toLowerCase();
