import type { Environment, MatchedBy, Receipt } from "../document.js";
import type { ImportClientError } from "../errors.js";
import type { BoxName } from "../files/folders.js";
import type { EarlierPinAttempts } from "../signing/types.js";
import type { Instances } from "./instances.js";
import type { Owner } from "./rules/owner.js";

/** Where a document stands (design, "Ledger"). Customs statuses are receipts on an accepted document, not states. */
export type DocumentState = "claimed" | "sending" | "unknown" | "held" | "sent" | "accepted" | "rejected" | "failed";
export type States = readonly DocumentState[];

/** The box that a document's file lies in; `none` once retention has removed it. */
export type Box = Exclude<BoxName, "InBox"> | "none";

/** Row of table `documents`. Times are milliseconds since the epoch, 0 = not yet. */
export interface DocumentRow {
  id: string;
  environment: Environment;
  clientId: string;
  /** Folder code as on disk. */
  business: string;
  /** As the producer named it. */
  fileName: string;
  size: number;
  sha256: string;
  /** sha256 over the bytes of its parts, however they are packed: a ZIP made again differs in its times alone. */
  partsSha256: string;
  messageType: string;
  clientKey: string;
  /** What is to be done with it, as its type says: stored or declared, new, changed or cancelled; empty where there is nothing. */
  operation: string;
  /** Number of the packet, of a document that goes in several (PocketInfo); empty of one that goes whole. */
  packet: string;
  state: DocumentState;
  attempt: number;
  /** How often it was tried again for a fault that may pass; waiting for card, disk or settings does not count. */
  tries: number;
  possibleDuplicate: boolean;
  /** Where the file is, or is about to be: the row is committed before the file moves. */
  box: Box;
  /** Its name in that box. */
  boxName: string;
  /** A claim is open until it is settled. */
  settled: boolean;
  /** Not to be claimed again before this time (settle retry); 0 = at once. */
  retryAt: number;
  /** Failure or refusal: its code and its text in Chinese and in English, empty while there is none. */
  code: string;
  text: string;
  textEn: string;
  /** 18-digit number of the data centre, customs' own number, newest customs status. */
  seqNo: string;
  customsNo: string;
  statusCode: string;
  statusText: string;
  /**
   * JSON of the exact properties that were published, empty before; the bytes lie in the spool. One that is `claimed` and has them is
   * ready: checked, packed and signed, it goes out without its flow, through the instance that has the link.
   */
  wire: string;
  claimedAt: number;
  sendingAt: number;
  /** Confirmed by the broker, or proved by a receipt. */
  sentAt: number;
  failedAt: number;
  /** Import receipt, good or bad. */
  importReceiptAt: number;
  /** Newest business receipt. */
  businessReceiptAt: number;
  /** What that receipt said: `refused` when customs took it no further (退单), so that the same number may be handed in again. */
  statusOutcome: "" | "good" | "refused";
  /** Orders, lists or bills in it that are answered one by one, and how many of these are good, and refused; 0 of what is whole. */
  parts: number;
  partsGood: number;
  partsRefused: number;
  updatedAt: number;
  /** The instance that works on it, where several share the ledger, and how often that has changed; else empty and 0. */
  owner: string;
  epoch: number;
}

/** One order, list or bill of a document that holds several, and what was said of it. */
export interface DocumentPart {
  /** 1 for the first in the document. */
  number: number;
  /** What its producer calls it: order number, number of the list, bill number. */
  name: string;
  /** The attempt of the document that what follows was said in. */
  attempt: number;
  /** Whether the data centre took it; empty while it said nothing. */
  taken: "" | "good" | "refused";
  /** What customs says of it. */
  status: "" | "good" | "refused";
  /** Of the newest receipt about it: its code, its text as it says it, its own time. */
  code: string;
  text: string;
  at: number;
  /** Its own numbers, where receipts brought them. */
  seqNo: string;
  customsNo: string;
}

/** A part of a document that is claimed: what it is called, and everything that a receipt may name it by. */
export interface NewPart {
  name: string;
  keys: readonly string[];
}

/** A number that names a part: the producer's own, the data centre's, or customs'. They may look alike and are no less different. */
export interface PartKey {
  key: string;
  kind: "own" | "seqNo" | "customsNo";
}

/** A document that one of the keys of its parts, or a number that it had before, leads to; and which part, where one alone is named. */
export interface FoundPart extends PartKey {
  row: DocumentRow;
  part: DocumentPart | undefined;
}

/** Row of table `events`: everything that happened to a document, in order. */
export interface EventRow {
  id: number;
  documentId: string;
  at: number;
  /** `claimed`, `sending`, `sent`, `settled`, `receipt`, `resend`, `released`, `file-missing` ... */
  event: string;
  code: string;
  /** In Chinese, or in no language; `textEn` in English, empty where `text` says it. */
  text: string;
  textEn: string;
}

/** Row of table `receipts`. */
export interface ReceiptRow extends Receipt {
  id: number;
  /** The text in English, for a receipt of our own; else empty: `text` is as the receipt says it. */
  textEn: string;
  /**
   * sha256 of the bytes, lower-case hex; a second delivery of the same bytes is a duplicate. Bytes that hold several
   * receipts: `<sha256>#1` for the second, and so on.
   */
  sha256: string;
  messageId: string;
  /**
   * The business folder in whose InBox its file lies, and the file's name there. The folder is empty for a file of an older
   * version whose path was none of these.
   */
  folder: string;
  file: string;
  /** Further numbers in it that may be a key of ours; null = none. */
  otherKeys: readonly string[] | null;
  /** The file was written and renamed; a redelivery before that writes it again under the same name. */
  filed: boolean;
  receivedAt: number;
}

/** What documents are asked for; all that is given must hold. */
export interface DocumentQuery {
  state?: DocumentState | readonly DocumentState[];
  /** Folder code, without case. */
  business?: string;
  /** The whole of the own key, the 18-digit number or the customs number, of a document or of an order, list or bill in it. */
  key?: string;
  /** The file's whole name without case, or its beginning when it ends in `*`. */
  fileName?: string;
  /** Claimed at this time or later, and not later than that; milliseconds since the epoch. 0 = no matter when. */
  from?: number;
  to?: number;
  /** Only what waits for its import receipt and was sent before the one time, or for its first business receipt and was accepted before the other. */
  late?: { sentBefore: number; acceptedBefore: number };
  /** Part of file name, client key, seqNo or customs number. */
  q?: string;
  /** At most this many, newest first; 1 to 1000, default 100. */
  limit?: number;
  /** Only rows older than this one (`DocumentRow.id` of the last row of the page before). */
  before?: string;
}

/** So many documents of a business are in a state. */
export interface DocumentCount {
  /** Folder code as on disk; one spelling where it was written in several. */
  business: string;
  state: DocumentState;
  count: number;
}

/**
 * Why a ledger cannot be used (`details.reason` of SW-LEDGER): there is none, it was cut or overwritten, locked by another program, its
 * database does not answer, its disk is full, anything else.
 */
export type LedgerFault = "missing" | "damaged" | "locked" | "away" | "full" | "unusable";

/**
 * What has become of the ledger's file while it is open. `gone`: nothing stands under its name. `replaced`: another file does.
 * `bare`: what the store keeps beside it was taken away. `locked`: another program has held it for some seconds. `damaged`: it cannot
 * be read any more. `away`: its database has not answered for some seconds.
 */
export type LedgerLook = "sound" | "gone" | "replaced" | "bare" | "locked" | "away" | "damaged";

/** How far a ledger of this name is known to have come. */
export interface KnownPlace {
  ledger: string;
  place: number;
}

export interface OpenOptions {
  /** Make it when it is missing or empty; else that is a fault. */
  create?: boolean;
  /** Marks that its file may bear (`Ledger.stamp`); one with another mark was put in its place. */
  marks?: readonly number[];
  /** Of the database's user, where the ledger is in one; else PGPASSWORD or a file of passwords, as every program of PostgreSQL. */
  password?: string;
}

/**
 * What a state change may set beside the state. `updatedAt` is the ledger's to say, but where another time is counted from it: both are of one
 * look at the clock then, which may be set at any moment.
 */
export type DocumentChange = Partial<Omit<DocumentRow, "id" | "state">>;

/** One entry for table `events`. */
export interface EventNote {
  event: string;
  code?: string;
  text?: string;
  textEn?: string;
}

/** A receipt as `settle` hands it over; its row is committed first, then its file is written, then it is marked filed. */
export type NewReceipt = Omit<ReceiptRow, "id" | "filed">;

/** The document as it was when a receipt was found to answer it; or it is not known yet which one that is. */
export type Expected = Pick<DocumentRow, "importReceiptAt"> | "undecided";

/** Where a receipt's file lies. */
export type ReceiptPlace = Pick<ReceiptRow, "folder" | "file">;

/** Keys that a receipt may carry; empty strings are ignored. */
export interface ReceiptKeys {
  clientKey: string;
  seqNo: string;
  customsNo: string;
  /** Message types that it can answer; empty = any. */
  answers: readonly string[];
}

/**
 * The truth about documents. Every method that writes resolves only after its rows are committed durably; writes of one
 * tick share one commit. Errors: SW-LEDGER (cannot be opened, corrupt, newer schema), SW-STATE (impossible transition),
 * SW-UNKNOWN-DOCUMENT.
 */
export interface Ledger {
  /** Those who share it; absent where one process has it alone. */
  readonly instances?: Instances | undefined;
  /** Is an open document this process's own? Where several share the ledger all that changes another's rejects with SW-FENCED. */
  owns(row: Pick<DocumentRow, "owner">): boolean;
  /**
   * New row in state `claimed`, with its event, in one commit. Resolves to an earlier document that this one repeats
   * (`rules/identity.ts`, SW-DUP).
   */
  claim(
    row: DocumentRow,
    options?: { note?: EventNote; sameKey?: boolean; parts?: readonly NewPart[] },
  ): Promise<DocumentRow | undefined>;
  /** A row of a document that is known from elsewhere, as it is; nothing else changes. */
  enter(row: DocumentRow, note: EventNote): Promise<void>;
  /**
   * Moves a document from one of these states to another, if the state machine allows it, and writes the event: compared and
   * set in one commit. Resolves to the new row. Rejects with SW-STATE when it is in another state by now, and with SW-OWNER
   * when it is not `owner`'s.
   */
  transition(
    id: string,
    step: { from: readonly DocumentState[]; to: DocumentState; owner?: Owner },
    change: DocumentChange,
    note: EventNote,
  ): Promise<DocumentRow>;
  /** Changes facts without changing the state. `whileIn`: rejects with SW-STATE where its claim is closed, or it is in none of these states by now. */
  update(id: string, change: DocumentChange, note?: EventNote, whileIn?: States): Promise<DocumentRow>;
  /** Takes back the claim of a document whose file could not be claimed after all, as if it had never been. */
  withdraw(id: string): Promise<void>;
  get(id: string): Promise<DocumentRow | undefined>;
  /** The open claim whose file lies in a box under this name. */
  openAt(business: string, box: Box, boxName: string): Promise<DocumentRow | undefined>;
  /** Own rows whose claim is open, oldest first; all of them, or those behind an id, at most so many. */
  unsettled(page?: { after: string; limit: number }): Promise<DocumentRow[]>;
  /** Own open claims whose file waits in TempBox for a flow, not ready to go out and not to be given back, oldest first. */
  waitingClaims(limit: number): Promise<DocumentRow[]>;
  query(query: DocumentQuery): Promise<DocumentRow[]>;
  /** How many documents a query asks for, by business and state, in the order of these; `limit` and `before` are not looked at. */
  count(query: DocumentQuery): Promise<DocumentCount[]>;
  /** Newest rows with these bytes. */
  bySha256(sha256: string): Promise<DocumentRow[]>;
  byClientKey(business: string, messageType: string, clientKey: string): Promise<DocumentRow[]>;
  /** Documents that a receipt with these keys answers, best match first (domain 0, item 4: seqNo, own key, customs number). */
  byReceiptKeys(keys: ReceiptKeys): Promise<DocumentRow[]>;
  /**
   * Documents of these types (empty = any) with a part that one of these keys names, or that had this number before
   * (`rules/earlier-numbers.ts`), newest first for each key.
   */
  byPartKeys(keys: readonly PartKey[], answers: readonly string[]): Promise<FoundPart[]>;
  /** A row of `documents` by the name its file has in a box, without case, whatever its business. */
  byFileName(fileName: string): Promise<DocumentRow[]>;
  /**
   * Stores a receipt and, when it answers a document, its effect on that document, in one commit. When it was stored
   * before, the earlier row comes back with `duplicate`, and stays with the document that it answered then: the same
   * receipt brought again says nothing about a newer document, unless that was sent since and the message id is another.
   * Only an orphan goes to the document now found. With `expected`, an import receipt is stored only for a document that has
   * had no import receipt since it was found; rejects with SW-STATE otherwise, to be matched again. One that is `undecided` waits without a
   * document, also when its bytes were stored before: only its own message brought again is a repeat.
   */
  addReceipt(
    receipt: NewReceipt,
    expected?: Expected,
  ): Promise<{ duplicate: boolean; receipt: ReceiptRow; document: DocumentRow | undefined }>;
  /** Was a receipt with these bytes stored? `besides`: for another document than this. */
  knowsReceipt(sha256: string, besides?: string): Promise<boolean>;
  /** The receipt's file is safely in InBox; `place` where that is another than its row says. */
  markFiled(receiptId: number, place?: ReceiptPlace): Promise<void>;
  /**
   * Receipts that found no document yet and carry one of these keys, or one that names a part of this document or was its own number
   * before.
   */
  orphans(keys: ReceiptKeys, ofDocument?: string): Promise<ReceiptRow[]>;
  /**
   * Gives an orphan to its document, with the effect that it would have had; `found` says by what it was found, and where
   * its file lies now. Resolves to false when it has a document already.
   */
  adopt(receiptId: number, documentId: string, found: { matchedBy: MatchedBy; place?: ReceiptPlace }): Promise<boolean>;
  story(
    id: string,
  ): Promise<{ document: DocumentRow; parts: DocumentPart[]; events: EventRow[]; receipts: ReceiptRow[] } | undefined>;
  /** Events of all documents after the one with this id, in order. */
  eventsAfter(id: number, limit: number): Promise<EventRow[]>;
  /** Id of the last event before this time; 0 when there is none. */
  lastEventBefore(at: number): Promise<number>;
  /** Whether a document has one of these events after the event with this id. */
  hasEventAfter(documentId: string, id: number, events: readonly string[]): Promise<boolean>;
  /** The newest of these events of a document. */
  lastEventOf(documentId: string, events: readonly string[]): Promise<EventRow | undefined>;
  /**
   * Notes in one commit that a document was reported as overdue since this event, once in its story whoever reports it, and
   * that the teller has come so far: the fact `cursor` becomes the event's id.
   */
  recordOverdue(event: EventRow, missing: string, cursor: string): Promise<void>;
  /** Settled documents in these states, unchanged since `before`, whose file is still in a box; of each state the oldest first. */
  keptFiles(states: readonly DocumentState[], before: number, limit: number): Promise<DocumentRow[]>;
  /** Settled documents in a state whose file is still in a box, in the order of their last change, after this one. */
  keptAfter(state: DocumentState, place: Pick<DocumentRow, "updatedAt" | "id">, limit: number): Promise<DocumentRow[]>;
  counts(): Promise<Record<DocumentState, number>>;
  /** What an earlier version kept of the PIN guard in here. */
  readonly pins: EarlierPinAttempts;
  /** Facts about this installation: whose ledger it is, host fingerprint. */
  fact(name: string): Promise<string | undefined>;
  setFact(name: string, value: string): Promise<void>;
  /** Number of the newest event; 0 when there is none. It only grows: an older copy of the same ledger has a smaller one. */
  place(): Promise<number>;
  /** Called after each commit with the place that it came to. Returns the way to stop. */
  onCommit(listener: (place: number) => void): () => void;
  /** Called when a write is refused for what any other meets as well: a full disk, no right to write. Returns the way to stop. */
  onRefused(listener: (fault: ImportClientError) => void): () => void;
  /** Sets a fact; from then on nothing is committed unless it still has this value: SW-FENCED, asked within each transaction. */
  fence(fact: string, value: string): Promise<void>;
  /** What `fence` asks for is not looked at any more. */
  unfence(): void;
  /** What has become of its file. */
  look(): LedgerLook;
  /** Why `look` does not say "sound", where a database said it in a way that a person can put right: SW-LEDGER. */
  trouble(): ImportClientError | undefined;
  /** `expected` says how far others know the ledger to be. It is asked where another server may answer now: one that is behind is damaged. */
  expects(expected: () => KnownPlace | undefined): void;
  /** Writes a mark, an integer below 2 ** 31, into its file: `look` tells by it one that somebody has written over ours. */
  stamp(mark: number): Promise<void>;
  /** Closes it and opens it again, after another process had it. Rejects with SW-LEDGER, and is closed until the next time then. */
  reopen(): Promise<void>;
  /**
   * Opens what somebody has put in the place of a damaged one; `create` makes it when there is nothing. Rejects with SW-LEDGER, and is
   * closed until the next time then.
   */
  replace(create: boolean): Promise<void>;
  /**
   * Brings its file back when that was removed or replaced, or what lies beside it was: everything that the open connection still
   * knows is written under the ledger's name again. `stamp` marks what is put aside. Resolves to where the other file went, empty
   * when there was none. Rejects with SW-LEDGER when it cannot be read any more.
   */
  mend(stamp: string): Promise<string>;
  /** Called after each commit that changed a document. Returns the way to stop. */
  onChange(listener: (row: DocumentRow, note: EventNote) => void): () => void;
  close(): Promise<void>;
}
