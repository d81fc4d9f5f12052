import { isAlive } from "../ledger/rules/identity.js";
import type { DocumentRow, Ledger } from "../ledger/types.js";
import { type DocumentInstance, withInstances } from "./seen-instances.js";

/** The packets that one document was cut into (PocketInfo): which of them were handed in, and which are not there. */
export interface Packets {
  of: number;
  /** Handed in, and neither failed nor refused; in order. */
  there: number[];
  /** Of those, the ones that have not gone out yet. */
  waiting: number[];
  /** The first of those that are not there; all of them when there are no more than twenty. */
  missing: number[];
  complete: boolean;
}

type Told = NonNullable<Awaited<ReturnType<Ledger["story"]>>>;

/** A story with what belongs to the document beside it, and with whose it is where several share the ledger. */
export type Story = Told & { document: Told["document"] & { instance?: DocumentInstance }; packets?: Packets };

type Asked = Pick<Ledger, "query" | "story" | "instances">;

const MISSING_SHOWN = 20;
const NOT_SENT: readonly DocumentRow["state"][] = ["claimed", "held"];

/** A document with its events and receipts, and, where it is one packet of several, how the others stand; undefined when there is none. */
export async function storyOf(ledger: Asked, id: string): Promise<Story | undefined> {
  const told = await ledger.story(id);
  if (!told) return undefined;
  const [document = told.document] = await withInstances(ledger, [told.document]);
  const packets = await packetsOf(ledger, document);
  return { ...told, document, ...(packets && { packets }) };
}

/** Packets of one document have one folder, type, operation, own number and count; of a packet that came twice any good one counts. */
async function packetsOf(ledger: Asked, row: DocumentRow): Promise<Packets | undefined> {
  const [, of] = readPacket(row.packet) ?? [];
  if (of === undefined || row.clientKey === "") return undefined;
  const found = await ledger.query({ business: row.business, key: row.clientKey, limit: 1000 });
  const same = found.filter(
    (other) =>
      isAlive(other) &&
      other.clientKey === row.clientKey &&
      other.messageType === row.messageType &&
      other.operation === row.operation &&
      readPacket(other.packet)?.[1] === of,
  );
  const numbers = (rows: readonly DocumentRow[]) =>
    [...new Set(rows.map(({ packet }) => readPacket(packet)?.[0] ?? 0))].sort((one, other) => one - other);
  const there = numbers(same);
  const gone = new Set(numbers(same.filter(({ state }) => !NOT_SENT.includes(state))));
  const missing: number[] = [];
  for (let number = 1; number <= of && missing.length < MISSING_SHOWN; number++)
    if (!there.includes(number)) missing.push(number);
  return { of, there, waiting: there.filter((number) => !gone.has(number)), missing, complete: missing.length === 0 };
}

/** `2/3`: the second of three; undefined for anything else. */
function readPacket(packet: string): [number: number, of: number] | undefined {
  const [, number, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(packet) ?? [];
  return number === undefined || of === undefined ? undefined : [Number(number), Number(of)];
}
