import { Attachments, type FoundPdf, fitsIntoZip } from "../boxes/attachments.js";
import { type Oddity, OutBox } from "../boxes/out-box.js";
import { duplicateOf } from "../boxes/settle.js";
import { dec } from "../business/dec.js";
import { isPdfName } from "../business/edocs.js";
import { businessOfFolder } from "../business/index.js";
import type { ImportClient } from "../client/import-client.js";
import { ledgerFilesIn } from "../client/own-places.js";
import { SHOWN, type WaitingFile } from "../client/waiting-files.js";
import type { Fault } from "../errors.js";
import type { Incomplete } from "../files/complete.js";
import type { BusinessFolder } from "../files/folders.js";
import type { DocumentRow } from "../ledger/index.js";
import { incomplete } from "./incomplete.js";
import { LOOSE_PDF, PDFS_TOO_LARGE, tooLarge } from "./notices.js";

export interface WatchedBoxSettings {
  /** The node's id; claims are counted by it. */
  owner: string;
  /** Claims that may be out at once. */
  maxInFlight: number;
  /** Milliseconds without a change after which an unfinished file is refused. */
  incompleteAfter: number;
  /** Milliseconds that a bare 报关单 waits for the PDFs it names, and a PDF for its 报关单; 0 = PDFs are not gathered. */
  pdfWait: number;
  /** Most bytes that a file may have. */
  mostBytes: number;
  /** A second folder where these PDFs are looked for, besides the OutBox; nothing is removed from it. */
  pdfFolder?: string | undefined;
  /** Is this file another program's to take, since before ours was to take any (`switch-over.ts`)? */
  isLeft?: (folder: BusinessFolder, name: string) => boolean;
}

/** A claim that a message is to carry. */
export interface GivenClaim {
  row: DocumentRow;
  payload: Buffer;
  /** Nobody carries it after all. */
  release(): void;
}

/** Ready files of one scan: at the pace of a quick card they last until the next one. */
const ENOUGH = 200;

/** One OutBox under watch: what is ready in it, and how its files are claimed. */
export class WatchedBox {
  readonly outBox: OutBox;
  /** Names that can be claimed, in the order in which they were first seen. */
  ready: string[] = [];
  /** Milliseconds that the last reading of its names took. */
  listing = 0;
  /** Only for folders whose documents have PDFs. */
  private readonly attachments: Attachments | undefined;
  private unwatch: (() => void) | undefined;
  /** A ledger that links lead into the box: never claimed. */
  private isOwn: (name: string) => boolean = () => false;
  /** What was seen here before this start has been asked for. */
  private asked = false;

  constructor(
    private readonly client: ImportClient,
    readonly folder: BusinessFolder,
    private readonly settings: WatchedBoxSettings,
    private readonly changed: () => void,
  ) {
    const { incompleteAfter, pdfWait, pdfFolder, mostBytes, maxInFlight } = settings;
    const gathers = pdfWait > 0 && businessOfFolder(folder.code) === dec;
    this.attachments = gathers ? new Attachments(client, { wait: pdfWait, mostBytes, folder: pdfFolder }) : undefined;
    const holds = (name: string) =>
      this.isOwn(name) || settings.isLeft?.(folder, name) === true || this.attachments?.holds(name) === true;
    const onDoubt = (doubted: boolean) => {
      client.ledger.setFact(this.fact, doubted ? "1" : "").catch((error) => client.reports.fault(error));
    };
    this.outBox = new OutBox(folder, client, {
      incompleteAfter,
      holds,
      onDoubt,
      enough: Math.max(ENOUGH, 2 * maxInFlight),
    });
  }

  /** Under this name the ledger keeps that a producer of the folder writes whole files again. */
  private get fact(): string {
    return `rewritten ${this.folder.code.toLowerCase()}`;
  }

  /** Documents that wait for their PDFs. */
  get withoutPdfs(): number {
    return this.attachments?.held ?? 0;
  }

  /** The first so many files of it that wait for their PDFs, or are not finished. */
  waiting(most: number): WaitingFile[] {
    const now = this.client.clock.now();
    const at = (name: string) => `${this.folder.code}/${name}`;
    const held = this.attachments?.heldFiles(most, SHOWN.missing) ?? [];
    return [
      ...held.map(({ name, missing, left }) => ({
        file: at(name),
        reason: "pdfs" as const,
        missing,
        until: now + left,
      })),
      ...this.outBox.unfinished
        .slice(0, most)
        .map(({ name, why, left }) => ({ file: at(name), reason: why, missing: [], until: now + left })),
    ].slice(0, most);
  }

  /** Milliseconds until files can be claimed that are proved to be finished; undefined when there are none. */
  get readyIn(): number | undefined {
    return this.outBox.readyIn;
  }

  /** Looks at the files, and at the folder's names first when `list` says so. Rejects with what the file system says. */
  async scan(list: boolean): Promise<Oddity[]> {
    const { outBox, attachments } = this;
    const { clock } = this.client;
    try {
      const { disk } = this.client.files;
      const path = this.folder.box("OutBox");
      this.unwatch ??= disk.watch(path, this.changed);
      if (!this.asked && (await this.client.ledger.fact(this.fact))) outBox.doubt();
      this.asked = true;
      if (list) this.isOwn = ledgerFilesIn(path, this.client.settings.ledger, disk);
      const start = clock.monotonic();
      const odd = list ? await outBox.list() : [];
      if (list) this.listing = clock.monotonic() - start;
      await attachments?.review(outBox, list);
      const { names, oddities } = await outBox.ready();
      this.ready = (await attachments?.sift(outBox, names)) ?? names;
      return [...odd, ...oddities];
    } catch (error) {
      // A share that went away: what watched it is dead, the next scan makes it anew.
      this.close();
      throw error;
    }
  }

  /** Claims a file that is ready. Resolves to undefined when it has gone or changed, and when its claim has ended already. */
  async claim(name: string): Promise<GivenClaim | undefined> {
    const { outBox, attachments, client } = this;
    try {
      if (attachments && !(await this.mayGo(name, attachments))) return undefined;
      const pdfs = attachments?.foundFor(name) ?? [];
      const stays = (pdf: FoundPdf) => attachments?.isShared(pdf, name) === true;
      const fits = fitsIntoZip(pdfs);
      const gathering = pdfs.length > 0 && fits ? { pdfs, stays } : undefined;
      const { mostBytes, owner } = this.settings;
      const claiming = client.claims.begin(owner, outBox, name, { gathering, bytes: this.bytesOf(name), mostBytes });
      // At once: the next document that names the same PDF may take it with it.
      attachments?.forget(name);
      const claimed = await claiming;
      if (!claimed) return undefined;
      const { row, payload, repeats, release } = claimed;
      const refusal = repeats ? duplicateOf(repeats, row) : this.refusalOf(name, fits);
      if (payload && !refusal) return { row, payload, release };
      await client.claims.end(row.id, "failed", refusal ?? tooLarge(row.size, mostBytes), 0);
      return undefined;
    } catch (error) {
      outBox.postpone(name);
      throw error;
    }
  }

  /** Is it known what a document announces, and is it there? One that was claimed without its PDFs and given back makes way for it. */
  private async mayGo(name: string, attachments: Attachments): Promise<boolean> {
    const { outBox, folder, client } = this;
    await attachments.read(outBox, name);
    if (attachments.holds(name)) return false;
    if (attachments.foundFor(name).length === 0 || (await client.claims.makesWay(folder, name))) return true;
    outBox.forget(name);
    return false;
  }

  /** Bytes that are in memory while the file is on its way, its PDFs with it; none for one that is too large to be read. */
  bytesOf(name: string): number {
    const { size } = this.outBox.snapshotOf(name) ?? { size: 0 };
    if (size > this.settings.mostBytes) return 0;
    return (this.attachments?.foundFor(name) ?? []).reduce((sum, { snapshot }) => sum + snapshot.size, size);
  }

  /** Claims a file that does not get complete, to end it with a receipt that says so. */
  async refuseIncomplete(name: string, why: Incomplete): Promise<void> {
    const { owner, mostBytes } = this.settings;
    const claimed = await this.client.claims.begin(owner, this.outBox, name, { mostBytes });
    if (claimed) await this.client.claims.end(claimed.row.id, "failed", incomplete(why), 0);
  }

  /** Until it is scanned again nothing in it is ready. */
  close(): void {
    this.ready = [];
    this.unwatch?.();
    this.unwatch = undefined;
  }

  private refusalOf(name: string, fits: boolean): Fault | undefined {
    if (!fits) return PDFS_TOO_LARGE;
    return this.attachments && isPdfName(name) ? LOOSE_PDF : undefined;
  }
}
