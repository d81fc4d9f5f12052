import { faultShown } from "../../lib/client/picture.js";
import type { DocumentRow } from "../../lib/ledger/index.js";
import { type BrokerReport, brokerNodes, type ImportClientNode } from "../registry.js";

/** A fault with its words. */
export type Hindrance = NonNullable<BrokerReport["fault"]>;

/** On its way to the broker, or to be sent there once more. */
const ON_ITS_WAY: readonly DocumentRow["state"][] = ["claimed", "sending", "unknown"];

/**
 * What a document on its way waits for that stops all of its client: why the client may not work, and the brokers that are away. Empty
 * where its own row says what it waits for, a card or a setting, and for one that is at its end.
 */
export function hindrancesOf(node: ImportClientNode, row: DocumentRow): Hindrance[] {
  if (row.settled || row.code !== "" || !ON_ITS_WAY.includes(row.state)) return [];
  const own = node.opening?.fault ? [faultShown(node.opening.fault)] : [];
  const brokers = [...brokerNodes.values()].filter(
    ({ client, fault }) => !fault && (client === "" || client === node.id),
  );
  return [...own, ...brokers.flatMap((broker) => (broker.inUse() ? (broker.metFault() ?? []) : []))];
}
