import { ownerOf } from "../../client/binding.js";
import { LeaseFile } from "../../client/lease-file.js";
import { assertNoNewOnShare } from "../../client/ledger-on-share.js";
import { halfCopied, movedToOf, nowAt } from "../../client/moved-ledger.js";
import { PinSecret } from "../../client/pin-secret.js";
import { type RootFacts, RootMarker } from "../../client/root-marker.js";
import { ImportClientError } from "../../errors.js";
import { Files } from "../../files/files.js";
import { timeStamp } from "../../files/names.js";
import { type Ports, SYSTEM } from "../../files/ports.js";
import {
  type CopyOptions,
  type CopyState,
  compareRows,
  copyRows,
  copyStateOf,
  emptyStore,
  endCopy,
  keepState,
} from "../../ledger/copy/copy.js";
import { TABLES } from "../../ledger/copy/tables.js";
import { LEDGER_FACTS, type MovedTo } from "../../ledger/facts.js";
import { type Ledger, ledgerOn, openStore, setLedgerAside } from "../../ledger/index.js";
import { isPostgres } from "../../ledger/postgres/place.js";
import { assertOwner } from "../../ledger/rules/owner.js";
import { standingPins } from "../../ledger/sql/pins.js";
import type { Store } from "../../ledger/sql/store.js";
import { machinePins } from "../../signing/guard-store.js";
import type { PinAttempts } from "../../signing/types.js";
import { LedgerHolding, takeRoot } from "./holding.js";
import * as refusals from "./refusals.js";

export interface MoveOptions extends Omit<CopyOptions, "assertHeld"> {
  ports?: Ports;
  /** Of the database's users; else PGPASSWORD or a file of passwords, as every program of PostgreSQL. */
  password?: string;
  /** This machine's record of PINs that a card has refused. */
  pins?: PinAttempts;
}

/** What was done. */
export interface Moved {
  /** Rows by table; none where all of it had been done before. */
  rows: Record<string, number>;
  /** It was begun earlier, and taken up. */
  resumed: boolean;
  /** Where the file went that stood at the target; empty when there was none. */
  aside: string;
}

interface Side {
  place: string;
  store: Store;
  ledger: Ledger;
}

/**
 * Moves a root's ledger to another place, a file or a schema of PostgreSQL, and back: all rows, compared one by one, then the binding. The
 * new one has the identity that the root knows, so that its client goes on with it and holds nothing as unknown; the old one says where it
 * has gone, and no client opens it any more. To be taken up after a stop at any point by asking for the same again. Rejects with SW-OWNER
 * while a client is alive on either side, and where source or target is another's; with SW-LEDGER, SW-FOLDER, SW-PREREQUISITE.
 */
export async function moveLedger(
  { from, to, root }: { from: string; to: string; root: string },
  { ports = SYSTEM, password, pins = machinePins(), ...copying }: MoveOptions = {},
): Promise<Moved> {
  const marker = new RootMarker(root, new Files(ports.disk));
  const facts = marker.read();
  if (!facts) throw refusals.notTheRoots(from, root);
  const lease = new LeaseFile(marker.leasePath, ports);
  await takeRoot(lease, root, ports);
  const sides: Side[] = [];
  const holdings: LedgerHolding[] = [];
  const open = async (place: string, create: boolean): Promise<Side> => {
    const marks = create ? [] : (marker.place()?.marks ?? []);
    const store = await openStore(place, { create, marks, ...(password !== undefined && { password }) });
    const side = { place, store, ledger: ledgerOn(store, place) };
    sides.push(side);
    return side;
  };
  const hold = async ({ ledger, place }: Side) => {
    holdings.push(await LedgerHolding.take(ledger, place, ports));
  };
  const assertHeld = () => {
    lease.assertHeld();
    for (const holding of holdings) holding.assertHeld();
  };
  try {
    assertNoNewOnShare({ root, ledger: to }, ports.disk);
    const source = await open(from, false).catch((error) => {
      if (!(error instanceof ImportClientError) || error.details.reason !== "missing" || isPostgres(from)) throw error;
      throw facts.shared ? refusals.inPostgres(from, facts.shared, to, root) : refusals.noLedger(from, error);
    });
    const movedTo = await assertSource(source, facts, marker, root);
    await hold(source);
    // A process that was frozen with the file open commits nothing when it wakes.
    if (!source.ledger.instances) await source.ledger.fence(LEDGER_FACTS.lease, lease.holding);
    let target = await open(to, true);
    await hold(target);
    const found = await assertTarget(target, facts, movedTo);
    if (found.kind === "done") return { rows: {}, resumed: false, aside: "" };
    if (movedTo && found.kind !== "copying") throw refusals.movedAway(from, nowAt(facts, from, movedTo));
    const place = await source.ledger.place();
    const resumed = found.kind === "copying" && found.state.place === place;
    let aside = "";
    if (!resumed && found.kind !== "empty") {
      if (target.ledger.instances) await emptyStore(target.store);
      else {
        await target.store.close();
        const why = found.kind === "moved" ? "moved" : "half";
        aside = setLedgerAside(to, `${why}-${timeStamp(ports.clock.now())}`);
        target = await open(to, true);
      }
    }
    const beginning = { ledger: facts.ledger, root: facts.id, place, table: TABLES[0]?.name ?? "" };
    const state = resumed ? found.state : beginning;
    const rows = await fill(source.store, target.store, state, { ...copying, assertHeld });
    const secret = new PinSecret(root, new Files(ports.disk), ports.ids);
    target.ledger.instances?.pins.useSecret(() => secret.read());
    await keepPins(source.store, target.ledger.instances?.pins ?? pins, secret);
    await bindTo(source, target, facts, marker, ports);
    return { rows, resumed, aside };
  } catch (error) {
    throw refusals.forCopying(error);
  } finally {
    for (const holding of holdings) await holding.release();
    for (const { store } of sides) await store.close().catch(() => undefined);
    lease.release();
  }
}

/** Copies what is not there yet, and compares all of it. */
async function fill(from: Store, to: Store, state: CopyState, options: CopyOptions): Promise<Record<string, number>> {
  await keepState(to, state);
  await copyRows(from, to, state, options);
  try {
    return await compareRows(from, to, options);
  } catch (error) {
    // The next time it begins anew: what was copied is not what there is.
    const differs = error instanceof ImportClientError && error.details.reason === "copying";
    if (differs) await keepState(to, { ...state, place: -1 });
    throw error;
  }
}

/**
 * What a token has refused at one of several machines is tried by none of them: the next ledger knows it too, or, where that is a file, this
 * machine. Rejects with SW-PIN-GUARD when that cannot be written.
 */
async function keepPins(from: Store, record: PinAttempts, secret: PinSecret): Promise<void> {
  for (const { tokens, pin, salt, code } of await standingPins(from, () => secret.read())) {
    const refused = { tokens, fingerprint: async () => pin, salt };
    if (await record.refusal(refused)) continue;
    await record.refuse(refused, code);
    if (!(await record.refusal(refused))) throw refusals.pinsNotKept();
  }
}

/** The client goes on with the target. After a stop between two steps neither is opened, until the same copy is asked for again. */
async function bindTo(source: Side, target: Side, facts: RootFacts, marker: RootMarker, ports: Ports): Promise<void> {
  const { shared: _shared, at: _at, ...root } = facts;
  const { ledger } = facts;
  const place = await source.ledger.place();
  await source.ledger.setFact(LEDGER_FACTS.moved, JSON.stringify({ to: target.place, place } satisfies MovedTo));
  const mark = 1 + Math.floor(ports.ids.jitter() * 0x7ffffffe);
  await target.ledger.stamp(mark);
  marker.follow({ ledger, place, marks: [mark] }, ports.clock).close();
  await marker.write({ ...root, ...(target.ledger.instances && { shared: target.place }), at: target.place });
  await endCopy(target.store);
}

/** Is it the ledger that the root goes on with, up to date and whole? Resolves to where it was moved when that was begun before. */
async function assertSource(
  { ledger, store, place }: Side,
  facts: RootFacts,
  marker: RootMarker,
  root: string,
): Promise<MovedTo | undefined> {
  const owner = await ownerOf(ledger);
  if (owner) assertOwner(owner, facts, { zh: `台账 ${place} `, en: `the ledger ${place}` });
  const isRoots = (await ledger.fact("root")) === facts.id && (await ledger.fact("ledger")) === facts.ledger;
  if (!isRoots) throw refusals.notTheRoots(place, root);
  if (await copyStateOf(store)) throw halfCopied(place);
  const moved = await movedToOf(ledger);
  const known = marker.place();
  if (!moved && known?.ledger === facts.ledger && (await ledger.place()) < known.place) throw refusals.olderCopy(place);
  await ledger.pins.handOver(async (standing) => {
    if (standing.length > 0) throw refusals.keepsPins(place);
  });
  return moved;
}

type Found =
  | { kind: "empty" | "done" }
  /** The ledger that this client has moved away from, and comes back to. */
  | { kind: "moved" }
  | { kind: "copying"; state: CopyState };

/** What stands at the target. Rejects with SW-OWNER when it is not ours to be filled. */
async function assertTarget(
  { ledger, store, place }: Side,
  facts: RootFacts,
  sourceMoved: MovedTo | undefined,
): Promise<Found> {
  const state = await copyStateOf(store);
  if (state) {
    if (state.ledger === facts.ledger && state.root === facts.id) return { kind: "copying", state };
    throw refusals.occupiedTarget(place);
  }
  const owner = await ownerOf(ledger);
  if (owner) assertOwner(owner, facts, { zh: `台账 ${place} `, en: `the ledger ${place}` });
  const [root, id] = [await ledger.fact("root"), await ledger.fact("ledger")];
  if (!owner && root === undefined && id === undefined && (await ledger.place()) === 0) return { kind: "empty" };
  if (root !== facts.id || id !== facts.ledger) throw refusals.occupiedTarget(place);
  const moved = await movedToOf(ledger);
  if (moved && !sourceMoved) return { kind: "moved" };
  if (!moved && sourceMoved) return { kind: "done" };
  throw refusals.occupiedTarget(place);
}
