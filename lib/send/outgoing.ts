import { assertOurs } from "../boxes/ours.js";
import { bringSent, sizeOfSent } from "../boxes/sent-bytes.js";
import { settingOf } from "../business/folder-settings.js";
import type { ImportClient } from "../client/import-client.js";
import type { Clock } from "../clock.js";
import { crashPoint } from "../crash-point.js";
import type { DocumentHandle } from "../document.js";
import type { DocumentRow } from "../ledger/index.js";
import { sha256InTurns } from "../sha256.js";
import { isDxpMsg, unwrapDxpMsg, wrapInDxpMsg } from "./dxpmsg.js";
import { readyGone, tooLarge } from "./errors.js";
import type { WireFields } from "./fields.js";
import { makeWire, messageIdOf, type Wire } from "./wire.js";

/** What is published for a document. Its bytes lie on disk, so they need not stay in memory while it waits. */
export class Outgoing {
  private released = false;

  constructor(
    readonly wire: Wire,
    /** Of the body, in bytes; 0 when it has gone. */
    readonly size: number,
    private held: Buffer | undefined,
    private readonly read: () => Promise<Buffer | undefined>,
    private readonly clock: Clock,
  ) {}

  /** Lets the bytes go until they are asked for again. */
  release(): void {
    this.released = true;
    this.held = undefined;
  }

  /** Is the body still on the disk? Does not keep it. */
  async isThere(): Promise<boolean> {
    return this.held !== undefined || (await this.read()) !== undefined;
  }

  /** The body, byte for byte as it was fixed; undefined when it has gone from the disk or is another one there. */
  async body(): Promise<Buffer | undefined> {
    this.held ??= await this.read();
    return this.held;
  }

  /** The document's own bytes, without a wrapper of ours, for whom `release` took them from; else undefined. */
  async payload(): Promise<Buffer | undefined> {
    if (!this.released) return undefined;
    const body = await this.body();
    return body && this.wire.wrapped ? unwrapDxpMsg(body, this.clock) : body;
  }
}

/** What the node's settings say of what is sent. */
export interface OutgoingSettings {
  /** The node's id. */
  id: string;
  exchange: string;
  queue: string;
  /** Wrap the document in a DxpMsg. */
  wrap?: boolean;
  /** Most bytes that are sent. */
  maxBytes: number;
}

/**
 * What is to be published for a document. What an earlier attempt may have published goes out again as it was, or, when its
 * bytes are gone, not at all (undefined); what is ready as it was made, or it is made anew by its flow (SW-FILE-MISSING); else it is made anew, and what differs from the file in TempBox is spooled before
 * this resolves. Rejects with SW-SIZE, and with SW-CONFIG when the DxpMsg cannot be made.
 */
export async function outgoingOf(
  client: ImportClient,
  settings: OutgoingSettings,
  document: DocumentHandle,
  row: DocumentRow,
  payload: Buffer,
  fields: WireFields | undefined,
): Promise<Outgoing | undefined> {
  const { id, exchange, queue, wrap, maxBytes } = settings;
  if (row.wire !== "") {
    const known = fromDisk(client, row, JSON.parse(row.wire) as Wire);
    if (await known.isThere()) return known;
    if (row.state === "claimed") throw readyGone();
    if (row.state === "unknown") return undefined;
  }
  if (payload.length > maxBytes) throw tooLarge(payload.length, maxBytes, "setting");
  const handle = { ...document, attempt: row.sentAt > 0 ? row.attempt : 1 };
  // A producer may wrap its files itself.
  const wrapped = wrap && !isDxpMsg(payload);
  const receiver = settingOf(client.settings.folders, handle.business)?.receiver;
  const dxp = { ...(receiver && { receivers: [receiver] }), ...fields?.dxp };
  const body = wrapped ? await wrapInDxpMsg(handle, messageIdOf(handle), payload, client.clock, dxp) : payload;
  if (body.length > maxBytes) throw tooLarge(body.length, maxBytes, "setting");
  const to = { sender: id, exchange, routingKey: queue, ...(wrapped && { wrapped }) };
  const sha256 = wrapped ? sha256InTurns(body, client.clock) : client.inspections.sha256(document.id, body);
  const wire = makeWire(handle, body, await sha256, to, fields);
  crashPoint("send.before-spool");
  // Frozen since it was claimed, or over this, these may be the bytes of another instance's send by now.
  const mayPlace = () => assertOurs(client, row);
  mayPlace();
  if (wire.body !== row.sha256) await client.spool.write(row.id, body, mayPlace);
  crashPoint("send.after-spool");
  return fromDisk(client, row, wire, body);
}

/** Removes the spooled bytes of a document that was certainly not sent, where it is still this process's to make them anew. */
export async function dropUnsent({ ledger, lease, spool }: ImportClient, id: string): Promise<void> {
  const row = await ledger.get(id).catch(() => undefined);
  // Another instance that has taken it over sends its own bytes from the same place.
  if (row && ledger.owns(row) && lease.held) spool.remove(id);
}

/** What was sent, or is to be, as it lies on the disk. */
function fromDisk(client: ImportClient, row: DocumentRow, wire: Wire, body?: Buffer): Outgoing {
  const size = body?.length ?? sizeOfSent(client, row, wire.body) ?? 0;
  return new Outgoing(wire, size, body, () => bringSent(client, row, wire.body), client.clock);
}
