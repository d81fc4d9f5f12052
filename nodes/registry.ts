import type { Node } from "node-red";
import type { BrokerConnection } from "../lib/amqp/connection.js";
import type { BrokerSettings } from "../lib/amqp/settings.js";
import type { ImportClient } from "../lib/client/import-client.js";
import type { ClientSettings } from "../lib/client/settings.js";
import type { CardNeeds } from "../lib/diagnose/index.js";
import type { DocumentHandle } from "../lib/document.js";
import type { Bilingual } from "../lib/errors.js";
import type { CardBackend, CardIdentity } from "../lib/signing/types.js";

/** The config node that all others share. `ready` rejects when the client could not be opened; nothing is sent then. */
export interface ImportClientNode extends Node {
  ready: Promise<ImportClient>;
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
  connection(): BrokerConnection;
  /**
   * Counts a user in and out; the connection lives while there is one. Throws SW-CONFIG when `client` may not use these
   * queues (`useQueues`).
   */
  register(user: Node, client: ImportClientNode, queues: UsedQueues): BrokerConnection;
  deregister(user: Node): Promise<void>;
  queues(): { send: string[]; receive: string[] };
  report(): Promise<BrokerReport>;
}

export interface BrokerReport {
  id: string;
  name: string;
  client: string;
  state: string;
  code: string;
  queues: { name: string; use: "send" | "receive"; depth: number | null }[];
}

/** The card config node. */
export interface CardNode extends Node {
  /** Why its settings cannot be used; nothing else of it is there then. */
  fault?: unknown;
  client: string;
  /** The card, opened on first use. Never touches the PIN. */
  backend(): Promise<CardBackend>;
  /** What has to be on this machine for it. */
  needs(): CardNeeds;
  /** Whether a PIN is set, without showing it. */
  hasPin(): boolean;
  /** What preflight may compare a document with; empty when no card can be read. Never touches the PIN. */
  facts(): Promise<{ card?: { companyCode: string; cardNumber: string } }>;
  /** Whose card it is, read from the card that is there now. Never touches the PIN. */
  identity(): Promise<CardIdentity>;
  /** A person opens the PIN guard; the reason is kept. Resolves to the card as it is then. Rejects with SW-REQUEST without a reason. */
  release(reason: string): Promise<CardReport>;
  /** Warns of the card in Node-RED's log and the client's daily log, at most once a day. */
  warnDaily(code: string, text: Bilingual): Promise<void>;
  report(): Promise<CardReport>;
}

export interface CardReport {
  id: string;
  name: string;
  client: string;
  backend: string;
  state: string;
  /** Of the last change of state: `CKR_PIN_INCORRECT`, `COUNT-LOW` ...; empty when all is well. */
  code: string;
  holder: string;
  /** Milliseconds since the epoch; 0 while the certificate has not been read. */
  notAfter: number;
  companyCode: string;
}

/** Config nodes of this runtime by id, for the routes and the self-check. */
export const clientNodes = new Map<string, ImportClientNode>();
export const brokerNodes = new Map<string, BrokerNode>();
export const cardNodes = new Map<string, CardNode>();

/** The import-client that claimed a document; undefined for one that no client claimed. */
export async function clientOf({ environment, clientId }: DocumentHandle): Promise<ImportClient | undefined> {
  for (const { settings, ready } of clientNodes.values()) {
    if (settings?.environment !== environment || settings.clientId !== clientId) continue;
    return ready.catch(() => undefined);
  }
  return undefined;
}
