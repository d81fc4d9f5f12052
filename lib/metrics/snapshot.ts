import type { Environment } from "../document.js";
import type { DocumentState } from "../ledger/index.js";
import type { CardState } from "../signing/types.js";

/** How one client stands when it is asked. */
export interface ClientSnapshot {
  clientId: string;
  environment: Environment | "";
  /** Its root and ledger are open, and this process may work on them. */
  open: boolean;
  /** Why not: a code of `lib/codes.ts`; empty when it is open. */
  fault: string;
  /** Documents by state; undefined while the ledger cannot be asked. */
  counts: Readonly<Record<DocumentState, number>> | undefined;
  /** The ledger answers. */
  ledgerUp: boolean;
  /** Seconds since the oldest open claim was made; 0 when there is none, undefined while the ledger cannot be asked. */
  oldestOpen: number | undefined;
  inFlight: number;
  /** Those who share the ledger; undefined where this process has it for itself, or while it cannot be asked. */
  instances: InstancesSnapshot | undefined;
  boxes: readonly OutBoxSnapshot[];
}

/** How those stand who share a ledger. */
export interface InstancesSnapshot {
  alive: number;
  /** Their lease is over, and nobody has taken over yet. */
  silent: number;
  /** This process does what only one may do. */
  leads: boolean;
}

/** The files that wait in the OutBox of one folder. */
export interface OutBoxSnapshot {
  business: string;
  files: number;
  /** Seconds since the oldest of them was written; of very many, the oldest of the first ones listed. */
  oldest: number;
}

export interface BrokerSnapshot {
  name: string;
  connected: boolean;
  queues: readonly { name: string; use: "send" | "receive"; depth: number | null }[];
}

export interface CardSnapshot {
  name: string;
  state: CardState;
  /** When its certificate ends, in milliseconds since the epoch; 0 while that is not known. */
  notAfter: number;
}

/** Everything that is asked for at the moment of a scrape; the rest is counted as it happens. */
export interface Snapshot {
  clients: readonly ClientSnapshot[];
  brokers: readonly BrokerSnapshot[];
  cards: readonly CardSnapshot[];
}
