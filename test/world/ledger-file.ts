import { ImportClientError } from "../../lib/errors.js";
import type {
  DocumentChange,
  DocumentPart,
  DocumentRow,
  DocumentState,
  EventNote,
  EventRow,
  PartKey,
  ReceiptRow,
  States,
} from "../../lib/ledger/index.js";
import { earlierNumbers, WHOLE } from "../../lib/ledger/rules/earlier-numbers.js";
import { isWorkOnClaim } from "../../lib/ledger/rules/ended.js";
import { assertOwner, type Owner } from "../../lib/ledger/rules/owner.js";
import { changedAt } from "../../lib/ledger/rules/retry.js";
import { assertMayFollow, assertStillIn } from "../../lib/ledger/rules/states.js";
import { assertOurs, freeNames, type InstanceRow, keepNames, takeName } from "./instances.js";

/** A key of a part of a document. */
export interface NamedPart extends PartKey {
  number: number;
}

/** Who changes a document, where several share the ledger. */
export interface Change {
  from?: States | undefined;
  to?: DocumentState | undefined;
  owner?: Owner;
  me?: string | undefined;
  /** Also another's, in this state. */
  takes?: DocumentState;
  /** A receipt: whoever gets it stores it, whoever works on its document. */
  anyones?: boolean;
}

/** Which steps a change may take; a test takes the comparison away to see that it is missed. */
export interface LedgerRules {
  compares: boolean;
  /** A change of another's open document is refused. */
  owners: boolean;
}

/** What a ledger holds, whoever has it open. Its rows are never changed, only replaced, so that whoever reads may keep them. */
export class LedgerFile {
  /** In the order of their ids. */
  rows: DocumentRow[] = [];
  readonly events: EventRow[] = [];
  readonly receipts: ReceiptRow[] = [];
  readonly facts = new Map<string, string>();
  readonly parts = new Map<string, DocumentPart[]>();
  readonly keys = new Map<string, NamedPart[]>();
  readonly instances: InstanceRow[] = [];
  /** Names in an OutBox, by folder, that are a document's. */
  readonly names = new Map<string, string>();
  mark: number | undefined;
  exists = false;
  /** Undoes what the job has written that runs now. */
  private undo: (() => void)[] = [];

  constructor(
    readonly rules: LedgerRules = { compares: true, owners: true },
    /** Hears of each change of a document that was committed: what it was, and what it is; or that it is undone. */
    readonly onChange: (
      before: DocumentRow | undefined,
      after: DocumentRow | undefined,
      undone: boolean,
    ) => void = () => {},
  ) {}

  /** Runs a job; what it wrote is undone when it fails. */
  run<T>(job: () => T): T {
    this.undo = [];
    try {
      return job();
    } catch (error) {
      for (const undo of this.undo.reverse()) undo();
      throw error;
    } finally {
      this.undo = [];
    }
  }

  row(id: string): DocumentRow | undefined {
    const { rows } = this;
    for (let at = rows.length - 1; at >= 0; at--) if (rows[at]?.id === id) return rows[at];
    return undefined;
  }

  /** Newest first. */
  newest(wanted: (row: DocumentRow) => boolean, limit = 100): DocumentRow[] {
    const found: DocumentRow[] = [];
    for (let at = this.rows.length - 1; at >= 0 && found.length < limit; at--) {
      const row = this.rows[at] as DocumentRow;
      if (wanted(row)) found.push(row);
    }
    return found;
  }

  enter(row: DocumentRow, now: number, me?: string): void {
    if (this.row(row.id)) throw new Error(`UNIQUE constraint failed: documents.id ${row.id}`);
    this.replaced(undefined, { ...row, updatedAt: now, ...(me !== undefined && { owner: me, epoch: 1 }) });
    if (me !== undefined && row.state === "claimed" && !row.settled) takeName(this, row, row.fileName, me);
  }

  remove(row: DocumentRow): void {
    this.replaced(row, undefined);
    freeNames(this, row.id);
    const before = [...this.events];
    // The newest one stays, so that the ledger's place only grows.
    const left = before.filter(({ documentId }, at) => documentId !== row.id || at === before.length - 1);
    this.events.splice(0, before.length, ...left);
    this.undo.push(() => this.events.splice(0, this.events.length, ...before));
  }

  change(id: string, step: Change, change: DocumentChange, note: EventNote | undefined, now: number): DocumentRow {
    const row = this.row(id);
    if (!row) {
      throw new ImportClientError("SW-UNKNOWN-DOCUMENT", { zh: `台账中没有单据 ${id}`, en: `no document ${id}` });
    }
    if (step.owner) assertOwner(row, step.owner, { zh: row.fileName, en: row.fileName });
    if (step.to !== undefined && this.rules.compares) assertMayFollow(id, row.state, step.to, step.from);
    else if (step.from && this.rules.compares) assertStillIn(row, step.from);
    const { me, anyones } = step;
    const isWorkedOn = !row.settled || (step.to === undefined && isWorkOnClaim(change));
    if (me !== undefined && !anyones && isWorkedOn && row.state !== step.takes && this.rules.owners)
      assertOurs(this, row, me);
    const next = { ...row, updatedAt: changedAt(row, change, now), ...change, state: step.to ?? row.state };
    // Nobody works on what is settled: who takes it up again has it.
    if (me !== undefined && !anyones && row.owner !== me) Object.assign(next, { owner: me, epoch: row.epoch + 1 });
    this.replaced(row, next);
    if (me !== undefined) keepNames(this, row, next);
    const earlier = earlierNumbers(row, next);
    if (earlier.length > 0)
      this.addKeys(
        id,
        earlier.map((key) => ({ ...key, number: WHOLE })),
      );
    if (note) this.event(id, note, now);
    return next;
  }

  event(documentId: string, note: EventNote, at: number): void {
    const id = (this.events.at(-1)?.id ?? 0) + 1;
    this.events.push({
      ...{ id, documentId, at, event: note.event, code: note.code ?? "", text: note.text ?? "" },
      textEn: note.textEn ?? "",
    });
    this.undo.push(() => this.events.pop());
  }

  addReceipt(receipt: Omit<ReceiptRow, "id">): ReceiptRow {
    const stored = { ...receipt, id: this.receipts.length + 1 };
    this.receipts.push(stored);
    this.undo.push(() => this.receipts.pop());
    return stored;
  }

  changeReceipt(id: number, change: Partial<ReceiptRow>): ReceiptRow {
    const before = this.receipts[id - 1] as ReceiptRow;
    const after = { ...before, ...change };
    this.receipts[id - 1] = after;
    this.undo.push(() => {
      this.receipts[id - 1] = before;
    });
    return after;
  }

  setFact(name: string, value: string): void {
    const before = this.facts.get(name);
    this.facts.set(name, value);
    this.undo.push(() => {
      if (before === undefined) this.facts.delete(name);
      else this.facts.set(name, before);
    });
  }

  setName(name: string, id: string | undefined): void {
    const { names } = this;
    const before = names.get(name);
    const set = (value: string | undefined) => (value === undefined ? names.delete(name) : names.set(name, value));
    set(id);
    this.undo.push(() => set(before));
  }

  changeInstance(row: InstanceRow, change: Partial<InstanceRow>): void {
    const before = { ...row };
    Object.assign(row, change);
    this.undo.push(() => Object.assign(row, before));
  }

  setParts(id: string, parts: DocumentPart[]): void {
    const before = this.parts.get(id) ?? [];
    this.parts.set(id, parts);
    this.undo.push(() => this.parts.set(id, before));
  }

  addKeys(id: string, keys: readonly NamedPart[]): void {
    const before = this.keys.get(id) ?? [];
    const isKnown = (one: NamedPart) =>
      before.some(({ key, kind, number }) => key === one.key && kind === one.kind && number === one.number);
    this.keys.set(id, [...before, ...keys.filter((one) => one.key !== "" && !isKnown(one))]);
    this.undo.push(() => this.keys.set(id, before));
  }

  get place(): number {
    return this.events.at(-1)?.id ?? 0;
  }

  /** How often a document was changed. */
  writes = 0;

  /** A row is put in the place of another one, or of none. */
  replaced(before: DocumentRow | undefined, after: DocumentRow | undefined): void {
    this.writes++;
    this.replace(before, after);
    this.onChange(before, after, false);
    this.undo.push(() => {
      this.replace(after, before);
      this.onChange(after, before, true);
    });
  }

  private replace(before: DocumentRow | undefined, after: DocumentRow | undefined): void {
    const { rows } = this;
    if (before) {
      const at = rows.findIndex(({ id }) => id === before.id);
      if (after) rows[at] = after;
      else rows.splice(at, 1);
    } else if (after) {
      let at = rows.length;
      while (at > 0 && (rows[at - 1] as DocumentRow).id > after.id) at--;
      rows.splice(at, 0, after);
    }
  }
}
