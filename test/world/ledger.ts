import { mayBeAnswered } from "../../lib/business/index.js";
import type { MatchedBy } from "../../lib/document.js";
import type { ImportClientError } from "../../lib/errors.js";
import type {
  Box,
  DocumentChange,
  DocumentCount,
  DocumentQuery,
  DocumentRow,
  DocumentState,
  EventNote,
  EventRow,
  Expected,
  FoundPart,
  Ledger,
  LedgerLook,
  NewPart,
  NewReceipt,
  PartKey,
  ReceiptKeys,
  ReceiptPlace,
  ReceiptRow,
  States,
} from "../../lib/ledger/index.js";
import { asClaimed, inTheWayOf, isAlive } from "../../lib/ledger/rules/identity.js";
import type { Owner } from "../../lib/ledger/rules/owner.js";
import { STATES } from "../../lib/ledger/rules/states.js";
import { SimInstances } from "./instances.js";
import { Commits, type LedgerWorld, ledgerFault } from "./ledger-commits.js";
import type { LedgerFile } from "./ledger-file.js";
import { SimParts } from "./ledger-parts.js";
import { answered, counted, queried, sameText } from "./ledger-query.js";
import { SimReceipts } from "./ledger-receipts.js";

type Listener = (row: DocumentRow, note: EventNote) => void;

/**
 * A ledger in memory, as one process has it open. It follows the rules of `lib/ledger/rules` and passes the same tests as the real
 * ones. Writes of one turn are one commit: a process that ends before it leaves none of them.
 */
export class SimLedger implements Ledger {
  readonly instances: SimInstances | undefined;
  readonly pins = { handOver: async () => undefined };
  private readonly parts: SimParts;
  private readonly receipts: SimReceipts;
  private readonly listeners = new Set<Listener>();
  private readonly queue: Commits;
  private fenced: { fact: string; value: string } | undefined;
  private closed = false;

  constructor(
    readonly file: LedgerFile,
    private readonly world: LedgerWorld,
  ) {
    file.exists = true;
    this.queue = new Commits(file, world, () => this.isFenced);
    this.parts = new SimParts(file);
    this.receipts = new SimReceipts(
      file,
      this.parts,
      () => world.now(),
      () => this.me,
    );
    const { shared } = world;
    this.instances =
      shared &&
      new SimInstances(file, shared, {
        read: (job) => this.read(job),
        write: (job) => this.write(job),
        tell: (row, note) => this.tell(row, note),
      });
  }

  async claim(
    row: DocumentRow,
    options: { note?: EventNote; sameKey?: boolean; parts?: readonly NewPart[] } = {},
  ): Promise<DocumentRow | undefined> {
    const note = options.note ?? { event: "claimed" };
    const sameKey = options.sameKey ?? false;
    const earlier = await this.write(() => {
      const found = inTheWayOf(row, this.file.newest(isAlive, Number.POSITIVE_INFINITY), sameKey);
      this.file.enter(asClaimed(row, found), this.world.now(), this.me);
      if (options.parts) this.parts.enter(row.id, options.parts);
      this.file.event(row.id, note, this.world.now());
      return found;
    });
    this.tell(row, note);
    return earlier;
  }

  async enter(row: DocumentRow, note: EventNote): Promise<void> {
    await this.write(() => {
      this.file.enter(row, this.world.now(), this.me);
      this.file.event(row.id, note, this.world.now());
    });
    this.tell(row, note);
  }

  async transition(
    id: string,
    step: { from: readonly DocumentState[]; to: DocumentState; owner?: Owner },
    change: DocumentChange,
    note: EventNote,
  ): Promise<DocumentRow> {
    const row = await this.write(() => this.file.change(id, { ...step, me: this.me }, change, note, this.world.now()));
    this.tell(row, note);
    return row;
  }

  async update(id: string, change: DocumentChange, note?: EventNote, whileIn?: States): Promise<DocumentRow> {
    const row = await this.write(() =>
      this.file.change(id, { me: this.me, from: whileIn }, change, note, this.world.now()),
    );
    if (note) this.tell(row, note);
    return row;
  }

  async withdraw(id: string): Promise<void> {
    await this.write(() => {
      const row = this.file.row(id);
      const never = row?.state === "claimed" && row.sendingAt === 0 && row.sentAt === 0;
      if (never && this.owns(row)) this.file.remove(row);
    });
  }

  async openAt(business: string, box: Box, boxName: string): Promise<DocumentRow | undefined> {
    const isIt = (row: DocumentRow) =>
      !row.settled && row.boxName === boxName && row.box === box && sameText(row.business, business);
    return this.read(() => this.file.rows.find(isIt));
  }

  owns({ owner }: Pick<DocumentRow, "owner">): boolean {
    return this.me === undefined || owner === this.me;
  }

  get(id: string): Promise<DocumentRow | undefined> {
    return this.read(() => this.file.row(id));
  }

  unsettled(page?: { after: string; limit: number }): Promise<DocumentRow[]> {
    return this.read(() => {
      const open = this.file.rows.filter((row) => !row.settled && this.owns(row) && (!page || row.id > page.after));
      return page ? open.slice(0, page.limit) : open;
    });
  }

  waitingClaims(limit: number): Promise<DocumentRow[]> {
    const waits = (row: DocumentRow) =>
      !row.settled &&
      this.owns(row) &&
      row.state === "claimed" &&
      row.box === "TempBox" &&
      row.retryAt === 0 &&
      row.wire === "";
    return this.read(() => this.file.rows.filter(waits).slice(0, limit));
  }

  query(query: DocumentQuery): Promise<DocumentRow[]> {
    return this.read(() => queried(this.file, query));
  }

  count(query: DocumentQuery): Promise<DocumentCount[]> {
    return this.read(() => counted(this.file, query));
  }

  bySha256(sha256: string): Promise<DocumentRow[]> {
    return this.read(() => this.file.newest((row) => row.sha256 === sha256));
  }

  byClientKey(business: string, type: string, key: string): Promise<DocumentRow[]> {
    const isIt = (row: DocumentRow) => row.clientKey === key && row.messageType === type;
    const found = () => this.file.newest((row) => key !== "" && isIt(row) && sameText(row.business, business));
    return this.read(found);
  }

  byPartKeys(keys: readonly PartKey[], answers: readonly string[]): Promise<FoundPart[]> {
    return this.read(() =>
      keys.flatMap((named) =>
        this.parts.documentsWith(named).flatMap((id) => {
          const row = this.file.row(id);
          return row && mayBeAnswered(row.messageType, answers)
            ? [{ ...named, row, part: this.parts.named(row, [named]) }]
            : [];
        }),
      ),
    );
  }

  byReceiptKeys(keys: ReceiptKeys): Promise<DocumentRow[]> {
    return this.read(() => answered(this.file, keys));
  }

  byFileName(fileName: string): Promise<DocumentRow[]> {
    return this.read(() => this.file.newest((row) => sameText(row.fileName, fileName)));
  }

  async addReceipt(
    receipt: NewReceipt,
    expected?: Expected,
  ): Promise<{ duplicate: boolean; receipt: ReceiptRow; document: DocumentRow | undefined }> {
    const { duplicate, receipt: stored, effect } = await this.write(() => this.receipts.add(receipt, expected));
    if (effect) this.tell(effect.row, effect.note);
    return { duplicate, receipt: stored, document: effect?.row };
  }

  knowsReceipt(sha256: string, besides?: string): Promise<boolean> {
    const isIt = (receipt: ReceiptRow) =>
      receipt.sha256 === sha256 &&
      (besides === undefined || (receipt.documentId !== null && receipt.documentId !== besides));
    return this.read(() => this.file.receipts.some(isIt));
  }

  async markFiled(receiptId: number, place?: ReceiptPlace): Promise<void> {
    await this.write(() => this.file.changeReceipt(receiptId, { filed: true, ...place }));
  }

  orphans({ clientKey, seqNo, customsNo }: ReceiptKeys, ofDocument?: string): Promise<ReceiptRow[]> {
    const keys = [clientKey, seqNo, customsNo].filter((key) => key !== "");
    return this.read(() => this.receipts.orphans(keys, ofDocument));
  }

  async adopt(
    receiptId: number,
    documentId: string,
    found: { matchedBy: MatchedBy; place?: ReceiptPlace },
  ): Promise<boolean> {
    const effect = await this.write(() => this.receipts.adopt(receiptId, documentId, found));
    if (effect) this.tell(effect.row, effect.note);
    return effect !== undefined;
  }

  story(id: string): ReturnType<Ledger["story"]> {
    return this.read(() => {
      const document = this.file.row(id);
      if (!document) return undefined;
      const events = this.file.events.filter(({ documentId }) => documentId === id);
      const receipts = this.file.receipts.filter(({ documentId }) => documentId === id);
      return { document, parts: this.parts.of(document), events, receipts };
    });
  }

  eventsAfter(id: number, limit: number): Promise<EventRow[]> {
    return this.read(() => this.file.events.filter((event) => event.id > id).slice(0, limit));
  }

  lastEventBefore(at: number): Promise<number> {
    return this.read(() => this.file.events.findLast((event) => event.at < at)?.id ?? 0);
  }

  async hasEventAfter(documentId: string, id: number, events: readonly string[]): Promise<boolean> {
    return ((await this.lastEventOf(documentId, events))?.id ?? 0) > id;
  }

  lastEventOf(id: string, events: readonly string[]): Promise<EventRow | undefined> {
    return this.read(() => this.file.events.findLast((one) => one.documentId === id && events.includes(one.event)));
  }

  async recordOverdue(event: EventRow, missing: string, cursor: string): Promise<void> {
    const note: EventNote = { event: "overdue", text: missing };
    const told = ({ documentId, id, event: name, text }: EventRow) =>
      documentId === event.documentId && id > event.id && name === "overdue" && text === missing;
    const row = await this.write(() => {
      this.file.setFact(cursor, String(event.id));
      if (this.file.events.some(told)) return undefined;
      this.file.event(event.documentId, note, this.world.now());
      return this.file.row(event.documentId);
    });
    if (row) this.tell(row, note);
  }

  keptFiles(states: readonly DocumentState[], before: number, limit: number): Promise<DocumentRow[]> {
    return this.read(() => states.flatMap((state) => this.kept(state, before)).slice(0, limit));
  }

  keptAfter(
    state: DocumentState,
    { updatedAt, id }: Pick<DocumentRow, "updatedAt" | "id">,
    limit: number,
  ): Promise<DocumentRow[]> {
    const isBehind = (row: DocumentRow) => row.updatedAt > updatedAt || (row.updatedAt === updatedAt && row.id > id);
    return this.read(() => this.kept(state, Number.POSITIVE_INFINITY).filter(isBehind).slice(0, limit));
  }

  counts(): Promise<Record<DocumentState, number>> {
    return this.read(() => {
      const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<DocumentState, number>;
      for (const { state } of this.file.rows) counts[state]++;
      return counts;
    });
  }

  fact(name: string): Promise<string | undefined> {
    return this.read(() => this.file.facts.get(name));
  }

  async setFact(name: string, value: string): Promise<void> {
    await this.write(() => this.file.setFact(name, value));
  }

  place(): Promise<number> {
    return this.read(() => this.file.place);
  }

  onCommit(listener: (place: number) => void): () => void {
    return this.queue.onCommit(listener);
  }

  onRefused(listener: (fault: ImportClientError) => void): () => void {
    return this.queue.onRefused(listener);
  }

  async fence(fact: string, value: string): Promise<void> {
    this.unfence();
    await this.setFact(fact, value);
    this.fenced = { fact, value };
  }

  unfence(): void {
    this.fenced = undefined;
  }

  look(): LedgerLook {
    return "sound";
  }

  trouble(): undefined {}

  expects(): void {}

  async stamp(mark: number): Promise<void> {
    this.file.mark = mark;
  }

  async reopen(): Promise<void> {
    await this.queue.drained();
    this.closed = false;
  }

  async replace(): Promise<void> {}

  async mend(): Promise<string> {
    return "";
  }

  onChange(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.queue.drained();
    this.closed = true;
  }

  private kept(state: DocumentState, before: number): DocumentRow[] {
    return this.file.rows
      .filter((row) => row.settled && row.box !== "none" && row.state === state && row.updatedAt < before)
      .sort((one, other) => one.updatedAt - other.updatedAt || (one.id < other.id ? -1 : 1));
  }

  private get isFenced(): boolean {
    const { fenced, file, instances } = this;
    return (fenced && file.facts.get(fenced.fact) !== fenced.value) || instances?.isOver || false;
  }

  private get me(): string | undefined {
    return this.instances?.me?.id;
  }

  private async read<T>(job: () => T): Promise<T> {
    this.assertOpen();
    return this.world.read(job);
  }

  private async write<T>(job: () => T): Promise<T> {
    this.assertOpen();
    return this.queue.run(job);
  }

  private assertOpen(): void {
    if (this.closed) throw ledgerFault("台账已关闭", "the ledger is closed", "unusable");
  }

  private tell(row: DocumentRow, note: EventNote): void {
    for (const listener of this.listeners) listener(row, note);
  }
}
