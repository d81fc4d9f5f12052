import type { Node } from "node-red";
import type { Broker } from "../lib/amqp/broker.js";
import type { BrokerSettings } from "../lib/amqp/settings.js";
import type { Person } from "../lib/audit/entry.js";
import type { ImportClient } from "../lib/client/import-client.js";
import type { ClientOpening } from "../lib/client/opening.js";
import type { ClientSettings } from "../lib/client/settings.js";
import type { DocumentHandle } from "../lib/document.js";
import type { Bilingual } from "../lib/errors.js";
import type { CardNeeds } from "../lib/signing/backends.js";
import type { Card, CardStatus } from "../lib/signing/card.js";

/**
 * The config node that all others share. `ready` resolves when the client is open, however long that takes: a share may be mounted later,
 * another process may have the root. It rejects when the settings cannot be used, and when the node is closed before.
 */
export interface ImportClientNode extends Node<{ ledgerPassword?: string }> {
  ready: Promise<ImportClient>;
  /** Why its settings cannot be used; it is not opened then. */
  fault?: unknown;
  /** Undefined when the settings cannot be used. */
  opening: ClientOpening | undefined;
  settings: ClientSettings | undefined;
}

/** Queues that a node sends to or receives from. */
export interface UsedQueues {
  send?: string;
  receive?: string;
  exchange?: string;
}

/** The broker config node: one connection for all who send and receive. */
export interface BrokerNode extends Node {
  settings: BrokerSettings;
  /** Why its settings cannot be used; nothing else of it is there then. */
  fault?: unknown;
  /** Id of the import-client that it belongs to; empty = any. */
  client: string;
  /** That import-client; undefined = any. */
  readonly owner: ImportClientNode | undefined;
  /** Consumers of a queue that are our own. */
  readersHere(queue: string): number;
  /**
   * Counts a user in and out; the connection lives while there is one. Throws SW-CONFIG when `client` may not use these
   * queues (`useQueues`), and SW-STOPPED when the node is closed.
   */
  register(user: Node, client: ImportClientNode, queues: UsedQueues): Broker;
  deregister(user: Node): Promise<void>;
  queues(): { send: string[]; receive: string[] };
  /** Does a node send or receive over it? Not where all of them leave that to another instance. */
  inUse(): boolean;
  /** What keeps those who use it from sending or receiving now: the name of a fault, or the connection's state; empty = nothing. */
  hindrance(): string;
  /** What keeps those who use it from sending or receiving now, with its words; null = nothing, or nothing is known yet. */
  metFault(): BrokerReport["fault"];
  report(): Promise<BrokerReport>;
}

export interface BrokerReport {
  id: string;
  name: string;
  client: string;
  state: string;
  /** The name of what keeps it from sending or receiving, as `lib/amqp/faults.ts` has it; empty = nothing. */
  code: string;
  /** The same with its words; null = nothing. */
  fault: { code: string; text: Bilingual; advice: Bilingual | null } | null;
  queues: { name: string; use: "send" | "receive"; depth: number | null }[];
}

/** The card config node. */
export interface CardNode extends Node {
  /** Why its settings cannot be used; nothing else of it is there then. */
  fault?: unknown;
  client: string;
  /** The card, once its client is open. Rejects when that could not be opened. */
  opened(): Promise<Card>;
  /** What has to be on this machine for it. */
  needs(): CardNeeds;
  /** Rejects with SW-PREREQUISITE when something of that is missing. */
  checked: Promise<void>;
  /** Whether a PIN is set, without showing it. */
  hasPin(): boolean;
  /** What preflight may compare a document with; empty when no card can be read. Never touches the PIN. */
  facts(): Promise<{ card?: { companyCode: string; cardNumber: string } }>;
  /** A person opens the PIN guard; the reason is kept. Resolves to the card as it is then. Rejects with SW-REQUEST without a reason. */
  release(reason: string, by?: Person): Promise<CardReport>;
  report(): Promise<CardReport>;
}

export interface CardReport extends CardStatus {
  id: string;
  name: string;
  client: string;
}

/** Config nodes of this runtime by id, for the routes and the self-check. */
export const clientNodes = new Map<string, ImportClientNode>();
export const brokerNodes = new Map<string, BrokerNode>();
export const cardNodes = new Map<string, CardNode>();

/** The backends of a client's cards; a card that names no client is of any. */
export function backendsOf(client: string): string[] {
  const cards = [...cardNodes.values()].filter((card) => card.client === client || card.client === "");
  return cards.map((card) => card.needs().backend);
}

/** The import-client that claimed a document; undefined for one that no client claimed. */
export async function clientOf({ environment, clientId }: DocumentHandle): Promise<ImportClient | undefined> {
  for (const { settings, ready } of clientNodes.values()) {
    if (settings?.environment !== environment || settings.clientId !== clientId) continue;
    return ready.catch(() => undefined);
  }
  return undefined;
}
