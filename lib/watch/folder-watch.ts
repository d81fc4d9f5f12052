import { Attachments, type FoundPdf, fitsIntoZip } from "../boxes/attachments.js";
import { readTempBox } from "../boxes/claim.js";
import { completeGathering } from "../boxes/gather.js";
import { type Oddity, OutBox } from "../boxes/out-box.js";
import { duplicateOf } from "../boxes/settle.js";
import { dec } from "../business/dec.js";
import { isPdfName } from "../business/edocs.js";
import { businessOfFolder } from "../business/index.js";
import type { ImportClient } from "../client/import-client.js";
import { type Bilingual, codeOf, type Fault, ImportClientError, messageOf } from "../errors.js";
import type { BusinessFolder } from "../files/folders.js";
import type { DocumentRow } from "../ledger/index.js";
import { Turn } from "../turn.js";

export interface FolderWatchSettings {
  /** The node's id; claims are counted by it. */
  owner: string;
  /** Folder codes; empty = every folder below the root that has an OutBox. */
  businesses: readonly string[];
  /** Milliseconds between scans. */
  interval: number;
  maxInFlight: number;
  /** Milliseconds without a change after which an unfinished file is refused. */
  incompleteAfter: number;
  /** Make missing boxes of the named businesses. */
  createBoxes: boolean;
  /** Milliseconds that a bare 报关单 waits for the PDFs it names, and a PDF for its 报关单; 0 = PDFs are not gathered. */
  pdfWait: number;
  /** A second folder where these PDFs are looked for, besides the OutBox; nothing is removed from it. */
  pdfFolder?: string | undefined;
}

export interface FolderWatchEvents {
  onClaim(row: DocumentRow, payload: Buffer): void;
  /** Something lies in an OutBox that is not taken, or a folder cannot be read. Each once. */
  onNotice(error: ImportClientError): void;
  /** After each round: claims of this node that are out, files that wait, documents that wait for their PDFs. */
  onRound(inFlight: number, waiting: number, withoutPdfs: number): void;
}

interface WatchedBox {
  outBox: OutBox;
  ready: string[];
  /** Ends the watching of it. */
  unwatch: (() => void) | undefined;
  /** Only for folders whose documents have PDFs. */
  attachments: Attachments | undefined;
}

/** Shortest time between two scans, also the shortest stillness of a file, in milliseconds. */
const SHORTEST = 200;

/**
 * Claims the finished files of several OutBoxes, oldest first, at most `maxInFlight` at a time. Scanning on a timer is
 * the truth; watching the folders and ended claims only wake it (promises 2).
 */
export class FolderWatch {
  private readonly boxes = new Map<string, WatchedBox>();
  private cancel: (() => void) | undefined;
  private lastScan = Number.NEGATIVE_INFINITY;
  private lastList = Number.NEGATIVE_INFINITY;
  /** How long the last reading of names took, in milliseconds. */
  private listing = 0;
  /** A watcher has seen something since. */
  private changed = false;
  private working: Promise<void> | undefined;
  private again: "scan" | "fill" | undefined;
  private stopped = false;
  private readonly reported = new Set<string>();
  private readonly onFree = () => this.wake("fill");

  constructor(
    private readonly client: ImportClient,
    private readonly settings: FolderWatchSettings,
    private readonly events: FolderWatchEvents,
  ) {}

  start(): void {
    this.client.claims.inFlight.on("free", this.onFree);
    this.wake("scan");
  }

  /** Ends the watching and gives back the claims that are out: their rows stay open. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
    this.client.claims.inFlight.off("free", this.onFree);
    for (const { unwatch } of this.boxes.values()) unwatch?.();
    await this.working;
    this.client.claims.inFlight.releaseOwner(this.settings.owner);
  }

  private wake(what: "scan" | "fill"): void {
    if (this.stopped) return;
    if (this.working) {
      if (this.again !== "scan") this.again = what;
      return;
    }
    if (what === "scan" && this.client.clock.monotonic() - this.lastScan < SHORTEST) {
      this.next("scan");
      return;
    }
    this.working = this.round(what)
      .catch((error) => this.notice("round", error))
      .finally(() => {
        this.working = undefined;
        const again = this.again;
        this.again = undefined;
        this.next(again);
      });
  }

  /** When to look again: at once when something woke us meanwhile, soon when files still have to prove their stillness. */
  private next(again: "scan" | "fill" | undefined): void {
    if (this.stopped) return;
    if (again === "fill" && this.hasReady()) {
      this.wake("fill");
      return;
    }
    const since = this.client.clock.monotonic() - this.lastScan;
    const room = this.client.claims.inFlight.count(this.settings.owner) < this.settings.maxInFlight;
    const soon = again === "scan" || (room && !this.hasReady() && this.waiting() > 0);
    const pause = Math.max(0, (soon ? SHORTEST : this.settings.interval) - since);
    this.cancel?.();
    this.cancel = this.client.clock.after(pause, () => this.wake("scan"));
  }

  private async round(what: "scan" | "fill"): Promise<void> {
    // Nothing is given out while another process may have the root, or root or ledger are away: that is told by the client.
    if (this.client.lease.fault) return;
    if (what === "scan") {
      this.lastScan = this.client.clock.monotonic();
      // Files that have to prove their stillness are looked at often, the names of all are read only now and then.
      const list = this.changed || this.lastScan - this.lastList >= Math.max(this.settings.interval, this.listing * 10);
      if (list) {
        this.changed = false;
        this.lastList = this.lastScan;
        await this.giveOutOpenClaims();
      }
      for (const folder of this.folders()) await this.scan(folder, list);
      if (list) this.listing = this.client.clock.monotonic() - this.lastScan;
    }
    await this.fill();
    this.events.onRound(this.client.claims.inFlight.count(this.settings.owner), this.waiting(), this.withoutPdfs());
  }

  private folders(): BusinessFolder[] {
    const { folders } = this.client;
    if (this.settings.businesses.length === 0) return folders.withOutBox();
    return this.settings.businesses
      .filter((code) => this.settings.createBoxes || folders.exists(code))
      .map((code) => folders.of(code));
  }

  private async scan(folder: BusinessFolder, list: boolean): Promise<void> {
    let box = this.boxes.get(folder.code);
    try {
      if (!box) {
        folder.make();
        box = this.open(folder);
        this.boxes.set(folder.code, box);
      }
      box.unwatch ??= this.watch(folder);
      const odd = list ? await box.outBox.list() : [];
      await box.attachments?.review(box.outBox);
      const { names, oddities } = await box.outBox.ready();
      box.ready = (await box.attachments?.sift(box.outBox, names)) ?? names;
      this.reported.delete(folder.code);
      for (const oddity of [...odd, ...oddities]) await this.refuse(box.outBox, oddity);
    } catch (error) {
      // A share that went away: its watcher is dead with it, and the next scan looks again.
      box?.unwatch?.();
      if (box) box.unwatch = undefined;
      this.notice(folder.code, error);
    }
  }

  private open(folder: BusinessFolder): WatchedBox {
    const { incompleteAfter, pdfWait, pdfFolder } = this.settings;
    const gathers = pdfWait > 0 && businessOfFolder(folder.code) === dec;
    const attachments = gathers ? new Attachments(this.client, { wait: pdfWait, folder: pdfFolder }) : undefined;
    const outBox = new OutBox(folder, this.client, {
      incompleteAfter,
      ...(attachments && { holds: attachments.holds }),
    });
    return { outBox, attachments, ready: [], unwatch: undefined };
  }

  private watch(folder: BusinessFolder): (() => void) | undefined {
    return this.client.files.disk.watch(folder.box("OutBox"), () => {
      this.changed = true;
      this.wake("scan");
    });
  }

  /** Claims while there is room, one file of each folder in turn. */
  private async fill(): Promise<void> {
    const { inFlight } = this.client.claims;
    const { owner, maxInFlight } = this.settings;
    const work: Promise<void>[] = [];
    let room = maxInFlight - inFlight.count(owner);
    const turn = new Turn(this.client.clock);
    while (room > 0 && this.hasReady() && !this.stopped) {
      await turn.over();
      for (const box of this.boxes.values()) {
        const name = room > 0 ? box.ready.shift() : undefined;
        if (name === undefined) continue;
        room--;
        work.push(this.claim(box, name));
      }
    }
    await Promise.all(work);
  }

  private async claim(box: WatchedBox, name: string): Promise<void> {
    const { outBox, attachments } = box;
    try {
      const pdfs = attachments?.foundFor(name) ?? [];
      const stays = (pdf: FoundPdf) => attachments?.isShared(pdf, name) === true;
      const fits = fitsIntoZip(pdfs);
      const gathering = pdfs.length > 0 && fits ? { pdfs, stays } : undefined;
      const claiming = this.client.claims.begin(this.settings.owner, outBox, name, gathering);
      // At once: the next document that names the same PDF may take it with it.
      attachments?.forget(name);
      const claimed = await claiming;
      if (!claimed) return;
      const { row, payload, repeats } = claimed;
      const failure = repeats
        ? duplicateOf(repeats)
        : !fits
          ? PDFS_TOO_LARGE
          : attachments && isPdfName(name)
            ? LOOSE_PDF
            : undefined;
      if (failure) await this.client.claims.fail(row.id, failure);
      else if (this.stopped) claimed.release();
      else this.events.onClaim(row, payload);
    } catch (error) {
      outBox.postpone(name);
      this.notice(`${outBox.folder.code}/${name}`, error);
    }
  }

  /** Open claims that no message carries: after a start, or given back by a node that stopped. */
  private async giveOutOpenClaims(): Promise<void> {
    const { claims, ledger } = this.client;
    const { inFlight } = claims;
    const codes = this.settings.businesses.map((code) => code.toLowerCase());
    for (const row of await ledger.unsettled()) {
      if (inFlight.count(this.settings.owner) >= this.settings.maxInFlight || this.stopped) return;
      if (row.state !== "claimed" || row.box !== "TempBox" || row.retryAt > 0 || inFlight.has(row.id)) continue;
      if (codes.length > 0 && !codes.includes(row.business.toLowerCase())) continue;
      const payload = readTempBox(this.client, row);
      if (!payload) {
        completeGathering(this.client, row);
        continue;
      }
      inFlight.take(row.id, this.settings.owner);
      this.events.onClaim(row, payload);
    }
  }

  private async refuse(outBox: OutBox, oddity: Oddity): Promise<void> {
    const where = `${outBox.folder.code}/OutBox/${oddity.name}`;
    if (oddity.reason === "incomplete") {
      const claimed = await this.client.claims.begin(this.settings.owner, outBox, oddity.name);
      if (claimed) await this.client.claims.fail(claimed.row.id, INCOMPLETE);
      return;
    }
    this.events.onNotice(
      new ImportClientError(
        oddity.reason === "unreadable" ? "SW-BUSY" : "SW-OUTBOX",
        { zh: `${where}：${ODD[oddity.reason].zh}`, en: `${where}: ${ODD[oddity.reason].en}` },
        { details: { ...oddity } },
      ),
    );
  }

  /** Tells a fault of one place once, until the place is well again. */
  private notice(place: string, error: unknown): void {
    const code = codeOf(error) ?? "SW-OUTBOX";
    if (this.reported.has(place) && code !== "SW-LEDGER") return;
    if (this.reported.size > 1000) this.reported.clear();
    this.reported.add(place);
    this.events.onNotice(
      error instanceof ImportClientError
        ? error
        : new ImportClientError(
            code,
            { zh: `${place}：${messageOf(error)}`, en: `${place}: ${messageOf(error)}` },
            { cause: error },
          ),
    );
  }

  private withoutPdfs(): number {
    let held = 0;
    for (const { attachments } of this.boxes.values()) held += attachments?.held ?? 0;
    return held;
  }

  private hasReady(): boolean {
    for (const { ready } of this.boxes.values()) if (ready.length > 0) return true;
    return false;
  }

  private waiting(): number {
    let waiting = 0;
    for (const { outBox } of this.boxes.values()) waiting += outBox.size;
    return waiting;
  }
}

const ODD: Record<Exclude<Oddity["reason"], "incomplete">, Bilingual> = {
  folder: { zh: "子文件夹不会发送，请移走", en: "a sub-folder is not sent, move it away" },
  symlink: { zh: "符号链接不会发送，请移走", en: "a symbolic link is not sent, move it away" },
  unreadable: { zh: "文件一直被占用或无权读取", en: "the file stays locked or may not be read" },
};

/** Faq 15: a PDF leaves the OutBox with a reason too. */
const LOOSE_PDF: Fault = {
  code: "SW-RULE-pdf-without-edoc",
  text: {
    zh: "没有任何报关单的 EdocRealation 引用此 PDF",
    en: "no customs declaration's EdocRealation names this PDF",
  },
  advice: {
    zh: "请让报文的 EdocID 与 PDF 文件名一致，并与 PDF 同时放入 OutBox；或将二者压缩成一个 ZIP。",
    en: "Make EdocID the PDF's file name and hand in both together, in the OutBox or in one flat ZIP.",
  },
};

const PDFS_TOO_LARGE: Fault = {
  code: "SW-ZIP",
  text: {
    zh: "报文引用的 PDF 过多或过大，无法放入一个 ZIP",
    en: "the document's PDFs are too many or too large for one ZIP",
  },
  advice: {
    zh: "每个 PDF 不应超过 4 MB；请压缩或拆分后重新提交。",
    en: "A PDF should have at most 4 MB: compress or split them and hand the document in again.",
  },
};

const INCOMPLETE: Fault = {
  code: "SW-INCOMPLETE",
  text: { zh: "文件一直没有写完（内容不完整）", en: "the file was never finished (its content is incomplete)" },
  advice: {
    zh: "请让 ERP 重新导出；先写成 .tmp，写完再改名，可避免此问题。",
    en: "Export it again; writing to .tmp and renaming when it is done avoids this.",
  },
};
